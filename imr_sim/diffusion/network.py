"""What a diffusion study knows: who adopted when, who stopped and why, who is tied to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from imr_sim.errors import RequestError

SPELLS = ("node", "start", "stop", "reason", "stop_reason")
TIES = ("ego", "alter", "weight", "layer", "first", "last")
DIRECTIONS = ("out", "in", "both")
OPEN = np.nan
"""The first or last period of a tie, or the stop of a spell, that is not bounded."""


@dataclass(frozen=True, eq=False)
class DiffusionNetwork:
    """Adoption of one practice by nodes that are tied to each other.

    Periods are whole numbers; `unit` says what one is. A node uses the practice from the `start`
    of a spell until the period before its `stop`; a second spell is a restart. Its *adoption time*
    is the first start. A node that never starts has none: it is censored, not late.

    Attributes
    ----------
    nodes : DataFrame
        One row a node; the index holds unique names (str), the columns are attributes.
    spells : DataFrame
        ``node`` (position), ``start`` (first period with the practice), ``stop`` (first period
        without it again, NaN while it lasts), ``reason`` of the start, ``stop_reason``.
    ties : DataFrame
        ``ego`` and ``alter`` (positions): ego names alter, or hears from alter. ``weight`` above 0,
        ``layer`` (str), ``first`` and ``last`` period of the tie (NaN: not bounded). An undirected
        tie stands in both directions. No self ties; one row a pair, layer and time window.
    first, last : int
        Periods that were observed, both included.
    entry, exit : ndarray of int64, shape (n,)
        Periods in which each node was under observation, both included.
    exit_reason : tuple of str
        Why a node's observation ended before `last`; empty when it did not.
    directed : bool
    unit : str
        What a period is: ``"month"``, ``"year"``, ``"period"``.
    origin : str or None
        Calendar date of period 0, when times were dates.
    account : tuple of str
        What was read, left out and why, in sentences.
    """

    nodes: pd.DataFrame
    spells: pd.DataFrame
    ties: pd.DataFrame
    first: int
    last: int
    directed: bool
    entry: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    exit: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    exit_reason: tuple[str, ...] = ()
    unit: str = "period"
    origin: str | None = None
    account: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.nodes)
        for name, default in (("entry", self.first), ("exit", self.last)):
            given = np.asarray(getattr(self, name), np.int64)
            array = np.full(n, default) if given.size == 0 else given.copy()
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        _check(self)

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def names(self) -> np.ndarray:
        """Names of the nodes, shape (n,)."""
        return self.nodes.index.to_numpy(dtype=object)

    @property
    def periods(self) -> np.ndarray:
        """Observed periods, int64, shape (T,)."""
        return np.arange(self.first, self.last + 1)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers of ties."""
        return tuple(sorted(self.ties["layer"].unique()))

    @property
    def windowed(self) -> bool:
        """Some tie does not last from the first to the last period."""
        return bool(self.ties["first"].notna().any() or self.ties["last"].notna().any())

    @cached_property
    def times(self) -> np.ndarray:
        """Adoption times, float64, shape (n,); NaN for never."""
        times = np.full(self.n, np.inf)
        np.minimum.at(
            times, self.spells["node"].to_numpy(), self.spells["start"].to_numpy(dtype=float)
        )
        times[np.isinf(times)] = np.nan
        times.setflags(write=False)
        return times

    def using(self, period: int, *, current: bool = True) -> np.ndarray:
        """Who uses the practice in `period` (or, not `current`, has ever used it): bool, (n,)."""
        start, stop = (self.spells[c].to_numpy(dtype=float) for c in ("start", "stop"))
        now = start <= period
        if current:
            now &= ~(stop <= period)
        state = np.zeros(self.n, bool)
        state[self.spells["node"].to_numpy()[now]] = True
        return state

    def states(self, *, current: bool = True) -> np.ndarray:
        """`using` of every observed period: bool, shape (n, T)."""
        return np.stack([self.using(t, current=current) for t in self.periods.tolist()], axis=1)

    def matrix(
        self,
        *,
        direction: str = "out",
        valued: bool = True,
        layer: str | None = None,
        period: int | None = None,
    ) -> sparse.csr_array:
        """Ties as a matrix whose row i holds the nodes that i is exposed to.

        Parameters
        ----------
        direction : {"out", "in", "both"}
            Whom a node names, who names it, or either (the sum of both).
        valued : bool
            Keep weights; otherwise every tie counts 1. Ties of several layers add up first.
        layer : str, optional
            Only this layer.
        period : int, optional
            Only ties that exist in this period; without it, all.

        Returns
        -------
        csr_array of float64, shape (n, n)
        """
        if direction not in DIRECTIONS:
            raise wrong_word("direction", direction, DIRECTIONS)
        if layer is not None and layer not in self.layers:
            raise wrong_word("layer", layer, self.layers)
        keep = np.ones(len(self.ties), bool)
        if layer is not None:
            keep &= (self.ties["layer"] == layer).to_numpy()
        if period is not None and self.windowed:
            begin, end = (self.ties[c].to_numpy(dtype=float) for c in ("first", "last"))
            keep &= ~(begin > period) & ~(end < period)
        ego, alter, weight = (self.ties[c].to_numpy()[keep] for c in ("ego", "alter", "weight"))
        matrix = sparse.coo_array((weight, (ego, alter)), (self.n, self.n)).tocsr()
        if direction == "in":
            matrix = matrix.T.tocsr()
        elif direction == "both":
            matrix = (matrix + matrix.T).tocsr()
        matrix.sum_duplicates()
        if not valued:
            matrix.data[:] = 1.0
        return matrix

    def attribute(self, name: str) -> np.ndarray:
        """One attribute of all nodes, shape (n,); RequestError when there is no such column."""
        if name not in self.nodes:
            raise wrong_word("attribute", name, tuple(map(str, self.nodes.columns)))
        return self.nodes[name].to_numpy()

    def with_ties(self, ties: pd.DataFrame) -> DiffusionNetwork:
        """The same adoption on other ties (columns `TIES`)."""
        return replace(self, ties=ties)

    def described(self) -> str:
        """The account of what was read, as one paragraph."""
        adopters = int(np.isfinite(self.times).sum())
        stopped = int(self.spells["stop"].notna().sum())
        kind = "directed" if self.directed else "undirected"
        n_ties = len(self.ties) if self.directed else len(self.ties) // 2
        head = (
            f"{self.n:,} nodes, {n_ties:,} {kind} ties in {max(len(self.layers), 1)} layer(s), "
            f"periods {self.first} to {self.last} ({self.unit}"
            + (f", period 0 is {self.origin}" if self.origin else "")
            + f"): {adopters:,} adopt, {self.n - adopters:,} never do, {stopped:,} spells end."
        )
        return " ".join((head, *self.account))

    def __repr__(self) -> str:
        return f"<DiffusionNetwork: {self.n:,} nodes, {len(self.ties):,} arcs>"


