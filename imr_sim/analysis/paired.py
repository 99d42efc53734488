"""Strategies against the reference, history by history: both met the same luck."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from imr_sim.analysis.spread import Components, Summary, components, mean_se, summary


class Paired(NamedTuple):
    """A paired difference to the reference.

    Attributes
    ----------
    difference : Summary
        Mean difference, and the 90% interval over single histories (parameters and luck).
    p_better : float
        Share of histories in which the strategy is strictly above the reference.
    p_worse : float
        Share in which it is strictly below.
    sd : Components
        Spread of the difference between parameter draws and between replicates.
    mc_se : float
        Monte-Carlo standard error of the mean difference.
    """

    difference: Summary
    p_better: float
    p_worse: float
    sd: Components
    mc_se: float


def paired(values: np.ndarray, reference: np.ndarray) -> Paired:
    """Compare two strategies by histories that differ by the strategy only.

    Parameters
    ----------
    values, reference : ndarray, shape (D, R)
        One outcome a history, larger is better; element [d, r] of both met the same luck.

    Returns
    -------
    Paired
    """
    difference = values - reference
    return Paired(
        summary(difference),
        float(np.mean(difference > 0)),
        float(np.mean(difference < 0)),
        components(difference),
        float(mean_se(difference)),
    )


def p_best(values: np.ndarray) -> np.ndarray:
    """Share of histories in which each strategy has the best outcome; ties are shared equally.

    Parameters
    ----------
    values : ndarray, shape (strategies, D, R)
        One outcome a history, larger is better.

    Returns
    -------
    ndarray, shape (strategies,)
        Sums to 1.
    """
    best = values == values.max(axis=0)
    return (best / best.sum(axis=0)).mean(axis=(1, 2))
