"""`facility_census`: locations that say they offer the practice, counted as by N-MHSS (E6)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imr_sim.evidence import facility_counts
from imr_sim.model.history import History
from imr_sim.studies.census import cell_probabilities, count_vamcs, psr, reports
from imr_sim.studies.observer import has_prrc, provides
from imr_sim.studies.result import StudyResult
from imr_sim.studies.scene import Scene, check_size, look

DATE = "2017-04"  # the last census used
MOST = 100_000
NATION = 139  # VAMCs that the real census covers
KEY = 1


def facilities_of(year: int, n_sites: int) -> int:
    """Facilities that answered in a year, or in the listed year nearest to it (E6).

    Of other systems than the 139 VAMCs as many for each site.
    """
    years = {y for y, group in facility_counts() if group == "all"}
    nation = facility_counts()[min(years, key=lambda y: (abs(y - year), -y)), "all"][1]
    return max(1, round(nation * n_sites / NATION))


def facility_census(
    history: History,
    date: str = DATE,
    *,
    size: int | None = None,
    seed: int = 1,
    observation: Mapping[str, np.ndarray] | None = None,
) -> StudyResult:
    """Ask the locations of the VAMCs, in every history.

    Parameters
    ----------
    history : History
    date : str
        Month at whose end it is taken; the real ones were of 30 April.
    size : int or None
        Facilities that answer; None: as many a VAMC as in the real census of that year, or of the
        nearest.
    seed : int
        Seed of the census's own luck.
    observation : mapping or None
        Parameters of observation (`imr_sim.studies.OBSERVATION`); None: prior draws.

    Returns
    -------
    StudyResult
        Facilities and the share that offers the practice: all, with and without psychosocial
        rehabilitation (``psr``), by state; chi-square between states over its degrees of freedom.

    Raises
    ------
    RequestError
        When the month is not in the history or the size is not possible.

    Notes
    -----
    VAMCs have equally many locations, but for the remainder, which falls by lot. Each answers by
    itself, given its VAMC; the list of the year shifts the four possible answers together, so that
    counts spread as `census_overdispersion` says (both *assumptions*).
    """
    scene = look(history, date, seed, observation)
    year = int(date[:4])
    n = check_size(size, facilities_of(year, scene.system.n_sites), MOST, 1)
    names, state = np.unique(scene.system.sites["state"].to_numpy(str), return_inverse=True)
    found = [_count(scene, h, n, year, state, len(names)) for h in range(len(scene))]
    counts = np.array(found)  # (H, states, psr, says)
    groups = {
        "all facilities": counts.sum(axis=(1, 2)),
        "with psr": counts[:, :, 1].sum(axis=1),
        "without psr": counts[:, :, 0].sum(axis=1),
    }
    states = {f"state {name}": counts[:, i].sum(axis=1) for i, name in enumerate(names)}
    values = {}
    for item, table in (groups | states).items():
        total = table.sum(axis=1)
        values[item, "all", "facilities"] = total.astype(float)
        values[item, "all", "offer"] = table[:, 1].astype(float)
        values[item, "all", "offering_share"] = _share(table[:, 1], total)
    values["between states", "all", "chi2_per_df"] = _between(counts.sum(axis=2))
    return StudyResult(
        "facility_census",
        date,
        f"Facility census, {date}: {n} locations of {scene.system.n_sites} VAMCs",
        values,
        (
            "psr: psychosocial rehabilitation at the location, the public proxy for a PRRC.",
            "Mean and central 90% over histories; every state is in the table.",
            scene.note,
        ),
        frozenset(states),
    )


def _count(scene: Scene, h: int, n: int, year: int, state: np.ndarray, n_states: int) -> np.ndarray:
    """Answers of one history's locations; int, shape (states, psr, says)."""
    rng, sites = scene.luck(h, KEY), scene.system.n_sites
    how = {name: value[h : h + 1] for name, value in scene.how.items()}
    vamc = np.concatenate(
        [np.repeat(np.arange(sites), n // sites), rng.permutation(sites)[: n % sites]]
    )
    now = scene.now[h : h + 1]
    imr, prrc = provides(now)[0].astype(int), has_prrc(now)[0].astype(int)
    says, has = reports(how)[0], psr(how, (year,))[0, 0]
    p_psr = np.stack([1 - has, has], axis=1)[prrc[vamc]]  # (n, psr)
    p_says = np.stack([1 - says, says], axis=-1)[imr[vamc]]  # (n, psr, says)
    p = (p_psr[:, :, None] * p_says).reshape(n, 4)
    expected = cell_probabilities(count_vamcs(now[:, None]), how, (year,))[0, 0, 0].ravel()
    rho = how["census_overdispersion"][0]
    of_year = np.maximum(rng.standard_gamma(expected * (1 - rho) / rho), np.finfo(float).tiny)
    p *= of_year / of_year.sum() / expected
    edges = p.cumsum(axis=1)
    answer = (rng.random((n, 1)) * edges[:, -1:] >= edges).sum(axis=1)
    return np.bincount(4 * state[vamc] + answer, minlength=4 * n_states).reshape(n_states, 2, 2)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _between(counts: np.ndarray) -> np.ndarray:
    """Chi-square over its degrees of freedom of states by answer, (H, states, 2); NaN if none."""
    size, yes = counts.sum(axis=2).astype(float), counts[:, :, 1]
    share = (yes.sum(axis=1) / size.sum(axis=1))[:, None]
    df = (size > 0).sum(axis=1) - 1
    variance = size * share * (1 - share)
    term = np.divide(
        (yes - size * share) ** 2, variance, out=np.zeros_like(size), where=variance > 0
    )
    known = (df > 0) & (share[:, 0] > 0) & (share[:, 0] < 1)
    return np.where(known, term.sum(axis=1) / np.maximum(df, 1), np.nan)
