"""Reading and checking a user's ties, from CSV or GraphML."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.system.account import Account, counted
from imr_sim.system.csv_table import UNUSED, Defects, read_csv
from imr_sim.system.graphml import read_graphml
from imr_sim.system.staff_file import flag_or_none
from imr_sim.system.staffing import Staff
from imr_sim.system.system import COORDINATOR, LAYERS, Ties


def read_ties(
    path: Path, staff: Staff, staff_given: bool = True
) -> tuple[dict[str, Ties], Account]:
    """Read ties; those given twice in a layer count once, and all count alike.

    Parameters
    ----------
    path : Path
        ``.csv`` with the columns from, to and, optionally, layer and directed; or ``.graphml``
        with staff ids as node ids, or as an attribute of the nodes, and the edge attributes
        ``layer`` and ``directed``. Where no layer is said, a tie inside a site is ``within``, any
        other ``between``. Where directed is True, only the second hears from the first; all other
        ties go both ways, also those of a directed graph.
    staff : Staff
        The posts that may be named. Generated posts are called ``<station>-<number>``.
    staff_given : bool
        The user has named the staff.

    Returns
    -------
    dict of str to Ties
        All three layers; a layer that is not mentioned is empty. A file with a header (or a
        graph) and no ties is a system without ties.
    Account
        What of the file was read, ignored and folded together.

    Raises
    ------
    RequestError
        For every kind of defect; a message a kind.
    """
    kind = path.suffix.lower()
    ignored: list[str] = []
    if kind == ".graphml":
        raw, ignored = _of_graph(path, staff)
    elif kind == ".csv":
        raw = read_csv(path, ("from", "to"), ("layer", "directed"), rows_needed=False)
        raw.index = [f"row {row}" for row in raw.index]
    else:
        raise RequestError(
            path.name,
            where="ties",
            why="the ending says neither CSV nor GraphML",
            write="Give a .csv or .graphml file.",
        )
    ties, folded = _checked(raw, staff, staff_given, Defects(str(path)))
    read = f"{path.name}: {counted(len(raw), 'tie')}"
    return ties, Account(
        (read,),
        tuple(f"{path.name}: {i}" for i in ignored),
        tuple(f"{path.name}: {f}" for f in folded),
    )


def _of_graph(path: Path, staff: Staff) -> tuple[pd.DataFrame, list[str]]:
    """Edges of a GraphML file with staff ids at their ends, and what of it is not used."""
    graph = read_graphml(path)
    raw, nodes = graph.edges, graph.nodes
    ignored = [
        f"attribute {name} of {counted(n, 'edge')}"
        + (": ties have no strength here" if name in UNUSED else "")
        for name, n in sorted(graph.attributes.items())
    ]
    ids, used = set(staff.ids), None
    if len(nodes) and not ids & set(nodes.index):
        names = [c for c in nodes if ids & set(nodes[c]) and nodes[c].is_unique]
        if len(names) == 1:
            used = names[0]
            named = nodes[used].to_dict()
            raw = raw.assign(**{end: raw[end].map(named) for end in ("from", "to")})
            ignored.append(f"node ids such as {nodes.index[0]}: staff are named by {used}")
    others = [str(c) for c in nodes if c != used and c not in ("station", "role", "smi")]
    if others:
        ignored.append(f"attributes of nodes: {', '.join(sorted(others)[:10])}")
    strangers = set(nodes.index if used is None else nodes[used]) - ids
    alone = strangers - set(raw["from"]) - set(raw["to"])
    if alone:
        ignored.append(
            f"{counted(len(alone), 'node')} without ties that no staff member is named by"
        )
    if graph.arrows and not raw["directed"].ne("").any():
        ignored.append(
            f"the direction of {counted(len(raw), 'edge')}: both ends hear from each other; to "
            "keep it, give edges the attribute directed=True (the second then hears from the first)"
        )
    return raw, ignored


def _checked(
    raw: pd.DataFrame, staff: Staff, staff_given: bool, defects: Defects
) -> tuple[dict[str, Ties], list[str]]:
    index = {staff_id: i for i, staff_id in enumerate(staff.ids)}
    write = "Write ids of staff.csv"
    if not staff_given:
        write = (
            f"There is no staff.csv, so posts are called {staff.ids[0]} and so on: add a staff.csv "
            "with the columns staff_id,station,role,smi"
        )
    if str(raw.index[0] if len(raw) else "").startswith("edge"):
        write += ", or let an attribute of the nodes (name, label) hold them"
    ends = {}
    for column in ("from", "to"):
        ends[column] = raw[column].map(index)
        for at, cell in raw.loc[ends[column].isna(), column].items():
            defects.add(
                f"{column} {cell!r}",
                at=str(at),
                why="no staff member has this id",
                write=f"{write}.",
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
    arrows = raw["directed"] if "directed" in raw else pd.Series("", index=raw.index)
    one_way = arrows.map(lambda cell: flag_or_none(cell) if cell else False)
    for at, cell in arrows[one_way.isna()].items():
        defects.add(
            f"directed {cell!r}",
            at=str(at),
            why="it is neither true nor false",
            write="Write True or False.",
        )
    defects.raise_if_any()
    pairs = np.column_stack([ends["from"].to_numpy(int), ends["to"].to_numpy(int)])
    inside = staff.site[pairs[:, 0]] == staff.site[pairs[:, 1]]
    layer = np.where(given == "", np.where(inside, "within", "between"), given.to_numpy(str))
    _check_layers(raw.index, layer, inside, (staff.role[pairs] == COORDINATOR).all(axis=1), defects)
    directed, n = one_way.to_numpy(bool), len(staff.site)
    found = {
        name: Ties.from_pairs(pairs[layer == name], n, directed[layer == name]) for name in LAYERS
    }
    folded = []
    again = len(pairs) - sum(ties.n_ties for ties in found.values())
    if again:
        folded.append(f"{counted(again, 'tie')} given before, in the same or the other direction")
    return found, folded


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
