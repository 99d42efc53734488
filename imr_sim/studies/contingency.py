"""Tests of two-by-two tables, as the survey would report them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.stats import chi2, fisher_exact

SMALL = 5  # expected count below which the exact test is used


def two_by_two(yes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """P-values of tables of two groups by yes or no.

    Parameters
    ----------
    yes : ndarray of int, shape (2, tests)
    size : tuple of int
        People in each group.

    Returns
    -------
    ndarray of float64, shape (tests,)
        Pearson's chi-square without correction, or Fisher's exact test (two-sided) where an
        expected count is below 5. NaN when a group is empty, 1 when all answer alike.
    """
    if min(size) == 0:
        return np.full(yes.shape[1], np.nan)
    n = np.array(size, float)[:, None]
    rate = yes.sum(axis=0) / n.sum()
    expected = np.minimum(n * rate, n * (1 - rate)).min(axis=0)
    varied = (rate > 0) & (rate < 1)
    spread = np.where(varied, n * rate * (1 - rate), 1.0)
    p = np.asarray(chi2.sf(((yes - n * rate) ** 2 / spread).sum(axis=0), 1))
    for i in np.flatnonzero(varied & (expected < SMALL)):
        a, b = (int(count) for count in yes[:, i])
        p[i] = _fisher(a, int(size[0]) - a, b, int(size[1]) - b)
    return np.where(varied, p, 1.0)


@lru_cache(maxsize=65536)
def _fisher(a: int, b: int, c: int, d: int) -> float:
    return float(fisher_exact([[a, b], [c, d]]).pvalue)


def holm(p: np.ndarray) -> np.ndarray:
    """Adjusted p-values for several tests at once; NaN stays (Holm 1979, Scand J Stat 6:65)."""
    order = np.argsort(p)  # NaN last
    m = int((~np.isnan(p)).sum())
    out = np.full(p.shape, np.nan)
    steps = p[order[:m]] * (m - np.arange(m))
    out[order[:m]] = np.minimum(np.maximum.accumulate(steps), 1)
    return out
