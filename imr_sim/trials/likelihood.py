"""How probable what a trial saw is, given what a draw shows."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, gammaln, logsumexp, xlog1py, xlogy

from imr_sim.trials.outcomes import Item

LEAST = -690.0  # log probability of what a draw rules out: finite


def log_likelihood(
    item: Item, value: np.ndarray, sd: np.ndarray, reach: np.ndarray, simulated: float
) -> np.ndarray:
    """Log probability of what was observed of one item, for each draw; shape as `value`.

    Sites of an arm are independent given the draw and the study's effect, so a count is binomial
    (*assumption*); what the simulated sites leave open of its share is integrated out, which makes
    it beta-binomial, and a fit does not chase the luck of few simulated sites. Bounds are sums of
    its probabilities, and a mean or difference is normal with the standard error that was
    published.

    Parameters
    ----------
    item : Item
        With something observed.
    value, sd, reach : ndarray, shape (D,)
        As in `imr_sim.trials.run.Shares`.
    simulated : float
        Sites behind `value`; infinite where it is the share itself.
    """
    seen = item.observed
    assert seen is not None, "nothing was observed"
    if seen.mean is not None and seen.se is not None:
        error = np.hypot(seen.se, sd / np.sqrt(np.maximum(simulated * reach, 1.0)))
        return -0.5 * ((seen.mean - value) / error) ** 2 - np.log(error) - 0.5 * np.log(2 * np.pi)
    n, p, behind = item.sites, value, np.full(len(value), float(simulated))
    if item.outcome.of_started:
        if seen.of is None:  # sites that started and then did it: thinning of a binomial
            p = value * reach
        else:
            behind = behind * reach
    if seen.count is not None:
        return log_count(seen.count, n, p, behind)
    low, high = seen.low or 0, n if seen.high is None else seen.high
    inside = logsumexp([log_count(k, n, p, behind) for k in range(low, high + 1)], axis=0)
    return np.maximum(inside, LEAST)


def log_count(count: int, n: int, p: np.ndarray, simulated: np.ndarray) -> np.ndarray:
    """Log probability of `count` of `n` sites where `simulated` ones gave the share p."""
    if np.isinf(simulated).all():
        return log_binomial(count, n, p)
    a, b = p * (simulated + 1.0), (1.0 - p) * (simulated + 1.0)
    ways = gammaln(n + 1) - gammaln(count + 1) - gammaln(n - count + 1)
    return ways + betaln(count + a, n - count + b) - betaln(a, b)


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
