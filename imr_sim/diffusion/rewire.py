"""Ties dealt anew at random, with every node's number of ties kept: compiled."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numba
import numpy as np

from imr_sim.diffusion.network import DiffusionNetwork

SWAPS = 10
"""Attempted swaps for each arc: by then a network has forgotten where it came from (Milo and
others 2003, arXiv cond-mat/0312028, find some 100 a tie ample; the test of the level uses 10)."""


class Arcs(NamedTuple):
    """The arcs of one layer by ego, and which may be swapped with which.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n + 1,)
    head : ndarray of int64, shape (arcs,)
        Alters; those of ego i are ``head[indptr[i]:indptr[i + 1]]``.
    tail : ndarray of int64, shape (arcs,)
        Egos.
    mirror : ndarray of int64, shape (arcs,)
        Place of the arc back, or -1 everywhere when ties have a direction.
    members, first, size : ndarray of int64, shape (arcs,)
        Arcs ordered by stratum; where the stratum of each arc begins in that order; its size.
    row : ndarray of int64, shape (arcs,)
        The arc's row in the table of ties.
    """

    indptr: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    mirror: np.ndarray
    members: np.ndarray
    first: np.ndarray
    size: np.ndarray
    row: np.ndarray


def layer_arcs(network: DiffusionNetwork, layer: str, within: str | None) -> Arcs:
    """Arcs of a layer; strata are time windows and, with `within`, pairs of groups."""
    rows = np.flatnonzero((network.ties["layer"] == layer).to_numpy())
    ties = network.ties.iloc[rows]
    order = np.lexsort((ties["alter"].to_numpy(), ties["ego"].to_numpy()))
    ties, rows = ties.iloc[order], rows[order]
    tail, head = (ties[c].to_numpy(np.int64) for c in ("ego", "alter"))
    keys = [np.nan_to_num(ties[c].to_numpy(float), nan=-1e300) for c in ("first", "last")]
    if within is not None:
        _, group = np.unique(network.attribute(within).astype(str), return_inverse=True)
        keys += [group[tail], group[head]]
    _, stratum = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    stratum = stratum.reshape(-1)
    members = np.argsort(stratum, kind="stable")
    begin = np.searchsorted(stratum[members], stratum)
    count = np.bincount(stratum, minlength=1)[stratum]
    return Arcs(
        indptr=np.searchsorted(tail, np.arange(network.n + 1)).astype(np.int64),
        head=head,
        tail=tail,
        mirror=_mirrors(tail, head, keys[0], keys[1], network.directed),
        members=members.astype(np.int64),
        first=begin.astype(np.int64),
        size=count.astype(np.int64),
        row=rows.astype(np.int64),
    )


def _mirrors(
    tail: np.ndarray, head: np.ndarray, first: np.ndarray, last: np.ndarray, directed: bool
) -> np.ndarray:
    if directed:
        return np.full(len(tail), -1, np.int64)
    there = np.lexsort((last, first, head, tail))
    back = np.lexsort((last, first, tail, head))
    mirror = np.empty(len(tail), np.int64)
    mirror[there] = back
    return mirror


@cache
def _compiled() -> Any:
    return numba.njit(nogil=True, error_model="numpy")(_swap_heads)


def rewired_heads(arcs: Arcs, rng: np.random.Generator, *, swaps: int = SWAPS) -> np.ndarray:
    """New alters of all arcs, int64 (arcs,), after `swaps` attempted swaps for each arc.

    A swap takes two ties of one stratum, a-b and c-d, and makes them a-d and c-b, unless such a
    tie exists or would be a self tie. Weights stay with the ego's arc.
    """
    head = arcs.head.copy()
    if len(head) > 1:
        _compiled()(
            arcs.indptr,
            head,
            arcs.tail,
            arcs.mirror.copy(),
            arcs.members,
            arcs.first,
            arcs.size,
            swaps * len(head),
            rng,
        )
    return head


def _swap_heads(
    indptr: np.ndarray,
    head: np.ndarray,
    tail: np.ndarray,
    mirror: np.ndarray,
    members: np.ndarray,
    first: np.ndarray,
    size: np.ndarray,
    attempts: int,
    rng: np.random.Generator,
) -> None:
    n = len(head)
    for _ in range(attempts):
        e = int(rng.random() * n)
        f = members[first[e] + int(rng.random() * size[e])]
        a, b, c, d = tail[e], head[e], tail[f], head[f]
        if a == c or b == d or a == d or c == b:
            continue
        taken = False
        for k in range(indptr[a], indptr[a + 1]):
            taken |= head[k] == d
        for k in range(indptr[c], indptr[c + 1]):
            taken |= head[k] == b
        if taken:
            continue
        head[e], head[f] = d, b
        back, forth = mirror[e], mirror[f]
        if back >= 0:
            # rows b and d point back at their new partners
            head[back], head[forth] = c, a
            mirror[e], mirror[forth] = forth, e
            mirror[f], mirror[back] = back, f
