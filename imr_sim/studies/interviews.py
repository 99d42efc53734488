"""Interviews at 23 VAMCs: which of ten factors differ between sites that provide IMR or not (E1).

A factor is present or absent at a site. Interviewees know only their own site, and a factor is
coded wrong with `coding_error`; where two were interviewed and disagree, the coders toss a coin
(*assumption*), which leaves the error as it is. A factor is said to differ when its share among
implementing sites exceeds that among the others by `contrast_threshold` or more.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.stats import binom

from imr_sim.evidence import Target
from imr_sim.model import state as st
from imr_sim.model.history import FACTORS as FIXED
from imr_sim.studies.observer import Features, Observation, has_prrc, months_since, provides
from imr_sim.system import ROLES, System

SITES = 23  # visited (E1)
IMPLEMENTING = (7, 16)  # of these, any number as likely: assumption, the split was not published
MONTH = 12 * 2012 + 2  # March 2012, the middle of the fieldwork (E5)
WINDOW = 12  # months in which a sensitive period is told of: assumption
SAMPLES = 50  # samples of sites over which the probability is averaged
SLIP = 0.01  # the classification is not what the coding gave: assumption
ERRORS = np.linspace(0, 0.5, 21)
THRESHOLDS = np.linspace(0.05, 0.8, 16)
AWARE_SHARES = np.linspace(0.1, 0.9, 9)


def key_staff(system: System) -> np.ndarray:
    """Members of SMI programmes and the chief, of each site; int, shape (S,)."""
    key = system.smi | (system.role == ROLES.index("chief"))
    return np.bincount(system.site[key], minlength=system.n_sites)


def presence(record: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Whether each factor but awareness is present at each site at the end of a record.

    Parameters
    ----------
    record : ndarray of RECORD, shape (H, M, S)
        All months of the history so far.
    factors : ndarray, shape (H, 5, S)

    Returns
    -------
    ndarray of bool, shape (H, 9, S)
        In the order of `imr_sim.evidence.observed.FACTORS`.

    Notes
    -----
    Sites that implement tell how IMR came: a sensitive period in the year up to its start. The
    others tell of the past year. Both windows are as long, so that the telling alone makes no
    difference (*assumption*).
    """
    now = record[:, -1]
    above = {name: factors[:, i] > 0 for i, name in enumerate(FIXED)}
    return np.stack(
        [
            now["importer_champions"] > 0,
            now["leadership"] > 0,
            above["veteran"],
            _sensitive(record),
            has_prrc(now),
            above["recovery"],
            above["ebp"],
            above["fit"],
            above["time"],
        ],
        axis=1,
    )


def _sensitive(record: np.ndarray) -> np.ndarray:
    """A sensitive period in the year up to the last start, or the past year; bool, (H, S)."""
    months = record.shape[1]
    events = record["events"]
    since = ((events & st.STARTED) != 0)[:, ::-1].argmax(axis=1)  # months since the last start
    end = months - np.where(provides(record[:, -1]), since, 0)[:, None]
    total = np.zeros((len(record), months + 1, record.shape[2]), np.int16)
    np.cumsum((events & st.SENSITIVE) != 0, axis=1, out=total[:, 1:])
    begin = np.maximum(end - WINDOW, 0)
    open_months = np.take_along_axis(total, end, 1) - np.take_along_axis(total, begin, 1)
    return open_months[:, 0] > 0


@lru_cache(maxsize=4)
def differs_table(sites: int) -> np.ndarray:
    """P(a factor is said to differ), before anything is known of the coding.

    Returns
    -------
    ndarray of float32, shape (sites + 1, sites + 1, sites + 1, 21, 16)
        By implementing sites, by those of them and of the others where the factor is present, by
        coding error (`ERRORS`) and threshold (`THRESHOLDS`). With no site on one side nothing
        differs.
    """
    shape = (sites + 1,) * 3 + (len(ERRORS), len(THRESHOLDS))
    table = np.zeros(shape, np.float32)
    for n in range(1, sites):
        gap = np.arange(n + 1)[:, None] / n - np.arange(sites - n + 1) / (sites - n)
        apart = gap >= THRESHOLDS[:, None, None] - 1e-9
        for e, error in enumerate(ERRORS):
            ours, others = _coded(n, error), _coded(sites - n, error)
            table[n, : n + 1, : sites - n + 1, e] = np.einsum(
                "ax,txy,by->abt", ours, apart.astype(float), others, optimize=True
            )
    return table


def _coded(n: int, error: float) -> np.ndarray:
    """P(coded present at x of n sites | really present at a of them); (a, x)."""
    rows = [
        np.convolve(
            binom.pmf(np.arange(a + 1), a, 1 - error), binom.pmf(np.arange(n - a + 1), n - a, error)
        )
        for a in range(n + 1)
    ]
    return np.array(rows)


