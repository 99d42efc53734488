"""Graphs of NetworkX, and files of Gephi, igraph, NetworkX, Pajek and UCINET."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from imr_sim.diffusion.edges import FIRST, LAST, LAYER, WEIGHT, NamedTies, from_matrix, refused
from imr_sim.diffusion.tables import clean_id, number, read_text

READERS = {
    ".graphml": nx.read_graphml,
    ".gexf": nx.read_gexf,
    ".gml": nx.read_gml,
    ".net": nx.read_pajek,
}
PRIVATE = frozenset(("viz", "size", "x", "y", "z", "r", "g", "b", "color", "shape"))
"""How a program drew a node: no attribute of the node."""


def read_graph(path: Path) -> NamedTies:
    """Ties and attributes of a graph file, by its ending."""
    read_text(path)  # a clear message when it is not there or not text
    try:
        graph = READERS[path.suffix.lower()](path)
    except Exception as failure:  # parsers raise whatever they stumble over
        message = str(failure).splitlines()[0] if str(failure) else type(failure).__name__
        raise refused(
            str(path),
            path.name,
            f"NetworkX cannot read it ({message[:120]})",
            "Save it again from the program it comes from, or as an edge list in CSV.",
        ) from failure
    return from_graph(graph, where=path.name)


def from_graph(graph: Any, *, where: str = "graph") -> NamedTies:
    """Ties and attributes of a NetworkX graph of any kind."""
    account: list[str] = []
    names = _names(graph, account)
    attributes = pd.DataFrame(
        [
            {k: _cell(v) for k, v in data.items() if k not in PRIVATE}
            for _, data in graph.nodes(data=True)
        ],
        index=pd.Index([names[node] for node in graph], name="name"),
    )
    multiple = graph.is_multigraph()
    edges = graph.edges(keys=True, data=True) if multiple else graph.edges(data=True)
    rows, unused = [], set()
    for edge in edges:
        data = edge[-1]
        key = edge[2] if multiple else "ties"
        layer = _first_of(data, LAYER, key if isinstance(key, str) else "ties")
        weight = _first_of(data, WEIGHT, 1.0)
        begin, end = _first_of(data, FIRST, ""), _first_of(data, LAST, "")
        rows.append(
            (
                names[edge[0]],
                names[edge[1]],
                number(weight),
                str(layer),
                _period(begin, where),
                _period(end, where),
            )
        )
        unused |= set(data) - {*LAYER, *WEIGHT, *FIRST, *LAST, "id", "key"}
    table = pd.DataFrame(rows, columns=["ego", "alter", "weight", "layer", "first", "last"])
    table = table.astype({"weight": float, "first": float, "last": float})
    if unused:
        account.append(f"Attributes of ties not used: {', '.join(sorted(map(str, unused))[:10])}.")
    if table["weight"].isna().any():
        raise refused(where, "a weight", "it is not a number", "Write numbers as weights.")
    account.append(f"The graph says that ties are {'' if graph.is_directed() else 'un'}directed.")
    return NamedTies(table, graph.is_directed(), list(names.values()), attributes, account)


def read_dl(path: Path) -> NamedTies:
    """Ties of UCINET's DL text format, full matrix or edge list."""
    text = read_text(path)
    parts = re.split(r"(?i)\bdata\s*:", text, maxsplit=1)
    if len(parts) != 2:
        raise refused(str(path), path.name, "a DL file says DATA:", "Export it from UCINET again.")
    head, body = parts
    count = re.search(r"(?i)\bn\s*=\s*(\d+)", head)
    if not count:
        raise refused(str(path), path.name, "it does not say N=", "Export it from UCINET again.")
    n = int(count.group(1))
    found = re.search(r"(?i)format\s*=\s*(\w+)", head)
    kind = found.group(1).lower() if found else "fullmatrix"
    labels = re.search(r"(?is)labels\s*:\s*(.*)$", head)
    names = re.split(r"[\s,]+", labels.group(1).strip()) if labels else []
    names = [clean_id(name.strip("\"'")) for name in names if name] or [
        str(i + 1) for i in range(n)
    ]
    if len(names) != n:
        raise refused(str(path), f"{len(names)} labels", f"N={n}", "Give one label a node.")
    cells = body.split()
    if kind in ("fullmatrix", "fm"):
        values = np.array([number(cell) for cell in cells])
        if len(values) != n * n or np.isnan(values).any():
            raise refused(
                str(path),
                f"{len(cells)} numbers",
                f"a full matrix of {n} nodes has {n * n}",
                "One matrix, numbers only: export each relation to its own file.",
            )
        return from_matrix(values.reshape(n, n), names, where=path.name)
    if kind in ("edgelist1", "el1"):
        return _dl_edges(body, names, path)
    raise refused(
        str(path),
        f"format={kind}",
        "only fullmatrix and edgelist1 are read",
        "Export the full matrix.",
    )


def _dl_edges(body: str, names: list[str], path: Path) -> NamedTies:
    matrix = np.zeros((len(names), len(names)))
    place = {name: i for i, name in enumerate(names)}
    place |= {str(i + 1): i for i in range(len(names)) if str(i + 1) not in place}
    for line in filter(str.strip, body.splitlines()):
        cells = [clean_id(c) for c in line.split()]
        if len(cells) not in (2, 3) or cells[0] not in place or cells[1] not in place:
            raise refused(
                str(path),
                line.strip()[:60],
                "it is no tie between these nodes",
                "Write two nodes and a weight.",
            )
        weight = number(cells[2]) if len(cells) == 3 else 1.0
        if np.isnan(weight):
            raise refused(
                str(path),
                line.strip()[:60],
                "its weight is not a number",
                "Write two nodes and a weight.",
            )
        matrix[place[cells[0]], place[cells[1]]] += weight
    return from_matrix(matrix, names, where=path.name)


def _names(graph: Any, account: list[str]) -> dict[Any, str]:
    """Names of nodes: igraph writes n0, n1 ... and keeps the name as an attribute."""
    plain = {node: clean_id(node) for node in graph}
    for key in ("name", "label"):
        given = [data.get(key) for _, data in graph.nodes(data=True)]
        numbered = all(re.fullmatch(r"n?\d+(\.0)?", str(node)) for node in graph)
        known = [clean_id(v) for v in given if v not in (None, "")]
        if numbered and known and len(known) == len(given) and len(set(known)) == len(known):
            if known != list(plain.values()):
                account.append(f"Nodes are called by their attribute {key!r}.")
            return dict(zip(graph, known, strict=True))
    return plain


def _first_of(data: dict[str, Any], names: tuple[str, ...], default: Any) -> Any:
    return next((data[name] for name in names if name in data), default)


def _period(value: Any, where: str) -> float:
    if value in ("", None):
        return np.nan
    if np.isnan(number(value)):
        raise refused(
            where,
            f"a tie from or until {value!r}",
            "it is not the number of a period",
            "Write the periods of ties as numbers.",
        )
    return number(value)


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else str(value)
