"""How far a statistic of a network would differ among networks like this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from imr_sim.checks import whole_number
from imr_sim.diffusion.network import DiffusionNetwork, make_ties
from imr_sim.errors import RequestError


class Bootstrap(NamedTuple):
    """A statistic and its bootstrap distribution.

    Attributes
    ----------
    observed : float
    draws : ndarray of float64, shape (draws,)
        Draw r depends on the seed and r alone.
    bias, se : float
        Mean of the draws minus the observed; their standard deviation.
    low, high : float
        Central 90% of the draws.
    """

    observed: float
    draws: np.ndarray
    bias: float
    se: float
    low: float
    high: float


def network_bootstrap(
    network: DiffusionNetwork,
    statistic: Callable[[DiffusionNetwork], float],
    *,
    draws: int = 200,
    seed: int = 1,
) -> Bootstrap:
    """Vertex bootstrap (Snijders and Borgatti 1999, Connections 22(2), 161-170).

    Nodes are drawn with replacement and bring their ties to each other, their times and
    attributes. Two copies of one node are tied as a random pair of nodes is.

    Parameters
    ----------
    network : DiffusionNetwork
        Of ties with time windows, all windows are kept.
    statistic : callable
        Of a network, a number.
    draws : int
    seed : int

    Returns
    -------
    Bootstrap

    Raises
    ------
    RequestError
        When the statistic is no number on the network, or on more than one draw in ten.
    """
    draws = whole_number("draws", draws, 2, 10_000_000)
    observed = float(statistic(network))
    values = np.empty(draws)
    for number in range(draws):
        seeds = np.random.SeedSequence(seed, spawn_key=(number,))
        rng = np.random.Generator(np.random.PCG64(seeds))
        values[number] = statistic(resampled(network, rng))
    known = values[np.isfinite(values)]
    if not np.isfinite(observed) or len(known) < 0.9 * draws:
        raise RequestError(
            f"{draws - len(known)} of {draws} draws without a value",
            where="network_bootstrap",
            why="the statistic is no number on this network or on many drawn from it",
            write="Take a statistic that exists on small and unlucky networks too.",
        )
    low, high = np.quantile(known, [0.05, 0.95])
    bias = float(known.mean() - observed)
    return Bootstrap(observed, values, bias, float(known.std(ddof=1)), float(low), float(high))


def resampled(network: DiffusionNetwork, rng: np.random.Generator) -> DiffusionNetwork:
    """One bootstrap network: as many nodes, drawn with replacement."""
    chosen = np.sort(rng.integers(network.n, size=network.n))
    copies = np.bincount(chosen, minlength=network.n)
    first = np.concatenate([[0], np.cumsum(copies)[:-1]])
    ties = _copied_ties(network.ties, copies, first)
    between = _ties_of_copies(network, copies, first, rng)
    spells = network.spells
    times = copies[spells["node"].to_numpy()]
    row = np.repeat(np.arange(len(spells)), times)
    place = first[spells["node"].to_numpy()[row]] + _count_up(times)
    names = pd.Index([f"{i}:{name}" for i, name in enumerate(network.names[chosen])])
    return replace(
        network,
        nodes=network.nodes.iloc[chosen].set_axis(names),
        spells=spells.iloc[row].assign(node=place).reset_index(drop=True),
        ties=pd.concat([ties, between], ignore_index=True),
        entry=network.entry[chosen],
        exit=network.exit[chosen],
        exit_reason=(),
    )


def _copied_ties(ties: pd.DataFrame, copies: np.ndarray, first: np.ndarray) -> pd.DataFrame:
    """Every tie once for each pair of copies of its ends."""
    ego, alter = ties["ego"].to_numpy(), ties["alter"].to_numpy()
    row = np.repeat(np.arange(len(ties)), copies[ego] * copies[alter])
    number = _count_up(copies[ego] * copies[alter])
    a, b = np.divmod(number, np.maximum(copies[alter[row]], 1))
    return ties.iloc[row].assign(ego=first[ego[row]] + a, alter=first[alter[row]] + b)


def _ties_of_copies(
    network: DiffusionNetwork, copies: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Ties between copies of one node: each pair gets those of a random pair of other nodes."""
    node = np.flatnonzero(copies > 1)
    row = np.repeat(node, copies[node] ** 2)
    a, b = np.divmod(_count_up(copies[node] ** 2), copies[row])
    keep = a < b if not network.directed else a != b
    ego, alter = first[row[keep]] + a[keep], first[row[keep]] + b[keep]
    chance = len(network.ties) / max(network.n * (network.n - 1), 1)
    tied = rng.random(len(ego)) < chance
    ego, alter = ego[tied], alter[tied]
    like = network.ties.iloc[rng.integers(max(len(network.ties), 1), size=len(ego))]
    there = make_ties(
        ego,
        alter,
        like["weight"].to_numpy(),
        layer=like["layer"].to_numpy(),
        first=like["first"].to_numpy(),
        last=like["last"].to_numpy(),
    )
    if network.directed:
        return there
    back = there.rename(columns={"ego": "alter", "alter": "ego"})[list(there.columns)]
    return pd.concat([there, back], ignore_index=True)


def _count_up(sizes: np.ndarray) -> np.ndarray:
    """0, 1, ..., size - 1 for each size, one after another."""
    total = int(sizes.sum())
    return np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
