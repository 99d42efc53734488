"""Spells of using a practice: starts, stops and restarts, with their reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from imr_sim.diffusion.edges import refused
from imr_sim.diffusion.network import SPELLS, make_spells
from imr_sim.diffusion.tables import clean_id
from imr_sim.diffusion.times import Times, read_times


def spells_of_columns(
    table: pd.DataFrame,
    when: Times,
    stop: str | None,
    reason: str | None,
    stop_reason: str | None,
    options: dict[str, Any],
) -> tuple[pd.DataFrame, Times]:
    """One spell for each adopter of a table of nodes, ended by its column `stop`."""
    spells = make_spells(when.values)
    node = spells["node"].to_numpy()
    if stop is not None:
        ends = _more_times(table[stop], when, options, f"nodes, column {stop!r}")
        lost = ~np.isnan(ends) & np.isnan(when.values)
        if lost.any():
            raise refused(
                "nodes",
                f"{int(lost.sum())} nodes that stop and never start",
                "a stop ends a spell",
                "Give their start, or no stop.",
            )
        when = _until(when, ends, options)
        spells["stop"] = ends[node]
    for name, source in (("reason", reason), ("stop_reason", stop_reason)):
        if source is not None:
            spells[name] = _words(table[source]).iloc[node].to_numpy()
    return spells, when


def read_spells(
    table: pd.DataFrame, names: list[str], **options: Any
) -> tuple[pd.DataFrame, Times]:
    """Spells of a table ``node, start, stop`` and, optionally, ``reason, stop_reason``."""
    for name in ("node", "start", "stop"):
        if name not in table:
            raise refused(
                "spells",
                f"no column {name!r}",
                "a spell has a node, a start and a stop",
                "Write node, start, stop, and nothing for a stop not seen.",
            )
    place = {name: i for i, name in enumerate(names)}
    node = table["node"].map(clean_id).map(place)
    if node.isna().any():
        raise refused(
            "spells",
            repr(str(table["node"][node.isna()].iloc[0])),
            "it is no node",
            "Use the names of the nodes.",
        )
    when = read_times(table["start"], where="spells, column 'start'", **options)
    if np.isnan(when.values).any():
        raise refused(
            "spells",
            "a spell without a start",
            "it has no first period",
            "Leave nodes that never adopt out of the spells.",
        )
    ends = _more_times(table["stop"], when, options, "spells, column 'stop'")
    when = _until(when, ends, options)
    spells = pd.DataFrame({"node": node.to_numpy(np.int64), "start": when.values, "stop": ends})
    for name in ("reason", "stop_reason"):
        spells[name] = _words(table[name]).to_numpy() if name in table else ""
    spells = spells.sort_values(["node", "start"], ignore_index=True)
    return spells[list(SPELLS)], when


def _more_times(values: pd.Series, when: Times, options: dict[str, Any], where: str) -> np.ndarray:
    """Times on the same scale as `when`."""
    blank = values.map(lambda v: pd.isna(v) or str(v).strip() == "").to_numpy()
    ends = np.full(len(values), np.nan)
    if not blank.all():
        never = options.get("never")
        ends[~blank] = read_times(
            values[~blank],
            never=[] if never is None else never,
            first=when.first if when.origin is None else when.origin,
            unit=None if when.origin is None else when.unit,
            where=where,
        ).values
    return ends


def _until(when: Times, ends: np.ndarray, options: dict[str, Any]) -> Times:
    """Observation lasts to the last stop, when nobody said how long it lasts."""
    latest = np.nanmax(ends) if not np.isnan(ends).all() else -np.inf
    if options.get("last") is None and latest > when.last:
        said = tuple(s for s in when.account if "taken to end" not in s)
        said += (f"Observation is taken to end with the last stop ({int(latest)}).",)
        return when._replace(last=int(latest), account=said)
    return when


def _words(values: pd.Series) -> pd.Series:
    return values.map(lambda v: "" if pd.isna(v) else str(v).strip())
