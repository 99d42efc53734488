"""Read a diffusion study from what people have: files, tables, graphs, matrices."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict, Unpack

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from imr_sim.diffusion.edges import (
    NamedTies,
    from_edge_list,
    from_matrix,
    from_nominations,
    matrix_table,
    refused,
)
from imr_sim.diffusion.graphs import READERS, from_graph, read_dl, read_graph
from imr_sim.diffusion.matching import is_directed, match
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.diffusion.nodes import ID, adoption_of, node_names, nodes_of
from imr_sim.diffusion.spells import read_spells
from imr_sim.diffusion.tables import as_table, clean_id, column, number, read_rows, read_text
from imr_sim.diffusion.times import Times


class Columns(TypedDict, total=False):
    """Columns by what they hold, and what says when: all may be left out of `read_diffusion`."""

    id: str | None
    time: str | None
    adopted: str | None
    stop: str | None
    stop_reason: str | None
    reason: str | None
    never: Any
    first: Any
    last: Any
    unit: str | None
    ego: str | None
    alter: str | None
    weight: str | None
    layer: str | None
    tie_first: str | None
    tie_last: str | None


TIES_FROM = ("auto", "edges", "matrix", "nominations", "graph")


def read_diffusion(
    ties: Any,
    nodes: Any = None,
    *,
    form: str = "auto",
    directed: bool | None = None,
    tells: bool = False,
    spells: Any = None,
    nominations: list[str] | None = None,
    **named_columns: Unpack[Columns],
) -> DiffusionNetwork:
    """Read ties and adoption times, and say what was understood.

    Parameters
    ----------
    ties : path, DataFrame, NetworkX graph, ndarray or sparse array
        An edge list (CSV, TSV, text), an adjacency matrix (a square table, UCINET's DL, an array),
        a graph (GraphML, GEXF, GML, Pajek, NetworkX), or a survey with `nominations`.
    nodes : path or DataFrame, optional
        One row a node, with its time of adoption and attributes. Without it they are those of the
        graph, or of the survey.
    form : {"auto", "edges", "matrix", "nominations", "graph"}
        What `ties` is; found out by default.
    directed : bool, optional
        Whether ties have a direction; by default as the source says or looks.
    tells : bool
        Each tie leads from who tells to who hears. By default from who names (and hears) to who
        is named, as in surveys.
    id, time, adopted, stop, reason, stop_reason : str, optional
        Columns of `nodes`: its name; time of adoption; 0 or 1, whether it adopted at all; first
        period without the practice again; reasons of both.
    spells : path or DataFrame, optional
        In place of `time` and `stop`: ``node, start, stop``, and optionally ``reason,
        stop_reason``; a row a spell, so that a node may stop and restart.
    never, first, last, unit
        Of `read_times`.
    ego, alter, weight, layer, tie_first, tie_last : str, optional
        Columns of an edge list: both ends; weight; layer; first and last period of the tie.
    nominations : list of str, optional
        Columns (or patterns like ``net*``) of a survey, each holding the name of a person named.

    Returns
    -------
    DiffusionNetwork
        ``described()`` says in a paragraph what was read, left out and why.

    Raises
    ------
    RequestError
        For what cannot be read right: one message, with what to write instead.
    """
    if form not in TIES_FROM:
        raise refused(
            "form",
            f"form={form!r}",
            "there is no such form",
            f"Write one of {', '.join(TIES_FROM)}.",
        )
    table = None if nodes is None else _table(nodes, "nodes")
    _check_columns(named_columns)
    id = named_columns.get("id")
    survey = nominations is not None or form == "nominations"
    if survey and table is None:
        table = _table(ties, "survey")
    columns = {name: named_columns.get(name) for name in ("ego", "alter", "weight", "layer")}
    columns |= {end: named_columns.get(f"tie_{end}") for end in ("first", "last")}
    clock = {name: named_columns.get(name) for name in ("never", "first", "last", "unit")}
    if survey:
        assert table is not None
        key = column(table, id, ID, "survey", "id") or table.columns[0]
        named = from_nominations(table, key, nominations or ["net*"])
    else:
        named = _ties(ties, form, columns, None if table is None else node_names(table, id))
    account = list(named.account)
    names, table = nodes_of(named, table, id, account)
    way = is_directed(named, directed, account)
    if tells and way:
        named.table = named.table.rename(columns={"ego": "alter", "alter": "ego"})
        account.append("Ties lead from who tells to who hears: turned round.")
    where = ties.name if isinstance(ties, Path) else "ties"
    matched = match(named, names, way, account, where)
    if spells is not None:
        found, when = read_spells(_table(spells, "spells"), names, **clock)
    else:
        found, when, table = adoption_of(
            table,
            (
                named_columns.get("time"),
                named_columns.get("adopted"),
                named_columns.get("stop"),
                named_columns.get("reason"),
                named_columns.get("stop_reason"),
            ),
            clock,
            account,
        )
    _check_windows(matched, when)
    return DiffusionNetwork(
        nodes=table.set_axis(pd.Index(names, dtype=object, name="name")),
        spells=found,
        ties=matched,
        first=when.first,
        last=when.last,
        directed=way,
        unit=when.unit,
        origin=when.origin,
        account=(*account, *when.account),
    )


def _check_columns(given: Columns) -> None:
    for name in given:
        if name not in Columns.__annotations__:
            raise TypeError(f"read_diffusion() got an unexpected keyword argument {name!r}")


def diffusion_network(
    times: Any,
    ties: Any,
    *,
    names: list[str] | None = None,
    attributes: pd.DataFrame | None = None,
    directed: bool | None = None,
    never: Any = None,
    first: Any = None,
    last: Any = None,
    unit: str | None = None,
) -> DiffusionNetwork:
    """A network from arrays: times of adoption, shape (n,), and ties, shape (n, n).

    Parameters
    ----------
    times : array-like, shape (n,)
        Whole periods or dates; NaN for never.
    ties : ndarray or sparse array, shape (n, n)
        Row i holds the weights of those whom i names or hears from.
    names : list of str, optional
        By default 0, 1, 2 ...
    attributes : DataFrame, optional
        One row a node, in the same order.
    directed, never, first, last, unit
        Of `read_diffusion`.

    Returns
    -------
    DiffusionNetwork
    """
    given = list(times)
    names = [str(i) for i in range(len(given))] if names is None else list(map(str, names))
    table = pd.DataFrame(index=range(len(given))) if attributes is None else attributes.copy()
    if len(table) != len(names):
        raise refused(
            "attributes",
            f"{len(table)} rows",
            f"there are {len(names)} nodes",
            "Give one row a node.",
        )
    if "adoption time" in table:
        table = table.drop(columns="adoption time")
    table = table.reset_index(drop=True).assign(
        **{"node id": pd.Series(names), "adoption time": pd.Series(given, dtype=object)}
    )
    matrix = ties if sparse.issparse(ties) else np.asarray(ties, float)
    named = from_matrix(matrix, names)
    return read_diffusion(
        _Named(named),
        table,
        directed=directed,
        id="node id",
        time="adoption time",
        never=never,
        first=first,
        last=last,
        unit=unit,
    )


class _Named:
    """Ties that were read already."""

    def __init__(self, ties: NamedTies) -> None:
        self.ties = ties


def _table(given: Any, what: str) -> pd.DataFrame:
    if isinstance(given, pd.DataFrame):
        return given.reset_index(drop=given.index.name is None)
    path = _path(given, what)
    return as_table(read_rows(read_text(path), path), path, header=True)


def _path(given: Any, what: str) -> Path:
    if isinstance(given, str | Path) and "\x00" not in str(given):
        return Path(given)
    raise refused(
        what,
        type(given).__name__,
        "it is neither a file nor a table",
        "Pass a path, a DataFrame, a NetworkX graph, or a square array.",
    )


def _ties(given: Any, form: str, columns: dict[str, Any], ids: list[str] | None) -> NamedTies:
    if isinstance(given, _Named):
        return given.ties
    if isinstance(given, nx.Graph):
        return from_graph(given)
    if isinstance(given, pd.DataFrame):
        if form == "matrix":
            return from_matrix(given.to_numpy(float), [clean_id(v) for v in given.index])
        return from_edge_list(given, **columns)
    if isinstance(given, np.ndarray) or sparse.issparse(given):
        size = given.shape[0]
        return from_matrix(given, ids if ids and len(ids) == size else list(map(str, range(size))))
    path = _path(given, "ties")
    if path.suffix.lower() in READERS:
        return read_graph(path)
    text = read_text(path)
    if path.suffix.lower() == ".dl" or text.lstrip()[:3].lower() == "dl ":
        return read_dl(path)
    rows = read_rows(text, path)
    if form in ("auto", "matrix"):
        named = matrix_table(rows, path.name, ids if form == "auto" else None)
        if named is not None:
            if ids and len(ids) == len(named.names) and not set(ids) & set(named.names):
                named = _renamed(named, ids)
            return named
        if form == "matrix":
            raise refused(
                path.name,
                f"{len(rows)} rows",
                "it is not a square table of numbers",
                "Write one row and one column a node.",
            )
    header = not _is_tie(rows[0], ids, rows)
    return from_edge_list(as_table(rows, path, header=header), **columns, where=path.name)


def _renamed(named: NamedTies, ids: list[str]) -> NamedTies:
    """A matrix without names takes those of the table of nodes, in its order."""
    new = dict(zip(named.names, ids, strict=True))
    table = named.table.assign(ego=named.table["ego"].map(new), alter=named.table["alter"].map(new))
    account = [*named.account, "Rows of the matrix are in the order of the table of nodes."]
    return NamedTies(table, named.directed, ids, None, account)


def _is_tie(row: list[str], ids: list[str] | None, rows: list[list[str]]) -> bool:
    """Whether the first row of an edge list is a tie rather than names of columns."""
    if len(row) < 2:
        return False
    if ids is not None and len({*map(clean_id, row[:2])} & set(ids)) > 0:
        return True
    return len(row) <= 3 and all(not np.isnan(number(cell)) for cell in row[:2])


def _check_windows(ties: pd.DataFrame, when: Times) -> None:
    begin, end = ties["first"].to_numpy(float), ties["last"].to_numpy(float)
    outside = (begin > when.last) | (end < when.first)
    if len(ties) and outside.all():
        raise refused(
            "ties",
            "their periods",
            f"none is within {when.first} to {when.last}",
            "Number the periods of ties and of adoption alike.",
        )