def wrong_word(what: str, given: object, allowed: tuple[str, ...]) -> RequestError:
    """The error for a word that is none of those allowed."""
    shown = ", ".join(allowed[:12]) + (", ..." if len(allowed) > 12 else "")
    return RequestError(
        f"{what}={given!r}",
        where=what,
        why=f"there is no {what} of this name",
        write=f"Write one of: {shown}." if allowed else f"This network has no {what} to name.",
    )


def _check(network: DiffusionNetwork) -> None:
    """Raise RequestError for what no reader may let pass."""
    if not network.nodes.index.is_unique:
        twice = network.nodes.index[network.nodes.index.duplicated()][0]
        raise _defect("nodes", f"{twice!r} twice", "names must differ", "Give each node one row.")
    for name, columns in (("spells", SPELLS), ("ties", TIES)):
        missing = [c for c in columns if c not in getattr(network, name)]
        if missing:
            raise _defect(
                name, f"no {', '.join(missing)}", "it is part of it", f"Use {', '.join(columns)}."
            )
    if network.last < network.first:
        raise _defect(
            "periods",
            f"{network.first} to {network.last}",
            "the last comes before the first",
            "Write the first and the last period that were observed.",
        )
    if np.any(network.entry > network.exit):
        raise _defect("entry", "a node", "it leaves before it enters", "Mend entry and exit.")
    _check_spells(network)
    ties = network.ties
    weight = ties["weight"].to_numpy(dtype=float)
    if np.any(~np.isfinite(weight) | (weight <= 0)):
        raise _defect(
            "ties", "a weight", "it is not a finite number above 0", "Leave out ties of no weight."
        )
    if np.any(ties["ego"].to_numpy() == ties["alter"].to_numpy()):
        raise _defect("ties", "a self tie", "nobody exposes themselves", "Leave it out.")


