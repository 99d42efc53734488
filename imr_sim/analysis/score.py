"""How good is a forecast?"""

from __future__ import annotations

import numpy as np


def crps(samples: np.ndarray, observed: float) -> float:
    """Continuous ranked probability score of a sample, in the unit of the forecast; 0 is best.

    Mean distance to the observation minus half the mean distance among the samples (Gneiting and
    Raftery 2007, doi 10.1198/016214506000001437). For a point forecast it is the absolute error.

    Parameters
    ----------
    samples : ndarray, shape (n,)
    observed : float
    """
    x = np.sort(np.asarray(samples, float))
    n = len(x)
    spread = 2.0 * np.sum(x * (2 * np.arange(1, n + 1) - n - 1)) / n**2
    return float(np.abs(x - observed).mean() - 0.5 * spread)


def straight_line(years: np.ndarray, shares: np.ndarray, year: int) -> float:
    """Least-squares line through `shares` at `year`; the mean where there is one year only."""
    if len(years) < 2:
        return float(shares.mean())
    slope, level = np.polyfit(years - years.mean(), shares, 1)
    return float(level + slope * (year - years.mean()))
