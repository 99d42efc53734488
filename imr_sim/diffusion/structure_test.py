"""Does adoption follow *these* ties, more than it would other ties of the same degrees?"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np

from imr_sim.checks import whole_number
from imr_sim.diffusion.excess import STATISTICS, fast_excess
from imr_sim.diffusion.network import DiffusionNetwork, wrong_word
from imr_sim.diffusion.rewire import Arcs, layer_arcs, rewired_heads
from imr_sim.errors import RequestError

Statistic = Callable[[DiffusionNetwork], float]


class StructureTest(NamedTuple):
    """A statistic of the network at hand, beside the same of rewired ones.

    Attributes
    ----------
    observed : float
    null : ndarray of float64, shape (rewirings,)
        Sorted by the number of the rewiring: element r depends on the seed and r alone.
    mean, sd : float
        Of `null`.
    p : float
        Two-sided: twice the smaller of (1 + rewirings at or above the observed) and (1 + at or
        below), over (1 + rewirings); at most 1.
    p_error : float
        Monte-Carlo standard error of `p`: a second run with another seed differs by as much.
    rewirings : int
    """

    observed: float
    null: np.ndarray
    mean: float
    sd: float
    p: float
    p_error: float
    rewirings: int


def structure_test(
    network: DiffusionNetwork,
    *,
    statistic: str | Statistic = "excess exposure",
    lag: int = 1,
    within: str | None = None,
    rewirings: int = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> StructureTest:
    """Compare a statistic with its values when ties are dealt anew, degrees kept.

    Ties change partners inside their layer and time window (Maslov and Sneppen 2002, doi
    10.1126/science.1065103); adoption times stay. Where adoption follows ties, the excess exposure
    of adopters is higher than in rewired networks. Likeness of tied people in readiness to adopt
    (homophily) gives the same sign: the test tells structure, not its cause.

    Parameters
    ----------
    network : DiffusionNetwork
    statistic : {"excess exposure", "mean threshold"} or callable
        `excess_exposure`, compiled; `mean_threshold`; or a function of a network, with a number.
    lag : int
        Periods between seeing and adopting, of the named statistics.
    within : str, optional
        An attribute: ties keep the groups of both their ends, e.g. the site, so that what groups
        have in common is in the null too.
    rewirings : int
    seed : int
    threads : int, optional
        Changes the speed and nothing else. One for each processor by default.

    Returns
    -------
    StructureTest

    Raises
    ------
    RequestError
        When there is no tie, or the statistic is no number on the network at hand.
    """
    rewirings = whole_number("rewirings", rewirings, 1, 10_000_000)
    if not len(network.ties):
        raise _refused("a network without ties", "there is nothing to rewire")
    layers = [layer_arcs(network, layer, within) for layer in network.layers]
    if isinstance(statistic, str) and statistic not in STATISTICS:
        raise wrong_word("statistic", statistic, tuple(STATISTICS))
    if statistic == "excess exposure" and not network.windowed:
        value = fast_excess(network, layers, lag)
    elif isinstance(statistic, str):
        value = _slow(network, layers, partial(STATISTICS[statistic], lag=lag))
    else:
        value = _slow(network, layers, statistic)
    observed = value([arcs.head for arcs in layers])
    if not np.isfinite(observed):
        raise _refused(f"a statistic of {observed}", "it is no number on the network at hand")

    def one(number: int) -> float:
        seeds = np.random.SeedSequence(seed, spawn_key=(number,))
        rng = np.random.Generator(np.random.PCG64(seeds))
        return value([rewired_heads(arcs, rng) for arcs in layers])

    first = [one(0)]  # compiles, before threads would all do so
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        null = np.array(first + list(pool.map(one, range(1, rewirings))))
    near = 1e-12 * (1 + abs(observed))
    extreme = min((null >= observed - near).sum(), (null <= observed + near).sum())
    tail = (1 + int(extreme)) / (1 + rewirings)
    error = 2 * np.sqrt(tail * (1 - tail) / (1 + rewirings))
    return StructureTest(
        observed,
        null,
        float(null.mean()),
        float(null.std(ddof=1)) if rewirings > 1 else np.nan,
        min(1.0, 2 * tail),
        float(error),
        rewirings,
    )


def _slow(
    network: DiffusionNetwork, layers: list[Arcs], statistic: Statistic
) -> Callable[[list[np.ndarray]], float]:
    def value(heads: list[np.ndarray]) -> float:
        alter = network.ties["alter"].to_numpy().copy()
        for arcs, head in zip(layers, heads, strict=True):
            alter[arcs.row] = head
        return float(statistic(network.with_ties(network.ties.assign(alter=alter))))

    return value


def _refused(given: str, why: str) -> RequestError:
    return RequestError(
        given, where="structure_test", why=why, write="Pass ties, and a statistic that is a number."
    )
