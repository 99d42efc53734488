"""The yearly census: locations that say they offer IMR, by kind and psychosocial rehabilitation.

N-MHSS asks locations. A VAMC is one campus and has several outpatient locations. What each says
depends on whether its VAMC provides IMR and has a PRRC, and on the kind of location; every VAMC has
as many outpatient locations as any other (*assumption*).
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from imr_sim.errors import RequestError
from imr_sim.evidence import LOCATION_KINDS, Target
from imr_sim.studies.observer import Features, Observation, has_prrc, months_since, provides
from imr_sim.system import System

APRIL = 3  # the reference date is 30 April; a month of a record shows its end
LARGE_LIST = 2014  # from this year on the list had some 300 outpatient locations and more


def census_month(year: int) -> int:
    """Month (year * 12 + month - 1) at whose end the census of a year is taken."""
    return 12 * year + APRIL


def count_vamcs(record: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """VAMCs by group of sites, providing or not, with a PRRC or not.

    Parameters
    ----------
    record : ndarray of RECORD, shape (H, Y, S)
    groups : ndarray of bool, shape (S, G), or None
        Sites of each group; None for one group of all.

    Returns
    -------
    ndarray of uint16, shape (H, Y, G, 2, 2)
        Last axes: providing, PRRC.
    """
    if groups is None:
        groups = np.ones((record.shape[-1], 1), bool)
    member = groups.astype(np.float32)
    imr, prrc = provides(record), has_prrc(record)
    cells = [
        [((imr == a) & (prrc == r)).astype(np.float32) @ member for r in (False, True)]
        for a in (False, True)
    ]
    return np.moveaxis(np.array(cells), (0, 1), (-2, -1)).astype(np.uint16)


def reports(observation: Observation, kind: str) -> np.ndarray:
    """P(a location says it offers IMR); (H, 2, 2) over its VAMC providing, and its own PSR."""
    names = (f"report_other_{kind}", f"report_providing_{kind}")
    base = np.stack([observation[name] for name in names], axis=1)
    shift = np.asarray(observation["psr_link"], float)[:, None, None] * np.array([-0.5, 0.5])
    return expit(logit(base)[:, :, None] + shift)


def psr(observation: Observation, kind: str, years: tuple[int, ...]) -> np.ndarray:
    """P(a location has psychosocial rehabilitation); (H, Y, 2) over its VAMC having a PRRC."""
    base = np.stack([observation[f"psr_none_{kind}"], observation[f"psr_prrc_{kind}"]], axis=1)
    other = np.array([year < LARGE_LIST and kind == "outpatient" for year in years], float)
    shift = np.asarray(observation["outpatient_frame_2010"], float)[:, None, None] * other[:, None]
    return expit(logit(base)[:, None, :] + shift)


def _has(observation: Observation, kind: str, years: tuple[int, ...]) -> np.ndarray:
    """P(psychosocial rehabilitation or not); (H, Y, PRRC, PSR)."""
    has = psr(observation, kind, years)
    return np.stack([1 - has, has], axis=-1)


def cell_probabilities(
    vamcs: np.ndarray, observation: Observation, kind: str, years: tuple[int, ...]
) -> np.ndarray:
    """What a location of one kind, drawn at random, says, in each group of VAMCs.

    Parameters
    ----------
    vamcs : ndarray, shape (H, Y, G, 2, 2)
        From `count_vamcs`.
    observation : mapping of ndarray, shape (H,)
    kind : {"campus", "outpatient"}
    years : tuple of int, length Y

    Returns
    -------
    ndarray of float64, shape (H, Y, G, 2, 2)
        Last axes: psychosocial rehabilitation, says it offers IMR. They sum to 1, or to 0 in an
        empty group.
    """
    counts = np.asarray(vamcs, float)
    share = counts / np.maximum(counts.sum(axis=(-2, -1), keepdims=True), 1)
    says = reports(observation, kind)
    says = np.stack([1 - says, says], axis=-1)  # (H, providing, PSR, says)
    has = _has(observation, kind, years)
    return np.einsum("hygar,hyrp,hapi->hygpi", share, has, says, optimize=True)


def expected_shares(
    vamcs: np.ndarray, observation: Observation, years: tuple[int, ...]
) -> np.ndarray:
    """Shares that the census counts, from VAMCs (H, Y, 2, 2); (H, Y, 6), in the order of `SHARES`.

    For each kind of location: those with psychosocial rehabilitation, and those that say they offer
    IMR among them and among the others.
    """
    shares = []
    for kind in LOCATION_KINDS:
        p = cell_probabilities(vamcs[:, :, None], observation, kind, years)[:, :, 0]
        by_psr = p.sum(axis=-1)
        says = p[..., 1] / np.maximum(by_psr, np.finfo(float).tiny)
        shares += [by_psr[..., 1], says[..., 1], says[..., 0]]
    return np.stack(shares, axis=-1)


def margins(shares: np.ndarray) -> np.ndarray:
    """Share of each kind of location that offers IMR, from shares (..., 6); (..., 2)."""
    has, with_psr, without = (shares[..., i::3] for i in range(3))
    return has * with_psr + (1 - has) * without


def offering(shares: np.ndarray) -> np.ndarray:
    """Share that offers IMR in each of `GROUPS`, from shares (..., 6); (..., 6)."""
    groups = shares.copy()
    groups[..., ::3] = margins(shares)
    return groups


def repeated(
    p: np.ndarray, observation: Observation, years: tuple[int, ...], n: np.ndarray
) -> dict[str, np.ndarray]:
    """Expected shares (H, Y, K) of n places (Y, K), as the likelihood of repeated shares wants."""
    return {
        "p": p,
        "n": np.asarray(n, float),
        "years": np.asarray(years),
        "rho": np.asarray(observation["census_overdispersion"], float),
        "repeat": np.asarray(observation["census_repeat"], float),
    }


class _Census:
    """Reads the sites in April of the years of a target."""

    def __init__(self, system: System, start: int, target: Target) -> None:
        self.years = target.years
        self._at = [months_since(start, census_month(y), target.name) for y in self.years]
        self.months = self._at[-1] + 1


class CensusByKind(_Census):
    """Psychosocial rehabilitation and IMR of each kind of location, or the margin of IMR."""

    def __init__(self, system: System, start: int, target: Target) -> None:
        super().__init__(system, start, target)
        self._margin = len(target.labels) == len(LOCATION_KINDS)
        assert target.totals is not None
        self._locations = target.totals

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """VAMCs by year, providing, PRRC: uint16, shape (H, Y, 2, 2)."""
        return {"census_vamcs": count_vamcs(record[:, self._at])[:, :, 0]}

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """Expected shares of each year, and how counts of the same places vary about them."""
        vamcs = features["census_vamcs"][:, : len(self.years)]
        p = expected_shares(vamcs, observation, self.years)
        p = margins(p) if self._margin else p
        return repeated(p, observation, self.years, self._locations)


class BetweenStates(_Census):
    """Chi-square of states by saying IMR or not, over its degrees of freedom, mean of the years.

    Every VAMC has one campus, and as many outpatient locations as any other, within its state
    (*assumption*). The same places recur from year to year, so the years count as one observation
    of their mean, with the spread of one chi-square: the logarithm has standard deviation
    sqrt(2 / df). Campuses and outpatient locations are other places: two observations.
    """

    def __init__(self, system: System, start: int, target: Target) -> None:
        super().__init__(system, start, target)
        names, state = np.unique(system.sites["state"].to_numpy(str), return_inverse=True)
        self.n_states = len(names)
        if self.n_states < 2:
            raise RequestError(
                target.name,
                where="targets",
                why=f"the sites of {system.name} are all in one state",
                write="Leave it out.",
            )
        self._member = state[:, None] == np.arange(self.n_states)
        assert target.totals is not None
        self._locations = target.totals.astype(float)  # (Y, kinds)

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """VAMCs by year, state, providing, PRRC: uint16, shape (H, Y, states, 2, 2)."""
        return {"state_vamcs": count_vamcs(record[:, self._at], self._member)}

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """Expected chi-square over its degrees of freedom, mean of the years; (H, kinds)."""
        share = (
            features["state_vamcs"][:, : len(self.years)] / self._member.sum(axis=0)[:, None, None]
        )
        ratios = [
            self._ratio(share, observation, kind, self._locations[:, i])
            for i, kind in enumerate(LOCATION_KINDS)
        ]
        log_sd = np.array(np.sqrt(2 / (self.n_states - 1)))
        return {"mean": np.stack(ratios, axis=1), "log_sd": log_sd}

    def _ratio(
        self, share: np.ndarray, observation: Observation, kind: str, locations: np.ndarray
    ) -> np.ndarray:
        """Of one kind of location, from shares of VAMCs (H, Y, states, 2, 2); (H,)."""
        weight = self._member.mean(axis=0)  # (G,)
        has, says = _has(observation, kind, self.years), reports(observation, kind)
        vamc = np.einsum("hyrp,hap->hyar", has, says)  # P(a location of a VAMC says so)
        p = np.einsum("hygar,hyar->hyg", share, vamc)
        spread = np.einsum("hygar,hyar->hyg", share, vamc * (1 - vamc))
        n = locations[:, None] * weight
        overall = (p * weight).sum(axis=-1, keepdims=True)
        between = (n * (p - overall) ** 2).sum(axis=-1)
        chance = (spread * (1 - weight)).sum(axis=-1)
        scale = overall[..., 0] * (1 - overall[..., 0]) * (self.n_states - 1)
        return ((between + chance) / scale).mean(axis=1)
