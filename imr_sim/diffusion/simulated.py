"""Simulated histories as diffusion data: sites that provide, staff that know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from imr_sim.diffusion.network import SPELLS, DiffusionNetwork, make_ties
from imr_sim.diffusion.rebuild import LEARNED, LOST, events_of, staff_spells
from imr_sim.errors import RequestError
from imr_sim.system import ROLES, System

UNITS = ("sites", "staff")


def from_history(
    history: Any, *, of: str = "sites", draw: int = 0, replicate: int = 0
) -> DiffusionNetwork:
    """One simulated history as a diffusion network.

    Parameters
    ----------
    history : History
        For staff, one with ``events=True``.
    of : {"sites", "staff"}
        Sites adopt when they begin to provide, and stop when they stop. Posts of staff adopt when
        whoever holds them hears of the practice, and stop when that person leaves or forgets.
    draw, replicate : int
        Which history.

    Returns
    -------
    DiffusionNetwork
        Periods are months, 0 the first of the history; reasons are those of the event log. Ties of
        sites: how many staff ties lead from one to the other, by layer.

    Raises
    ------
    RequestError
        For a history that is not there, or staff without an event log.
    """
    if of not in UNITS:
        raise RequestError(
            f"of={of!r}",
            where="from_history",
            why="there is no such unit",
            write=f"Write one of {', '.join(UNITS)}.",
        )
    draws, replicates, months, _ = history.shape
    for name, given, most in (("draw", draw, draws), ("replicate", replicate, replicates)):
        if not 0 <= given < most:
            raise RequestError(
                f"{name}={given}",
                where="from_history",
                why="there is no such history",
                write=f"Write a number from 0 to {most - 1}.",
            )
    build = _sites if of == "sites" else _staff
    nodes, spells, ties = build(history, draw, replicate)
    return DiffusionNetwork(
        nodes=nodes,
        spells=spells[list(SPELLS)],
        ties=ties,
        first=0,
        last=months - 1,
        directed=False,
        unit="month",
        origin=str(history.months[0].date()),
        account=(
            f"Simulated: {history.system.name}{', invented sites' * history.system.invented}, "
            f"strategy {history.strategy}, {history.parameters.status} parameters, seed "
            f"{history.seed}, draw {draw}, replicate {replicate}.",
        ),
    )


def _sites(
    history: Any, draw: int, replicate: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    system = history.system
    spells = spells_of_states(history.providing[draw, replicate].T)
    again = spells["node"].duplicated()
    spells["reason"] = np.where(again, "restart", "first start")
    spells["stop_reason"] = np.where(spells["stop"].notna(), "site stopped", "")
    nodes = system.sites.drop(columns="station")
    names = pd.Index(system.sites["station"].astype(str), dtype=object, name="name")
    return nodes.set_axis(names), spells, site_ties(system)


def _staff(
    history: Any, draw: int, replicate: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    system = history.system
    events = events_of(history, draw, replicate)
    names = pd.Index(system.staff_ids(), dtype=object, name="name")
    spells = staff_spells(events, names, LEARNED, LOST)
    nodes = pd.DataFrame(
        {
            "site": system.sites["station"].to_numpy(object)[system.site],
            "role": np.array(ROLES, dtype=object)[system.role],
            "smi": system.smi,
        },
        index=names,
    )
    layers = [_both_ways(ties.pairs(), 1.0, layer) for layer, ties in system.ties.items()]
    return nodes, spells, pd.concat(layers, ignore_index=True)


def spells_of_states(states: np.ndarray) -> pd.DataFrame:
    """Spells of a table of states: bool, shape (n, T), from period 0 on."""
    padded = np.pad(states.astype(np.int8), ((0, 0), (1, 1)))
    change = np.diff(padded, axis=1)
    node, start = np.nonzero(change == 1)
    _, stop = np.nonzero(change == -1)
    ends = np.where(stop < states.shape[1], stop.astype(float), np.nan)
    return pd.DataFrame(
        {"node": node, "start": start.astype(float), "stop": ends, "reason": "", "stop_reason": ""}
    )


def site_ties(system: System) -> pd.DataFrame:
    """Ties between sites: in each layer, the number of ties between their staff."""
    tables = []
    for layer, ties in system.ties.items():
        ends = np.sort(system.site[ties.pairs()].astype(np.int64), axis=1)
        ends = ends[ends[:, 0] != ends[:, 1]]
        pairs, number = np.unique(ends, axis=0, return_counts=True)
        tables.append(_both_ways(pairs, number, layer))
    return pd.concat(tables, ignore_index=True)


def _both_ways(pairs: np.ndarray, weight: np.ndarray | float, layer: str) -> pd.DataFrame:
    pairs = pairs.reshape(-1, 2)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    weights = np.tile(np.broadcast_to(np.asarray(weight, float), len(pairs)), 2)
    return make_ties(both[:, 0], both[:, 1], weights, layer=layer)
