"""Ties between names, before they are ties between nodes: edge lists, nominations, matrices."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from imr_sim.diffusion.tables import clean_id, column, number
from imr_sim.errors import RequestError

EGO = ("source", "ego", "from", "sender", "node1", "nominator", "i", "id")
ALTER = ("target", "alter", "to", "receiver", "node2", "nominee", "j")
WEIGHT = ("weight", "value", "strength", "valued")
LAYER = ("layer", "relation", "relation_type", "network")
FIRST = ("first", "start", "begin", "since")
LAST = ("last", "end", "until")
FIELDS = ("ego", "alter", "weight", "layer", "first", "last")


@dataclass
class NamedTies:
    """Ties as read.

    Attributes
    ----------
    table : DataFrame
        ``ego``, ``alter`` (names), ``weight``, ``layer``, ``first``, ``last``.
    directed : bool or None
        None: the source does not say.
    names : list of str
        All names in the order of the source, isolates included.
    attributes : DataFrame or None
        Of the nodes, by name, when the source holds any.
    account : list of str
    """

    table: pd.DataFrame
    directed: bool | None
    names: list[str]
    attributes: pd.DataFrame | None = None
    account: list[str] = field(default_factory=list)


def from_edge_list(
    table: pd.DataFrame,
    *,
    ego: str | None = None,
    alter: str | None = None,
    weight: str | None = None,
    layer: str | None = None,
    first: str | None = None,
    last: str | None = None,
    where: str = "edge list",
) -> NamedTies:
    """Ties of a table with one row a tie; columns by name, by habit, or the first two."""
    if table.shape[1] < 2:
        raise refused(where, "one column", "a tie has two ends", "Write two columns.")
    a = column(table, ego, EGO, where, "ego")
    b = column(table, alter, ALTER, where, "alter")
    if a is None or b is None or a == b:
        a, b = table.columns[0], table.columns[1]
    untitled = "2" if list(table.columns) == ["0", "1", "2"] else None  # a list without titles
    optional = {
        "weight": column(table, weight or untitled, WEIGHT, where, "weight"),
        "layer": column(table, layer, LAYER, where, "layer"),
        "first": column(table, first, FIRST, where, "first"),
        "last": column(table, last, LAST, where, "last"),
    }
    account = [f"Each row is a tie from {a!r} to {b!r}."]
    out = pd.DataFrame({"ego": table[a].map(clean_id), "alter": table[b].map(clean_id)})
    for name in ("weight", "first", "last"):
        source = optional[name]
        out[name] = np.nan if source is None else _numbers(table[source], where, name)
    if optional["weight"] is None:
        out["weight"] = 1.0
    out["layer"] = "ties" if optional["layer"] is None else table[optional["layer"]].astype(str)
    directed = _gephi_type(table, account)
    used = {a, b, *(c for c in optional.values() if c)} | {"Type", "Id", "Label", "id"}
    unused = [str(c) for c in table.columns if c not in used]
    if unused:
        account.append(f"Columns of ties not used: {', '.join(unused[:10])}.")
    taken = [f"{name} from {source!r}" for name, source in optional.items() if source]
    if taken:
        account.append(f"Read {', '.join(taken)}.")
    blank = (out["ego"] == "") | (out["alter"] == "")
    if blank.any():
        account.append(f"{int(blank.sum()):,} rows without one of the names were left out.")
        out = out[~blank]
    names = list(dict.fromkeys([*out["ego"], *out["alter"]]))
    return NamedTies(out[list(FIELDS)].reset_index(drop=True), directed, names, None, account)


def from_nominations(
    table: pd.DataFrame, ego: str, columns: list[str], *, where: str = "survey"
) -> NamedTies:
    """Ties of a survey: one row a respondent, one column for each person they may name.

    `columns` are names or patterns (``net*``). A column ``advice_1`` belongs to layer ``advice``.
    """
    chosen = [c for c in table.columns if any(fnmatch.fnmatchcase(str(c), p) for p in columns)]
    if not chosen:
        raise refused(
            where,
            f"nominations={columns!r}",
            "no column is called so",
            f"The columns are {', '.join(map(str, table.columns[:15]))}.",
        )
    frames = []
    for name in chosen:
        named = table[name].map(lambda v: "" if pd.isna(v) else clean_id(v))
        keep = ~named.str.lower().isin(("", "na", "nan"))
        frames.append(
            pd.DataFrame(
                {
                    "ego": table.loc[keep, ego].map(clean_id),
                    "alter": named[keep],
                    "weight": 1.0,
                    "layer": str(name).rpartition("_")[0] or str(name),
                    "first": np.nan,
                    "last": np.nan,
                }
            )
        )
    ties = pd.concat(frames, ignore_index=True)
    account = [f"{len(ties):,} nominations from {len(chosen)} columns: who answers names whom."]
    return NamedTies(ties[list(FIELDS)], True, [clean_id(v) for v in table[ego]], None, account)


def from_matrix(
    matrix: np.ndarray | sparse.sparray, names: list[str], *, where: str = "matrix"
) -> NamedTies:
    """Ties of an adjacency matrix: row i holds whom i names."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise refused(
            where,
            f"a matrix of {' x '.join(map(str, matrix.shape))}",
            "it is not square",
            "Write one row and one column a node.",
        )
    if len(names) != matrix.shape[0]:
        raise refused(
            where,
            f"{len(names)} names",
            f"the matrix has {matrix.shape[0]} rows",
            "Give one name a row.",
        )
    entries = sparse.coo_array(matrix)
    label = np.array(names, dtype=object)
    ties = pd.DataFrame(
        {
            "ego": label[entries.row],
            "alter": label[entries.col],
            "weight": entries.data.astype(float),
            "layer": "ties",
            "first": np.nan,
            "last": np.nan,
        }
    )
    both = sparse.csr_array(matrix)
    directed = bool(abs(both - both.T).sum() > 0)
    account = [
        "The matrix is " + ("not symmetric: row names column." if directed else "symmetric.")
    ]
    return NamedTies(ties, directed, list(names), None, account)


