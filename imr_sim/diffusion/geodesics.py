"""Shortest paths between all nodes, by breadth-first search on 64 nodes at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.errors import RequestError

MOST_NODES = 12_000
"""A table of all pairs of so many nodes takes 1.2 GB as float64."""
STEPS = 6
"""Longest path looked at, after netdiffuseR's default; nodes further apart count as not tied."""


def check_size(network: DiffusionNetwork, what: str) -> None:
    """Raise RequestError when a table of all pairs would not fit."""
    if network.n > MOST_NODES:
        raise RequestError(
            f"{network.n:,} nodes",
            where=what,
            why=f"it needs a table of all pairs, and is meant for up to {MOST_NODES:,} nodes",
            write="Take the nodes of one region, or sites in place of staff.",
        )


def steps_reached(
    network: DiffusionNetwork, *, steps: int = STEPS, direction: str = "out"
) -> Iterator[tuple[int, np.ndarray]]:
    """Pairs at each distance: (1, bool (n, n)), (2, ...), up to `steps` or until none is new.

    Element [i, j] is True when the shortest path from i to j has that many ties. Ties of all
    periods count, weights do not.
    """
    ties = network.matrix(direction=direction, valued=False)
    n, words = network.n, (network.n + 63) // 64
    reached = np.zeros((n, words), np.uint64)
    here = np.arange(n)
    reached[here, here // 64] = np.uint64(1) << (here % 64).astype(np.uint64)
    latest = reached.copy()
    rows = np.flatnonzero(np.diff(ties.indptr))
    for distance in range(1, steps + 1):
        found = np.zeros_like(reached)
        if rows.size:
            found[rows] = np.bitwise_or.reduceat(latest[ties.indices], ties.indptr[rows], axis=0)
        latest = found & ~reached
        if not latest.any():
            return
        reached |= latest
        bits = np.unpackbits(latest.astype("<u8").view(np.uint8), axis=1, bitorder="little")
        yield distance, bits[:, :n].view(bool)


def geodesics(
    network: DiffusionNetwork, *, steps: int = STEPS, direction: str = "out"
) -> np.ndarray:
    """Length of the shortest path from each node to each, uint8 (n, n); 0: none within `steps`."""
    check_size(network, "geodesics")
    table = np.zeros((network.n, network.n), np.uint8)
    for distance, pairs in steps_reached(network, steps=steps, direction=direction):
        table[pairs] = distance
    return table
