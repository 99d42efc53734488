"""Reading a user's GraphML safely."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import networkx as nx
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.system.csv_table import read_text

MEANT = ("layer", "directed")  # attributes of edges that are read


class _Doctype(Exception):
    pass


class Graph(NamedTuple):
    """What a GraphML file says.

    Attributes
    ----------
    edges : DataFrame
        Columns from, to, layer, directed as text (empty where not said); index ``edge 1``...
    nodes : DataFrame
        Attributes of the nodes as text, by node id.
    arrows : bool
        Edges have a direction.
    attributes : dict of str to int
        Attributes of edges that mean nothing here, and how many edges have them.
    """

    edges: pd.DataFrame
    nodes: pd.DataFrame
    arrows: bool
    attributes: dict[str, int]


def read_graphml(path: Path) -> Graph:
    """Nodes and edges of a GraphML file.

    Parameters
    ----------
    path : Path
        GraphML in UTF-8.

    Returns
    -------
    Graph

    Raises
    ------
    RequestError
        When the file cannot be read, is not well-formed GraphML, or declares a document type
        (which could make a small file expand to fill memory).
    """
    text = read_text(path)
    try:
        _refuse_doctype(text)
        graph = nx.parse_graphml(text, node_type=str)
    except _Doctype:
        raise RequestError(
            "<!DOCTYPE ...>",
            where=str(path),
            why="a document type can hide entities that expand without end",
            write="Take the DOCTYPE out; GraphML needs none.",
        ) from None
    except (
        expat.ExpatError,
        ParseError,
        nx.NetworkXError,
        KeyError,
        ValueError,
        TypeError,
    ) as error:
        raise RequestError(
            path.name,
            where=str(path),
            why=f"it is no well-formed GraphML ({error})",
            write="Export it again, for example with networkx.write_graphml.",
        ) from None
    edges = [
        (a, b, *(str(data.get(name, "")) for name in MEANT))
        for a, b, data in graph.edges(data=True)
    ]
    names = [f"edge {i}" for i in range(1, len(edges) + 1)]
    nodes = {node: {k: str(v) for k, v in data.items()} for node, data in graph.nodes(data=True)}
    others = Counter(k for *_, data in graph.edges(data=True) for k in data if k not in MEANT)
    return Graph(
        pd.DataFrame(edges, columns=["from", "to", *MEANT], index=names, dtype=object),
        pd.DataFrame.from_dict(nodes, orient="index", dtype=object),
        graph.is_directed(),
        dict(others),
    )


def _refuse_doctype(text: str) -> None:
    def found(*_: object) -> None:
        raise _Doctype

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = found
    parser.Parse(text, True)
