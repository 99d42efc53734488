"""Reading a user's GraphML safely."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import networkx as nx
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.system.csv_table import read_text


class _Doctype(Exception):
    pass


def read_graphml(path: Path) -> pd.DataFrame:
    """Edges of a GraphML file.

    Parameters
    ----------
    path : Path
        GraphML in UTF-8. Edge direction and every attribute but the edges' ``layer`` are left out.

    Returns
    -------
    DataFrame of str
        Columns from, to, layer (empty where not said); index ``edge 1``, ``edge 2``...

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
    except (expat.ExpatError, ParseError, nx.NetworkXError, KeyError, ValueError) as error:
        raise RequestError(
            path.name,
            where=str(path),
            why=f"it is no well-formed GraphML ({error})",
            write="Export it again, for example with networkx.write_graphml.",
        ) from None
    edges = [(a, b, str(data.get("layer", ""))) for a, b, data in graph.edges(data=True)]
    names = [f"edge {i}" for i in range(1, len(edges) + 1)]
    return pd.DataFrame(edges, columns=["from", "to", "layer"], index=names, dtype=object)


def _refuse_doctype(text: str) -> None:
    def found(*_: object) -> None:
        raise _Doctype

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = found
    parser.Parse(text, True)
