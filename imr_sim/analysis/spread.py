"""What a mean comes with: intervals over histories, Monte-Carlo error, and where spread is from.

Every array here has the axes (draw, replicate, ...): D parameter draws, and in each draw R
replicates which differ by luck alone. NaN means "not defined in that history" and is left out.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

INTERVAL = (0.05, 0.95)
"""Probabilities that bound every 90% interval of this package."""


class Summary(NamedTuple):
    """Mean over histories, and the 5% and 95% quantiles over single histories."""

    mean: float
    lo: float
    hi: float


class Components(NamedTuple):
    """Standard deviations from the parameters (`draws`) and from luck (`replicates`)."""

    draws: float
    replicates: float


def summary(values: np.ndarray) -> Summary:
    """Mean and 90% interval over all histories.

    The interval is *predictive*: 90% of single histories (draw x replicate) lie in it. It does
    not shrink as more histories are run; see `mean_se` for how well the mean itself is known.

    Parameters
    ----------
    values : ndarray, shape (D, R)
        One number a history; NaN where it is not defined.

    Returns
    -------
    Summary
        All NaN when no history defines the number.
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return Summary(np.nan, np.nan, np.nan)
    lo, hi = np.quantile(known, INTERVAL)
    return Summary(float(known.mean()), float(lo), float(hi))


def mean_se(values: np.ndarray) -> np.ndarray:
    """Monte-Carlo standard error of the mean over histories.

    Replicates of one draw share its parameters, so the draws are the independent units (a cluster
    sample). With one draw, its replicates are.

    Parameters
    ----------
    values : ndarray, shape (D, R, ...)
        One number, or one array of numbers, a history; NaN where it is not defined.

    Returns
    -------
    ndarray, shape (...)
        NaN when fewer than two independent units exist.
    """
    units = nan_mean(values, axis=1) if values.shape[0] > 1 else values[0]
    known = np.sum(~np.isnan(units), axis=0)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # fewer than two units: NaN is the answer
        return np.nanstd(units, axis=0, ddof=1) / np.sqrt(known)


def components(values: np.ndarray) -> Components:
    """Split the spread of a number into parameters and luck, by nested analysis of variance.

    One-way random effects with replicates nested in draws (Searle, Casella and McCulloch 1992,
    doi 10.1002/9780470316856, section 3.6): the variance of the draws' means holds 1/R of the
    luck, which is taken out; a negative remainder is set to 0.

    Parameters
    ----------
    values : ndarray, shape (D, R)
        One number a history.

    Returns
    -------
    Components
        Both NaN with one replicate a draw, where the two cannot be told apart; `draws` NaN with
        one draw.
    """
    n_draws, n_replicates = values.shape
    if n_replicates < 2:
        return Components(np.nan, np.nan)
    within = float(values.var(axis=1, ddof=1).mean())
    if n_draws < 2:
        return Components(np.nan, within**0.5)
    between = float(values.mean(axis=1).var(ddof=1)) - within / n_replicates
    return Components(max(between, 0.0) ** 0.5, within**0.5)


def nan_mean(values: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    """Mean over `axis` without NaN; NaN, silently, where nothing is left."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=axis)
