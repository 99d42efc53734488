"""Hazard of adoption: how likely, in each period, are those who have not adopted yet to do so."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from imr_sim.checks import whole_number
from imr_sim.diffusion.network import DiffusionNetwork

LEVEL = 0.90
"""Confidence level of intervals: 90%, as everywhere in this package."""


def hazard(network: DiffusionNetwork, *, period: int = 1) -> pd.DataFrame:
    """Life table of adoption, with Kaplan-Meier and Nelson-Aalen estimates.

    A node is at risk from its `entry` until it adopts or its observation ends; one that leaves
    without adopting is an exit, at risk up to its last period. All periods count, also the first
    (netdiffuseR sets its hazard to 0).

    Parameters
    ----------
    network : DiffusionNetwork
    period : int
        Observed periods in a row of the table; a last incomplete one is left out. A node is then
        at risk in a row when it is at risk in the row's first period.

    Returns
    -------
    DataFrame
        One row a period: ``period`` (its first), ``at_risk``, ``adopters``, ``exits`` (last
        observed in it, not having adopted), ``hazard`` with ``hazard_lo`` and ``hazard_hi``
        (Wilson's interval, doi 10.1080/01621459.1927.10502953), ``survival`` (Kaplan-Meier, doi
        10.1080/01621459.1958.10501452: not adopted at the end of the period) with
        ``survival_lo`` and ``survival_hi`` (Greenwood's variance on the log-log scale),
        ``cumulative_hazard`` (Nelson-Aalen, doi 10.1214/aos/1176344247) and its standard error
        ``cumulative_hazard_se``. Intervals are 90%, pointwise, and take nodes to be independent:
        where adoption spreads along ties they are too narrow.
    """
    period = whole_number("period", period, 1, 10_000)
    start = np.arange(network.first, network.last - period + 2, period)
    stop = start + period
    at_risk, adopters, exits = counts(network, start, stop)
    rate = _ratio(adopters, at_risk)
    low, high = _wilson(rate, at_risk)
    survival = np.cumprod(np.where(at_risk > 0, 1 - rate, 1.0))
    left = (at_risk - adopters).astype(float)
    greenwood = np.cumsum(_ratio(adopters, at_risk * left, empty=0.0))
    survival_low, survival_high = _log_log(survival, greenwood)
    return pd.DataFrame(
        {
            "period": start,
            "at_risk": at_risk,
            "adopters": adopters,
            "exits": exits,
            "hazard": rate,
            "hazard_lo": low,
            "hazard_hi": high,
            "survival": survival,
            "survival_lo": survival_low,
            "survival_hi": survival_high,
            "cumulative_hazard": np.cumsum(np.where(at_risk > 0, rate, 0.0)),
            "cumulative_hazard_se": np.sqrt(
                np.cumsum(_ratio(adopters, at_risk.astype(float) ** 2, empty=0.0))
            ),
        }
    )


def cumulative_adopters(network: DiffusionNetwork) -> np.ndarray:
    """Nodes that have adopted by the end of each observed period, int64, shape (T,)."""
    times = network.times[~np.isnan(network.times)].astype(np.int64) - network.first
    return np.cumsum(np.bincount(times, minlength=len(network.periods)))


def counts(
    network: DiffusionNetwork, start: np.ndarray, stop: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At risk, adopters and exits of periods from `start` until before `stop`; int64 each."""
    times, entry, exit_ = np.nan_to_num(network.times, nan=np.inf), network.entry, network.exit
    end = np.minimum(times, exit_)  # the last period at risk
    entered = np.searchsorted(np.sort(entry), start, side="right")
    gone = np.searchsorted(np.sort(end), start, side="left")
    seen = times[np.isfinite(times) & (times >= entry)]
    left = exit_[np.isinf(times) & (exit_ < network.last)]
    early = np.searchsorted(np.sort(times[times < entry]), start, side="left")
    late = np.searchsorted(np.sort(entry[times < entry]), start, side="right")
    return (
        entered - gone + early - late,
        _between(seen, start, stop),
        _between(left, start, stop),
    )


def _between(values: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    ordered = np.sort(values)
    return np.searchsorted(ordered, stop, side="left") - np.searchsorted(
        ordered, start, side="left"
    )


def _ratio(part: np.ndarray, whole: np.ndarray, empty: float = np.nan) -> np.ndarray:
    return np.divide(part, whole, out=np.full(part.shape, empty), where=whole > 0)


def _wilson(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    z = norm.ppf((1 + LEVEL) / 2)
    n = np.where(n > 0, n, np.nan).astype(float)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def _log_log(survival: np.ndarray, greenwood: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a survival curve that stays within 0 and 1; as it is where it is 0 or 1."""
    z = norm.ppf((1 + LEVEL) / 2)
    inside = (survival > 0) & (survival < 1)
    log = np.log(np.where(inside, survival, 0.5))
    spread = z * np.sqrt(greenwood) / np.abs(log)
    low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
    return np.where(inside, low, survival), np.where(inside, high, survival)
