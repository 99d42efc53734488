"""What an additional VAMC-year costs, and which strategies nobody should choose on cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

RESAMPLES = 2000
"""Bootstrap resamples: enough for the 5% and 95% quantiles to settle (assumption)."""

ROUNDING = 1e-12
CHEAPER_AND_BETTER = "cheaper and better"


class CostRatio(NamedTuple):
    """Added cost over added VAMC-years, in US$ a VAMC-year.

    Attributes
    ----------
    ratio, lo, hi : float
        Ratio of means and its 90% bootstrap interval; `hi` is infinite when more than one in
        twenty resamples adds no VAMC-years, `lo` is 0 when more than one in twenty costs no more
        than the reference. All NaN when the means add no VAMC-years, or cost less: a negative
        ratio orders nothing, since a smaller gain for the same saving would look better.
    reason : str
        Why the ratio is not defined; empty when it is.
    """

    ratio: float
    lo: float
    hi: float
    reason: str


def cost_ratio(added_cost: np.ndarray, added_years: np.ndarray, seed: int) -> CostRatio:
    """Total added cost over total added VAMC-years, against the reference.

    A ratio of means, not a mean of ratios: single histories may add no VAMC-years at all. The
    interval resamples parameter draws with all their replicates, cost and effect together (Efron
    and Tibshirani 1993, doi 10.1201/9780429246593), or replicates when there is one draw. It says
    how well this *average* ratio is known from the histories run, not how far the ratio could be
    off in one future.

    Parameters
    ----------
    added_cost : ndarray, shape (D, R)
        US$ above the reference after the policy date.
    added_years : ndarray, shape (D, R)
        VAMC-years of providing above the reference after the policy date.
    seed : int
        Seed of the resampling; 0 is a seed.

    Returns
    -------
    CostRatio
    """
    years, cost = _mean(added_years), _mean(added_cost)
    if years <= 0 or cost < 0:
        return CostRatio(np.nan, np.nan, np.nan, _no_ratio(cost, years))
    axis = 1 if len(added_cost) > 1 else 0
    ratio = cost / years
    units = np.column_stack([added_cost.mean(axis=axis), added_years.mean(axis=axis)])
    if len(units) < 2:
        return CostRatio(ratio, np.nan, np.nan, "")
    rng = np.random.default_rng([seed, 1])
    times = rng.multinomial(len(units), np.full(len(units), 1 / len(units)), size=RESAMPLES)
    costs, effects = np.dot(times.astype(float), units).T
    ratios = np.full(RESAMPLES, np.inf)
    np.divide(np.maximum(costs, 0), effects, out=ratios, where=effects > 0)
    # "higher" and "lower" pick a resample as it is: no arithmetic on infinities.
    lo = np.quantile(ratios, 0.05, method="lower")
    hi = np.quantile(ratios, 0.95, method="higher")
    return CostRatio(ratio, float(lo), float(hi), "")


def _no_ratio(cost: float, years: float) -> str:
    """Why there is no cost per added VAMC-year."""
    if years > 0:
        return CHEAPER_AND_BETTER
    if cost > 0:
        return "dominated: costs more, adds no VAMC-years"
    if cost < 0:
        return "costs less, " + ("adds no VAMC-years" if years == 0 else "loses VAMC-years")
    return "adds no VAMC-years"


def _mean(values: np.ndarray) -> float:
    """Mean over histories; sums that should cancel do, to the last bit of what was summed."""
    mean = float(values.mean())
    return 0.0 if abs(mean) <= ROUNDING * float(np.abs(values).max(initial=0)) else mean


def frontier(names: list[str], cost: np.ndarray, years: np.ndarray) -> pd.DataFrame:
    """Cost-effectiveness frontier of mean cost and mean VAMC-years.

    Parameters
    ----------
    names : list of str
        Strategies, the reference among them.
    cost : ndarray, shape (strategies,)
        Mean cost, US$.
    years : ndarray, shape (strategies,)
        Mean VAMC-years providing (or added ones: a constant changes nothing).

    Returns
    -------
    DataFrame
        In the given order: ``strategy``, ``cost_usd``, ``vamc_years``, ``status`` and
        ``cost_per_vamc_year_on_frontier`` (against the next cheaper strategy on the frontier,
        US$; NaN off it and for its first). ``status`` is "frontier", "dominated" (another one
        costs no more and does at least as much, and one of the two is strictly better) or
        "extendedly dominated" (a mix of two others costs no more and does more). Strategies that
        cost and do the same share a place, wherever they stand in the list.
    """
    points = np.column_stack([cost, years])
    unique, place = np.unique(points, axis=0, return_inverse=True)
    status, step = _frontier(unique[:, 0], unique[:, 1])
    place = place.ravel()
    return pd.DataFrame(
        {
            "strategy": names,
            "cost_usd": cost,
            "vamc_years": years,
            "status": [status[i] for i in place],
            "cost_per_vamc_year_on_frontier": step[place],
        }
    )


def _frontier(cost: np.ndarray, years: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Status of distinct points, and the cost of a VAMC-year on the way to each."""
    status = ["dominated"] * len(cost)
    step = np.full(len(cost), np.nan)
    hull: list[int] = []
    for i in np.lexsort((-years, cost)):
        if hull and years[i] <= years[hull[-1]]:
            continue
        while len(hull) > 1 and _slope(cost, years, hull[-1], i) < step[hull[-1]]:
            status[hull.pop()] = "extendedly dominated"
        step[i] = _slope(cost, years, hull[-1], i) if hull else np.nan
        status[i] = "frontier"
        hull.append(i)
    step[[s != "frontier" for s in status]] = np.nan
    return status, step


def _slope(cost: np.ndarray, years: np.ndarray, a: int, b: int) -> float:
    return float((cost[b] - cost[a]) / (years[b] - years[a]))
