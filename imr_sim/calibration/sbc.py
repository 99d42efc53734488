"""Simulation-based calibration: is the truth where the posterior says, over many made-up worlds?

Parameters are drawn from the prior, a history is run, studies watch it, and the posterior given
what they saw is asked for the rank of the truth. Over many such worlds ranks are uniform if, and
practically only if, simulator, likelihood and posterior fit together (Talts et al. 2018,
arXiv:1804.06788).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom

from imr_sim.calibration.bank import Bank, axis_values, weigh
from imr_sim.calibration.likelihood import Data

CONFIDENCE = 0.99
DRAW = 3  # stream of a bank's seed


def made_up_data(bank: Bank, worlds: int, seed: int) -> Sequence[Data]:
    """What the studies saw in the first histories of a bank, one data set each."""
    features = {k: v[:worlds] for k, v in bank.features.items()}
    observers = bank.simulator.space.observers(bank.z[:worlds])
    rng = np.random.default_rng([seed, DRAW])
    return bank.simulator.likelihood.draw(features, observers, rng)


@dataclass(frozen=True)
class Ranks:
    """Where the truth lies in each posterior.

    Attributes
    ----------
    names : tuple of str
    u : ndarray, shape (worlds, axes)
        Rank of the truth among posterior draws, as a share (0 to 1).
    effective : ndarray, shape (worlds,)
        Effective histories behind each posterior.
    """

    names: tuple[str, ...]
    u: np.ndarray
    effective: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Ranks:
        """Ranks from the table that `frame` gives."""
        names = tuple(str(c) for c in frame.columns if c != "effective")
        return cls(names, frame[list(names)].to_numpy(float), frame["effective"].to_numpy(float))

    def frame(self) -> pd.DataFrame:
        """One row a world: effective histories, and the rank of each parameter's truth."""
        return pd.DataFrame(
            {"effective": self.effective, **dict(zip(self.names, self.u.T, strict=True))}
        )

    def coverage(self, level: float) -> np.ndarray:
        """Share of worlds with the truth inside the central interval, shape (axes,)."""
        return (np.abs(self.u - 0.5) <= level / 2).mean(axis=0)

    def table(self, confidence: float = CONFIDENCE) -> pd.DataFrame:
        """One row an axis: coverage of 50 and 90% intervals, and the ECDF against its band."""
        worlds = len(self.u)
        points = ecdf_points(worlds)
        low, high = ecdf_band(worlds, points, confidence)
        rows = []
        for i, name in enumerate(self.names):
            ecdf = (self.u[:, i, None] <= points).mean(axis=0)
            outside = np.maximum(low - ecdf, ecdf - high).max()
            rows.append(
                {
                    "parameter": name,
                    "coverage_50": self.coverage(0.5)[i],
                    "coverage_90": self.coverage(0.9)[i],
                    "ecdf_outside_band": max(float(outside), 0.0),
                    "inside_band": bool(outside <= 1e-12),
                    "worlds": worlds,
                }
            )
        return pd.DataFrame(rows)


def rank_truth(bank: Bank, worlds: int, seed: int) -> Ranks:
    """Ranks of the truth over the first `worlds` histories of a bank.

    The history that made a data set is left out of the bank that judges it. The truth is ranked
    among draws of equal weight, as many as the bank gives for that data set without any history
    twice: among weighed draws, or copies, ranks are not uniform even when the posterior is right.
    """
    data = made_up_data(bank, worlds, seed)
    ll = bank.log_likelihood(data)
    axes = len(bank.simulator.space.names)
    u, ess = np.empty((worlds, axes)), np.empty(worlds)
    for world in range(worlds):
        rng = np.random.default_rng([seed, DRAW + 1, world])
        found = weigh(ll[:, :, world], leave_out=world)
        ess[world] = found.effective
        chosen = distinct(found.weights, rng)
        ties = rng.random(axes)
        for axis in range(axes):
            below = (axis_values(bank, axis).ravel()[chosen] < bank.z[world, axis]).sum()
            u[world, axis] = (below + ties[axis]) / (len(chosen) + 1)
    return Ranks(bank.simulator.space.names, u, ess)


def distinct(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws from histories and their looks, each history at most once: indices of the flat array.

    Systematic sampling (Madow 1949, doi 10.1214/aoms/1177729988): a history is drawn with a
    probability that is exactly its share of the weight times the number of draws.
    """
    share = weights.sum(axis=1)
    draws = max(int(1.0 / share.max()), 1)
    ends = share.cumsum()
    at = (np.arange(draws) + rng.random()) / draws * ends[-1]
    history = np.searchsorted(ends, at, side="right")
    within = weights[history].cumsum(axis=1)
    look = (within < (rng.random(draws) * within[:, -1])[:, None]).sum(axis=1)
    return history * weights.shape[1] + look


def ecdf_points(worlds: int) -> np.ndarray:
    """Where an ECDF of so many ranks is looked at."""
    return np.arange(1, min(worlds, 100)) / min(worlds, 100)


def ecdf_band(
    worlds: int, points: np.ndarray, confidence: float, tries: int = 10_000
) -> tuple[np.ndarray, np.ndarray]:
    """Simultaneous band of the ECDF of `worlds` uniform ranks.

    Pointwise binomial intervals, widened until so many uniform samples stay inside everywhere
    (by simulation: Sailynoja, Burkner and Vehtari 2022, doi 10.1007/s11222-022-10090-6).

    Returns
    -------
    low, high : ndarray, shape (points,)
    """
    rng = np.random.default_rng(0)
    counts = np.stack(
        [np.searchsorted(np.sort(rng.random(worlds)), points, side="right") for _ in range(tries)]
    )
    tail = np.minimum(binom.cdf(counts, worlds, points), binom.sf(counts - 1, worlds, points)).min(
        axis=1
    )
    gamma = np.quantile(tail, 1.0 - confidence)
    low = binom.ppf(gamma, worlds, points) / worlds
    high = binom.isf(gamma, worlds, points) / worlds
    return low, high
