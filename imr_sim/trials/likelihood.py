"""How probable what a trial saw is, given what a draw shows."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, logsumexp, xlog1py, xlogy
from scipy.stats import binom

from imr_sim.trials.outcomes import Item

LEAST = 1e-300  # probability of what a draw rules out, so that logarithms are finite


def log_likelihood(
    item: Item, value: np.ndarray, sd: np.ndarray, reach: np.ndarray, simulated: float
) -> np.ndarray:
    """Log probability of what was observed of one item, for each draw; shape as `value`.

    Sites of an arm are independent given the draw and the study's effect, so a count is binomial
    (*assumption*), bounds are sums of its probabilities, and a mean or difference is normal with
    the standard error that was published.

    Parameters
    ----------
    item : Item
        With something observed.
    value, sd, reach : ndarray, shape (D,)
        As in `imr_sim.trials.run.Shares`.
    simulated : float
        Sites behind `value`: their luck widens a difference.
    """
    seen = item.observed
    assert seen is not None, "nothing was observed"
    if seen.mean is not None and seen.se is not None:
        error = np.hypot(seen.se, sd / np.sqrt(np.maximum(simulated * reach, 1.0)))
        return -0.5 * ((seen.mean - value) / error) ** 2 - np.log(error) - 0.5 * np.log(2 * np.pi)
    n = item.sites
    # Sites that started and then did it: thinning of a binomial.
    p = value * reach if item.outcome.of_started and seen.of is None else value
    if seen.count is not None:
        return log_binomial(seen.count, n, p)
    low, high = seen.low or 0, n if seen.high is None else seen.high
    below = binom.sf(low - 1, n, p) - binom.sf(high, n, p)
    return np.log(np.maximum(below, LEAST))


def log_binomial(count: int, n: int, p: np.ndarray) -> np.ndarray:
    """Log probability of `count` of `n`, for each p."""
    ways = gammaln(n + 1) - gammaln(count + 1) - gammaln(n - count + 1)
    return ways + xlogy(count, p) + xlog1py(n - count, -p)


def log_score(
    item: Item,
    value: np.ndarray,
    sd: np.ndarray,
    reach: np.ndarray,
    simulated: float,
    weights: np.ndarray | None = None,
) -> float:
    """Log predictive probability of what was observed: the mean likelihood over draws."""
    ll = log_likelihood(item, value, sd, reach, simulated)
    w = np.full(len(ll), 1.0 / len(ll)) if weights is None else weights
    with np.errstate(divide="ignore"):
        return float(logsumexp(ll + np.log(w)))
