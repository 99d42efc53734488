"""What adopters saw beyond what others saw at the time: the statistics of the structure test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np

from imr_sim.checks import whole_number
from imr_sim.diffusion.exposure import exposure, thresholds
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.diffusion.rewire import Arcs

Heads = list[np.ndarray]


def excess_exposure(network: DiffusionNetwork, *, lag: int = 1) -> float:
    """Exposure of adopters when they adopt, minus that of all who were at risk in that period.

    The mean over adopters. It is the score of exposure in a proportional-hazards model, over the
    number of adopters (Cox 1972, doi 10.1111/j.2517-6161.1972.tb00899.x), and so the statistic
    that sees weak contagion best. Above 0, those who adopt had seen more adoption than others.
    Everybody who ever adopted counts as exposing; nodes with no alters are left out.

    Returns
    -------
    float
        NaN when nobody adopts after the first `lag` periods.
    """
    seen = exposure(network, lag=lag, current=False)
    times = np.nan_to_num(network.times, nan=np.inf)
    total, adopters = 0.0, 0
    for column in range(lag, len(network.periods)):
        period = network.periods[column]
        at_risk = (times >= period) & (network.entry <= period) & (period <= network.exit)
        at_risk &= ~np.isnan(seen[:, column])
        now = at_risk & (times == period)
        if now.any():
            value = seen[:, column]
            total += float(value[now].sum() - now.sum() * value[at_risk].mean())
            adopters += int(now.sum())
    return total / adopters if adopters else float("nan")


def mean_threshold(network: DiffusionNetwork, *, lag: int = 1) -> float:
    """Mean threshold of those who adopted: netdiffuseR's example of a statistic.

    Where ties go both ways it hardly depends on them: of two tied adopters one is earlier,
    whoever influenced whom.
    """
    table = thresholds(network, lag=lag, current=False)
    return float(table["threshold"][~table["censored"]].mean())


STATISTICS = {"excess exposure": excess_exposure, "mean threshold": mean_threshold}


def fast_excess(
    network: DiffusionNetwork, layers: list[Arcs], lag: int
) -> Callable[[Heads], float]:
    """`excess_exposure` of rewired ties without time windows, as a function of their heads."""
    lag = whole_number("lag", lag, 0, 10_000)
    never = network.last + 1
    times = np.nan_to_num(network.times, nan=never).astype(np.int64)
    begin = np.maximum(network.entry, network.first + lag)
    end = np.minimum(np.minimum(times, network.exit), network.last)
    degree = np.asarray(network.matrix().sum(axis=1), float)
    tails = [arcs.tail for arcs in layers]
    shares = [
        network.ties["weight"].to_numpy(float)[arcs.row] / degree[arcs.tail] for arcs in layers
    ]
    n_periods = len(network.periods)
    tied = degree > 0
    at_risk, adopters = np.zeros(n_periods + 1), np.zeros(n_periods)
    ever = tied & (begin <= end)
    np.add.at(at_risk, begin[ever] - network.first, 1)
    np.subtract.at(at_risk, end[ever] - network.first + 1, 1)
    at_risk = np.cumsum(at_risk)[:-1]
    adopts = ever & (times == end)
    np.add.at(adopters, times[adopts] - network.first, 1)
    chance = np.divide(adopters, at_risk, out=np.zeros(n_periods), where=at_risk > 0)
    n_adopters = adopters.sum()
    kernel = _compiled()

    def value(heads: Heads) -> float:
        if not n_adopters:
            return float("nan")
        own, total = np.zeros(1), np.zeros(n_periods + 1)
        for tail, head, share in zip(tails, heads, shares, strict=True):
            kernel((tail, head, share), (times, begin, end), (lag, network.first), own, total)
        return float((own[0] - chance @ np.cumsum(total)[:-1]) / n_adopters)

    return value


@cache
def _compiled() -> Any:
    return numba.njit(nogil=True, error_model="numpy")(_add_exposure)


def _add_exposure(
    arcs: tuple[np.ndarray, np.ndarray, np.ndarray],
    at_risk: tuple[np.ndarray, np.ndarray, np.ndarray],
    clock: tuple[int, int],
    own: np.ndarray,
    total: np.ndarray,
) -> None:
    """Add what each arc exposes its tail to: at its adoption, and in each period at risk.

    `arcs` are tails, heads and shares; `at_risk` times of adoption, first and last period at risk
    of each node; `clock` the lag and the first period.
    """
    tail, head, share = arcs
    times, begin, end = at_risk
    lag, first = clock
    for e in range(len(tail)):
        i = tail[e]
        since = max(times[head[e]] + lag, begin[i])
        if since <= end[i]:
            total[since - first] += share[e]
            total[end[i] + 1 - first] -= share[e]
            if times[i] == end[i]:
                own[0] += share[e]
