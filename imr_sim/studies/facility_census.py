"""`facility_census`: locations that say they offer the practice, counted as by N-MHSS (E50)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imr_sim.evidence import LOCATION_KINDS, facility_counts
from imr_sim.model.history import History
from imr_sim.studies.census import cell_probabilities, count_vamcs, psr, reports
from imr_sim.studies.observer import has_prrc, provides
from imr_sim.studies.result import StudyResult
from imr_sim.studies.scene import Scene, check_size, look

DATE = "2017-04"  # the last census used
MOST = 100_000
NATION = 139  # VAMCs that the real census covers
KEY = 1


def locations_of(year: int, n_sites: int) -> tuple[int, int]:
    """Campuses and outpatient locations that answered in a year, or in the listed year nearest.

    Of other systems than the 139 VAMCs as many for each site (E50).
    """
    years = {y for y, _ in facility_counts()}
    nearest = min(years, key=lambda y: (abs(y - year), -y))
    nation = [facility_counts()[nearest, kind][1] for kind in LOCATION_KINDS]
    campuses, outpatient = (round(n * n_sites / NATION) for n in nation)
    return max(1, campuses), outpatient


def _split(size: int | None, year: int, n_sites: int) -> tuple[int, int]:
    """Campuses and outpatient locations among `size` of them: a VAMC has no second campus."""
    usual = locations_of(year, n_sites)
    total = check_size(size, sum(usual), MOST, 1)
    campuses = min(n_sites, round(total * usual[0] / sum(usual)))
    return campuses, total - campuses


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
        Locations that answer, campuses and outpatient in the proportion of the real census of that
        year, or of the nearest, but no more campuses than VAMCs; None: as many a VAMC as there.
    seed : int
        Seed of the census's own luck.
    observation : mapping or None
        Parameters of observation (`imr_sim.studies.OBSERVATION`); None: prior draws.

    Returns
    -------
    StudyResult
        Locations and the share that offers the practice, campuses and outpatient locations: all,
        with and without psychosocial rehabilitation (``psr``), by state; chi-square between states
        over its degrees of freedom.

    Raises
    ------
    RequestError
        When the month is not in the history or the size is not possible.

    Notes
    -----
    A VAMC has one campus; which of them answer falls by lot. VAMCs have equally many outpatient
    locations, but for the remainder, which falls by lot. Each answers by itself, given its VAMC;
    the list of the year shifts the four possible answers together, so that counts spread as
    `census_overdispersion` says (all *assumptions*).
    """
    scene = look(history, date, seed, observation)
    year = int(date[:4])
    sizes = _split(size, year, scene.system.n_sites)
    names, state = np.unique(scene.system.sites["state"].to_numpy(str), return_inverse=True)
    rows = [_count(scene, h, sizes, year, state, len(names)) for h in range(len(scene))]
    values, hidden = {}, set()
    for i, kind in enumerate(LOCATION_KINDS):
        counts = np.array([row[i] for row in rows])  # (H, states, psr, says)
        groups = {
            kind: counts.sum(axis=(1, 2)),
            f"{kind} with psr": counts[:, :, 1].sum(axis=1),
            f"{kind} without psr": counts[:, :, 0].sum(axis=1),
        }
        states = {f"{kind} state {name}": counts[:, j].sum(axis=1) for j, name in enumerate(names)}
        hidden |= set(states)
        for item, table in (groups | states).items():
            total = table.sum(axis=1)
            values[item, "all", "facilities"] = total.astype(float)
            values[item, "all", "offer"] = table[:, 1].astype(float)
            values[item, "all", "offering_share"] = _share(table[:, 1], total)
        values[f"{kind} between states", "all", "chi2_per_df"] = _between(counts.sum(axis=2))
    return StudyResult(
        "facility_census",
        date,
        f"Facility census, {date}: {sizes[0]} campuses and {sizes[1]} outpatient locations of "
        f"{scene.system.n_sites} VAMCs",
        values,
        (
            "psr: psychosocial rehabilitation at the location, the public proxy for a PRRC.",
            "Mean and central 90% over histories; every state is in the table.",
            scene.note,
        ),
        frozenset(hidden),
    )


def _count(
    scene: Scene, h: int, sizes: tuple[int, int], year: int, state: np.ndarray, n_states: int
) -> list[np.ndarray]:
    """Answers of one history's locations, by kind; int, shape (states, psr, says) each."""
    rng, sites = scene.luck(h, KEY), scene.system.n_sites
    how = {name: value[h : h + 1] for name, value in scene.how.items()}
    now = scene.now[h : h + 1]
    imr, prrc = provides(now)[0].astype(int), has_prrc(now)[0].astype(int)
    vamcs, rho = count_vamcs(now[:, None]), how["census_overdispersion"][0]
    answers = []
    for kind, n in zip(LOCATION_KINDS, sizes, strict=True):
        whole, rest = divmod(n, sites)
        vamc = np.concatenate([np.repeat(np.arange(sites), whole), rng.permutation(sites)[:rest]])
        says, has = reports(how, kind)[0], psr(how, kind, (year,))[0, 0]
        p_psr = np.stack([1 - has, has], axis=1)[prrc[vamc]]  # (n, psr)
        p_says = np.stack([1 - says, says], axis=-1)[imr[vamc]]  # (n, psr, says)
        p = (p_psr[:, :, None] * p_says).reshape(n, 4)
        expected = cell_probabilities(vamcs, how, kind, (year,))[0, 0, 0].ravel()
        of_year = rng.standard_gamma(expected * (1 - rho) / rho)
        of_year = np.maximum(of_year, np.finfo(float).tiny)
        p *= of_year / of_year.sum() / expected
        edges = p.cumsum(axis=1)
        answer = (rng.random((n, 1)) * edges[:, -1:] >= edges).sum(axis=1)
        counts = np.bincount(4 * state[vamc] + answer, minlength=4 * n_states)
        answers.append(counts.reshape(n_states, 2, 2))
    return answers


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