def _check_spells(network: DiffusionNetwork) -> None:
    spells = network.spells
    start, stop = (spells[c].to_numpy(dtype=float) for c in ("start", "stop"))
    if np.any(~np.isfinite(start)) or np.any(start != np.floor(start)):
        bad = start[~np.isfinite(start) | (start != np.floor(start))][0]
        raise _defect(
            "adoption times",
            f"{bad:g}",
            "a time is a whole period",
            "Write whole periods, and nothing (or NaN) for never.",
        )
    if np.any((start < network.first) | (start > network.last)):
        bad = start[(start < network.first) | (start > network.last)][0]
        raise _defect(
            "adoption times",
            f"{bad:g}",
            f"it is outside the observed periods {network.first} to {network.last}",
            "If it is a code for never, name it (never=); else correct first and last.",
        )
    if np.any(stop <= start):
        raise _defect("spells", "a stop", "it is not after its start", "Mend the dates.")
    order = np.lexsort((start, spells["node"].to_numpy()))
    node, start, stop = spells["node"].to_numpy()[order], start[order], stop[order]
    same = node[1:] == node[:-1]
    if np.any(same & ~(stop[:-1] <= start[1:])):
        at = network.nodes.index[node[1:][same & ~(stop[:-1] <= start[1:])][0]]
        raise _defect(
            "spells", f"node {at!r}", "a spell begins before the last one ended", "Mend the dates."
        )


def _defect(where: str, given: str, why: str, write: str) -> RequestError:
    return RequestError(given, where=where, why=why, write=write)


def make_ties(
    ego: np.ndarray,
    alter: np.ndarray,
    weight: np.ndarray | float = 1.0,
    *,
    layer: Any = "ties",
    first: np.ndarray | float = OPEN,
    last: np.ndarray | float = OPEN,
) -> pd.DataFrame:
    """A table of ties with the columns `TIES`; scalars hold for every row."""
    ego = np.asarray(ego, np.int64)
    values: Mapping[str, Any] = {
        "ego": ego,
        "alter": np.asarray(alter, np.int64),
        "weight": np.broadcast_to(np.asarray(weight, float), ego.shape),
        "layer": layer,
        "first": np.broadcast_to(np.asarray(first, float), ego.shape),
        "last": np.broadcast_to(np.asarray(last, float), ego.shape),
    }
    return pd.DataFrame(values, index=pd.RangeIndex(len(ego)))


def make_spells(times: np.ndarray) -> pd.DataFrame:
    """Spells of nodes that adopt at `times` (NaN: never) and do not stop."""
    node = np.flatnonzero(~np.isnan(times))
    return pd.DataFrame(
        {
            "node": node,
            "start": times[node],
            "stop": np.full(len(node), OPEN),
            "reason": "",
            "stop_reason": "",
        }
    )