def matrix_table(rows: list[list[str]], where: str, ids: list[str] | None) -> NamedTies | None:
    """Ties of a square table with or without names; None when it is not one.

    A short edge list is square too: it has known titles, or fewer rows than there are nodes.
    """
    if {cell.lower() for cell in rows[0]} & {*EGO[:-1], *ALTER}:
        return None
    width = max(len(row) for row in rows)
    body, head, side = rows, None, None
    if len(rows) == width + 1 and len(rows[0]) == width and len(rows) > 2:
        head, body = rows[0], rows[1:]
    elif len(rows) == width and len(rows) > 2 and rows[0][0] in ("", "id", "ID", "node"):
        head, body = rows[0][1:], rows[1:]
        side, body = [row[0] for row in body], [row[1:] for row in body]
    elif len(rows) == width and len(rows[0]) == width - 1 and len(rows) > 2:
        head, body = rows[0], rows[1:]
        side, body = [row[0] for row in body], [row[1:] for row in body]
    elif len(rows) != width or width < 3:
        return None
    if any(len(row) != len(body) for row in body):
        return None
    values = np.array([[number(cell or "0") for cell in row] for row in body])
    short = side is None and ids is not None and len(ids) > len(body)
    if np.isnan(values).any() or short:
        return None
    labels = [clean_id(v) for v in (head or side or range(1, len(body) + 1))]
    if head is not None and side is not None:
        rows_named = [clean_id(v) for v in side]
        if sorted(rows_named) != sorted(labels):
            raise refused(
                where,
                "rows and columns",
                "they name different nodes",
                "Use the same names for both.",
            )
        place = {name: i for i, name in enumerate(labels)}
        values = values[:, [place[name] for name in rows_named]]
        labels = rows_named
    if len(set(labels)) < len(labels):
        raise refused(where, "a name twice", "names must differ", "Give each node its own name.")
    return from_matrix(values, labels, where=where)


def _numbers(values: pd.Series, where: str, what: str) -> pd.Series:
    text = values.map(lambda v: "" if pd.isna(v) else str(v).strip())
    numbers = text.map(lambda v: np.nan if v == "" else number(v))
    wrong = numbers.isna() & (text != "")
    if wrong.any():
        raise refused(
            where,
            f"{what} {text[wrong].iloc[0]!r}",
            "it is not a number",
            "Write numbers; for periods of ties the numbers of the periods.",
        )
    if what == "weight":
        return numbers.fillna(1.0)
    return numbers


def _gephi_type(table: pd.DataFrame, account: list[str]) -> bool | None:
    """Gephi says in each row whether the tie has a direction."""
    if "Type" not in table:
        return None
    kinds = set(table["Type"].astype(str).str.lower())
    if not kinds <= {"directed", "undirected"}:
        return None
    if len(kinds) > 1:
        raise refused(
            "edge list",
            "ties of both types",
            "a network is directed or not",
            "Write an undirected tie as two directed ones.",
        )
    account.append(f"The column Type says that ties are {kinds.copy().pop()}.")
    return kinds == {"directed"}


def refused(where: str, given: str, why: str, write: str) -> RequestError:
    """An error about ties."""
    return RequestError(given, where=where, why=why, write=write)