class InterviewContrast:
    """Which factors the study would say differ.

    The sites are sampled by the observer's own fixed luck, the same for all histories: `SAMPLES`
    orders of the sites, each with its number of implementing sites, evenly over `IMPLEMENTING`. A
    history with too few sites of a kind gives what it has.
    """

    def __init__(self, system: System, start: int, target: Target) -> None:
        self._at = months_since(start, MONTH, target.name)
        self.months = self._at + 1
        self._sites = min(SITES, system.n_sites)
        self._key_count = key_staff(system)
        rng = np.random.default_rng(np.random.SeedSequence([20120301, system.n_sites]))
        self._order = rng.random((SAMPLES, system.n_sites)).argsort(axis=1)
        low, high = (round(n * self._sites / SITES) for n in IMPLEMENTING)
        self._wanted = low + np.arange(SAMPLES) % (high - low + 1)

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """Counts in each sample of sites.

        Returns
        -------
        dict of ndarray of uint8
            ``interview_sites`` (H, K): implementing. Sites among the others and the implementing:
            ``interview_aware`` (H, K, 2, 9) where more than each of `AWARE_SHARES` of key staff
            know of IMR; ``interview_present`` (H, K, 2, 9) with each other factor.
        """
        past = record[:, : self._at + 1]
        now = past[:, -1]
        imr = provides(now)
        share = now["key_aware"] / np.maximum(self._key_count, 1)
        aware = share[:, None] > AWARE_SHARES[:, None]
        present = np.concatenate([aware, presence(past, factors)], axis=1).astype(np.float32)
        available = imr.sum(axis=1)[:, None]
        others = imr.shape[1] - available
        ours = np.clip(self._wanted, self._sites - others, np.minimum(available, self._sites))
        counts = [
            _chosen(imr == kind, self._order, n).astype(np.float32) @ present.transpose(0, 2, 1)
            for kind, n in ((False, self._sites - ours), (True, ours))
        ]
        table = np.stack(counts, axis=2).astype(np.uint8)
        return {
            "interview_sites": ours.astype(np.uint8),
            "interview_aware": table[..., : len(AWARE_SHARES)],
            "interview_present": table[..., len(AWARE_SHARES) :],
        }

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """P(each factor is said to differ) in each sample of sites; (H, K, 10).

        Between tabulated errors and thresholds it is a mixture of the nearest (those of the
        coders are not sharp either).
        """
        n = features["interview_sites"].astype(np.intp)[:, :, None]
        present = features["interview_present"]
        p = np.empty((*present.shape[:2], 1 + present.shape[-1]))
        p[..., 1:] = self._differs(n, present, observation)
        p[..., 0] = 0.0
        everyone = np.arange(len(n))
        for at, weight in _nearest(observation["awareness_threshold"], AWARE_SHARES):
            aware = features["interview_aware"][everyone, :, :, at][..., None]
            p[..., :1] += weight[:, None, None] * self._differs(n, aware, observation)
        return {"p": p, "slip": np.array(SLIP)}

    def _differs(self, n: np.ndarray, present: np.ndarray, observation: Observation) -> np.ndarray:
        """P(said to differ), (H, K, F), of factors present at (H, K, 2, F) sites."""
        table = differs_table(self._sites)
        flat = table.reshape(-1, len(ERRORS), len(THRESHOLDS))
        others, ours = np.moveaxis(present.astype(np.intp), 2, 0)
        cell = (n * (self._sites + 1) + ours) * (self._sites + 1) + others
        p = np.zeros(cell.shape)
        for e, e_weight in _nearest(observation["coding_error"], ERRORS):
            for t, t_weight in _nearest(observation["contrast_threshold"], THRESHOLDS):
                at = flat[cell, e[:, None, None], t[:, None, None]]
                p += (e_weight * t_weight)[:, None, None] * at
        return p


def _chosen(kind: np.ndarray, order: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The first n (H, K) sites of a kind (H, S) in each order (K, S); bool, (H, K, S)."""
    ordered = kind[:, order]
    taken = ordered & (ordered.cumsum(axis=2, dtype=np.int16) <= n[:, :, None])
    back = order.argsort(axis=1)
    return np.take_along_axis(taken, np.broadcast_to(back, taken.shape), axis=2)


def _nearest(value: np.ndarray, grid: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Indices below and above each value (H,) in an even grid, with their weights."""
    step = (np.clip(value, grid[0], grid[-1]) - grid[0]) / (grid[1] - grid[0])
    low = np.minimum(step.astype(int), len(grid) - 2)
    return (low, 1 - (step - low)), (low + 1, step - low)
