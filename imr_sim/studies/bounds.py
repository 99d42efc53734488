"""What the national survey of 2012 published: bounds, and a rough share (E4).

101 VAMCs answered. Which ones is not known: any are as likely as others (*assumption*), and their
respondents know whether their own VAMC provides IMR and has a PRRC (*assumption*).
"""

from __future__ import annotations

import numpy as np
from scipy.special import bdtr, gammaln

from imr_sim.evidence import Target
from imr_sim.studies.observer import Features, Observation, has_prrc, months_since, provides
from imr_sim.system import System

VAMCS = 101  # that answered (E4)
MONTH = 12 * 2012 + 2  # March 2012, the middle of the fieldwork (E5): assumption for the survey
ABOUT_A_FIFTH = (0.15, 0.25)  # our reading: assumption
SLIP = 0.01  # a statement is not what the survey found: assumption


def bound_probabilities(sites: np.ndarray, sample: int) -> np.ndarray:
    """Probability of each combination of three statements about a random sample of VAMCs.

    Parameters
    ----------
    sites : ndarray of int, shape (H, 2, 2)
        VAMCs: providing or not, with a PRRC or not.
    sample : int
        VAMCs sampled without replacement.

    Returns
    -------
    ndarray of float64, shape (H, 8)
        By 4 [fewer than half provide] + 2 [fewer than two thirds of those with a PRRC do] + 1
        [those with a PRRC do more often than those without].

    Notes
    -----
    Exact. It sums over the VAMCs *not* sampled, of which there are fewer: u with a PRRC, of which
    v provide, and w providing among those without.
    """
    sites = np.asarray(sites, np.int64)
    out = np.empty((len(sites), 8))
    for first in range(0, len(sites), 256):  # the tables of many histories would fill memory
        part = slice(first, first + 256)
        out[part] = _bound_probabilities(sites[part], sample)
    return out


def _bound_probabilities(sites: np.ndarray, sample: int) -> np.ndarray:
    cell = sites[:, :, :, None, None]
    a, r = cell[:, 1, 1], cell[:, 1, 1] + cell[:, 0, 1]  # providing with a PRRC; with a PRRC
    b, o = cell[:, 1, 0], cell[:, 1, 0] + cell[:, 0, 0]  # the same without
    missed = int((r + o).flat[0]) - sample
    u = np.arange(missed + 1)[None, :, None]
    v = np.arange(missed + 1)[None, None, :]
    every = _log_choose(r + o, np.array(missed))
    weight = np.exp(
        _log_choose(a, v) + _log_choose(r - a, u - v) + _log_choose(o, missed - u) - every
    )
    # at_least[h, u, j]: probability that w >= j, given u
    w = v
    among = _log_choose(b, w) + _log_choose(o - b, missed - u - w) - _log_choose(o, missed - u)
    pmf = np.exp(np.where(np.isfinite(_log_choose(o, missed - u)), among, -np.inf))
    at_least = np.concatenate(
        [pmf[:, :, ::-1].cumsum(axis=2)[:, :, ::-1], np.zeros((*pmf.shape[:2], 1))], axis=2
    )

    k, x = r - u, a - v  # sampled with a PRRC; of these providing
    other = sample - k
    few = (sample - 1) // 2 - x  # most that may provide among the others
    rarer = np.where(k > 0, (x * other - 1) // np.maximum(k, 1), -1)

    def up_to(most: np.ndarray) -> np.ndarray:
        """P(providing among the sampled others <= most): b - w <= most."""
        return np.take_along_axis(at_least, np.clip(b - most, 0, missed + 1), axis=2)

    p_few, p_rarer, both = up_to(few), up_to(rarer), up_to(np.minimum(few, rarer))
    third = (3 * x < 2 * k) & (k > 0)
    parts = {4 + 1: both, 4: p_few - both, 1: p_rarer - both, 0: 1 - p_few - p_rarer + both}
    out = np.zeros((len(sites), 8))
    for code, p in parts.items():
        out[:, code + 2] = (weight * p * third).sum(axis=(1, 2))
        out[:, code] = (weight * p * ~third).sum(axis=(1, 2))
    out = np.maximum(out, 0)
    return out / out.sum(axis=1, keepdims=True)


def _log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Log of n over k; -inf where there is no such choice."""
    n, k = np.broadcast_arrays(n, k)
    possible = (k >= 0) & (k <= n)
    k, m = np.where(possible, k, 0), np.where(possible, n, 0)
    return np.where(possible, gammaln(m + 1) - gammaln(k + 1) - gammaln(m - k + 1), -np.inf)


def trained_probabilities(share: np.ndarray, respondents: np.ndarray) -> np.ndarray:
    """P(share trained in the sample is below, within, above 15 to 25%); (H, 3).

    `share` (H,) of providers trained; `respondents` (H,), providers who answer, rounded: each a
    random provider (*assumption*).
    """
    n = np.round(respondents)
    low = np.ceil(np.round(ABOUT_A_FIFTH[0] * n, 9)) - 1
    high = np.floor(np.round(ABOUT_A_FIFTH[1] * n, 9))
    below = np.where(low < 0, 0.0, bdtr(np.maximum(low, 0), n.astype(int), share))
    up_to = bdtr(high, n.astype(int), share)
    return np.stack([below, np.maximum(up_to - below, 0), 1 - up_to], axis=1)


class SurveyBounds:
    """Statements of the survey."""

    def __init__(self, system: System, start: int, target: Target) -> None:
        self._at = months_since(start, MONTH, target.name)
        self.months = self._at + 1
        self._sample = min(VAMCS, system.n_sites)

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """Probabilities of the statements on VAMCs (H, 8), and the share of providers trained."""
        then = record[:, self._at]
        imr, prrc = provides(then), has_prrc(then)
        sites = np.array(
            [[((imr == a) & (prrc == r)).sum(axis=1) for r in (False, True)] for a in (False, True)]
        )
        delivering = then["delivering"].sum(axis=1, dtype=float)
        return {
            "survey_bounds": bound_probabilities(np.moveaxis(sites, 2, 0), self._sample),
            "survey_trained": then["trained"].sum(axis=1, dtype=float) / np.maximum(delivering, 1),
        }

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """Probabilities of the categories of both statements."""
        trained = trained_probabilities(
            features["survey_trained"], np.asarray(observation["survey_providers"], float)
        )
        return {
            "p_bounds": features["survey_bounds"],
            "p_trained": trained,
            "slip": np.array(SLIP),
        }
