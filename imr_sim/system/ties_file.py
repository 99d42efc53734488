"""Reading and checking a user's ties, from CSV or GraphML."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.system.csv_table import Defects, read_csv
from imr_sim.system.graphml import read_graphml
from imr_sim.system.staffing import Staff
from imr_sim.system.system import COORDINATOR, LAYERS, Ties


def read_ties(path: Path, staff: Staff) -> dict[str, Ties]:
    """Read ties; they are undirected, and a pair given twice in a layer counts once.

    Parameters
    ----------
    path : Path
        ``.csv`` with the columns from, to and, optionally, layer; or ``.graphml`` with staff ids
        as node ids and, optionally, an edge attribute ``layer``. Where no layer is said, a tie
        inside a site is ``within``, any other ``between``.
    staff : Staff
        The posts that may be named. Generated posts are called ``<station>-<number>``.

    Returns
    -------
    dict of str to Ties
        All three layers; a layer that is not mentioned is empty. A file with a header (or a
        graph) and no ties is a system without ties.

    Raises
    ------
    RequestError
        For every kind of defect; up to ten at once.
    """
    kind = path.suffix.lower()
    if kind == ".graphml":
        raw = read_graphml(path)
    elif kind == ".csv":
        raw = read_csv(path, ("from", "to"), ("layer",), rows_needed=False)
        raw.index = [f"row {row}" for row in raw.index]
    else:
        raise RequestError(
            path.name,
            where="ties",
            why="the ending says neither CSV nor GraphML",
            write="Give a .csv or .graphml file.",
        )
    return _checked(raw, staff, Defects(str(path)))


def _checked(raw: pd.DataFrame, staff: Staff, defects: Defects) -> dict[str, Ties]:
    index = {staff_id: i for i, staff_id in enumerate(staff.ids)}
    ends = {}
    for column in ("from", "to"):
        ends[column] = raw[column].map(index)
        for at, cell in raw.loc[ends[column].isna(), column].items():
            defects.add(
                f"{column} {cell!r}",
                at=str(at),
                why="no staff member has this id",
                write="Mend it.",
            )
    selves = raw["from"].eq(raw["to"]) & ends["from"].notna()
    for at, cell in raw.loc[selves, "from"].items():
        defects.add(
            f"{cell!r} to itself", at=str(at), why="a tie joins two people", write="Take it out."
        )
    given = raw["layer"] if "layer" in raw else pd.Series("", index=raw.index)
    for at, cell in given[~given.isin(("", *LAYERS))].items():
        defects.add(
            f"layer {cell!r}",
            at=str(at),
            why="no layer has this name",
            write="Write one of " + ", ".join(LAYERS) + ".",
        )
    defects.raise_if_any()
    pairs = np.column_stack([ends["from"].to_numpy(int), ends["to"].to_numpy(int)])
    inside = staff.site[pairs[:, 0]] == staff.site[pairs[:, 1]]
    layer = np.where(given == "", np.where(inside, "within", "between"), given.to_numpy(str))
    _check_layers(raw.index, layer, inside, (staff.role[pairs] == COORDINATOR).all(axis=1), defects)
    return {name: Ties.from_pairs(pairs[layer == name], len(staff.site)) for name in LAYERS}


def _check_layers(
    rows: pd.Index,
    layer: np.ndarray,
    inside: np.ndarray,
    coordinators: np.ndarray,
    defects: Defects,
) -> None:
    rules = {
        "within": (~inside, "its ends are at two sites", "Write between."),
        "between": (inside, "both ends are at one site", "Write within."),
        "coordinators": (~coordinators, "an end is no coordinator", "Write within or between."),
    }
    for name, (broken, why, write) in rules.items():
        for at in rows[broken & (layer == name)]:
            defects.add(f"layer {name!r}", at=str(at), why=why, write=write)
    defects.raise_if_any()
