"""The yearly census: locations that say they offer IMR, by psychosocial rehabilitation.

N-MHSS asks locations, of which a VAMC has several. What each says depends on whether its VAMC
provides IMR and has a PRRC; every VAMC has as many locations as any other (*assumption*).
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from imr_sim.errors import RequestError
from imr_sim.evidence import Target
from imr_sim.studies.observer import Features, Observation, has_prrc, months_since, provides
from imr_sim.system import System

APRIL = 3  # the reference date is 30 April; a month of a record shows its end
LARGE_LIST = 2014  # from this year on the list had some 400 facilities and more


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


def reports(observation: Observation) -> np.ndarray:
    """P(a location says it offers IMR); (H, 2, 2) over its VAMC providing, and its PSR."""
    base = np.stack([observation["report_other"], observation["report_providing"]], axis=1)
    shift = np.asarray(observation["psr_link"], float)[:, None, None] * np.array([-0.5, 0.5])
    return expit(logit(base)[:, :, None] + shift)


def psr(observation: Observation, years: tuple[int, ...]) -> np.ndarray:
    """P(a location has psychosocial rehabilitation); (H, Y, 2) over its VAMC having a PRRC."""
    base = np.stack([observation["psr_none"], observation["psr_prrc"]], axis=1)
    small = np.array([year < LARGE_LIST for year in years], float)
    shift = np.asarray(observation["census_frame_2010"], float)[:, None, None] * small[:, None]
    return expit(logit(base)[:, None, :] + shift)


def _has(observation: Observation, years: tuple[int, ...]) -> np.ndarray:
    """P(psychosocial rehabilitation or not); (H, Y, PRRC, PSR)."""
    has = psr(observation, years)
    return np.stack([1 - has, has], axis=-1)


def cell_probabilities(
    vamcs: np.ndarray, observation: Observation, years: tuple[int, ...]
) -> np.ndarray:
    """What a location drawn at random says, in each group of VAMCs.

    Parameters
    ----------
    vamcs : ndarray, shape (H, Y, G, 2, 2)
        From `count_vamcs`.
    observation : mapping of ndarray, shape (H,)
    years : tuple of int, length Y

    Returns
    -------
    ndarray of float64, shape (H, Y, G, 2, 2)
        Last axes: psychosocial rehabilitation, says it offers IMR. They sum to 1, or to 0 in an
        empty group.
    """
    counts = np.asarray(vamcs, float)
    share = counts / np.maximum(counts.sum(axis=(-2, -1), keepdims=True), 1)
    says = reports(observation)
    says = np.stack([1 - says, says], axis=-1)  # (H, providing, PSR, says)
    has = _has(observation, years)
    return np.einsum("hygar,hyrp,hapi->hygpi", share, has, says, optimize=True)


class _Census:
    """Reads the sites in April of the years of a target."""

    def __init__(self, system: System, start: int, target: Target) -> None:
        self.years = target.years
        self._at = [months_since(start, census_month(y), target.name) for y in self.years]
        self.months = self._at[-1] + 1


class CensusTables(_Census):
    """Tables of psychosocial rehabilitation by IMR, or their margin."""

    def __init__(self, system: System, start: int, target: Target) -> None:
        super().__init__(system, start, target)
        self._margin = len(target.labels) == 2

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """VAMCs by year, providing, PRRC: uint16, shape (H, Y, 2, 2)."""
        return {"census_vamcs": count_vamcs(record[:, self._at])[:, :, 0]}

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """Expected shares of the cells of each year, and the over-dispersion."""
        vamcs = features["census_vamcs"][:, : len(self.years), None]
        p = cell_probabilities(vamcs, observation, self.years)[:, :, 0]
        if self._margin:
            p = p.sum(axis=2)
        rho = np.asarray(observation["census_overdispersion"], float)
        return {"p": p.reshape(*p.shape[:2], -1), "rho": rho}


class BetweenStates(_Census):
    """Chi-square of states by saying IMR or not, over its degrees of freedom, mean of the years.

    Every VAMC has as many locations as any other, within its state (*assumption*). The same
    facilities recur from year to year, so the years count as one observation of their mean, with
    the spread of one chi-square: the logarithm has standard deviation sqrt(2 / df).
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
        self._facilities = target.totals.astype(float)

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """VAMCs by year, state, providing, PRRC: uint16, shape (H, Y, states, 2, 2)."""
        return {"state_vamcs": count_vamcs(record[:, self._at], self._member)}

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """Expected chi-square over its degrees of freedom, mean of the years; (H,)."""
        weight = self._member.mean(axis=0)  # (G,)
        share = (
            features["state_vamcs"][:, : len(self.years)] / self._member.sum(axis=0)[:, None, None]
        )
        has, says = _has(observation, self.years), reports(observation)
        vamc = np.einsum("hyrp,hap->hyar", has, says)  # P(a location of a VAMC says so)
        p = np.einsum("hygar,hyar->hyg", share, vamc)
        spread = np.einsum("hygar,hyar->hyg", share, vamc * (1 - vamc))
        n = self._facilities[:, None] * weight
        overall = (p * weight).sum(axis=-1, keepdims=True)
        between = (n * (p - overall) ** 2).sum(axis=-1)
        chance = (spread * (1 - weight)).sum(axis=-1)
        scale = overall[..., 0] * (1 - overall[..., 0]) * (self.n_states - 1)
        ratio = ((between + chance) / scale).mean(axis=1)
        return {"mean": ratio, "log_sd": np.array(np.sqrt(2 / (self.n_states - 1)))}
