"""The table of nodes: names, attributes, and columns with times of adoption."""

from __future__ import annotations

from typing import Any

import pandas as pd

from imr_sim.diffusion.edges import NamedTies, refused
from imr_sim.diffusion.spells import spells_of_columns
from imr_sim.diffusion.tables import clean_id, column, number
from imr_sim.diffusion.times import Times, read_times

ID = ("id", "node", "name", "label", "actor", "ego", "station", "staff")
TIME = ("toa", "time", "adoption_time", "time_of_adoption", "adoption", "adoptiondate")


def node_names(table: pd.DataFrame, given: str | None) -> list[str]:
    """Names in a table of nodes."""
    name = column(table, given, ID, "nodes", "id")
    return [clean_id(v) for v in table[table.columns[0] if name is None else name]]


def nodes_of(
    named: NamedTies, table: pd.DataFrame | None, id: str | None, account: list[str]
) -> tuple[list[str], pd.DataFrame]:
    """Names of nodes and their attributes."""
    if table is None:
        attributes = named.attributes
        if attributes is None:
            attributes = pd.DataFrame(index=pd.Index(named.names))
        return named.names, attributes.reset_index(drop=True)
    key = column(table, id, ID, "nodes", "id")
    if key is None:
        key = table.columns[0]
        account.append(f"Nodes are called by the first column, {key!r}.")
    names = [clean_id(v) for v in table[key]]
    if "" in names or len(set(names)) < len(names):
        twice = next(n for n in names if n == "" or names.count(n) > 1)
        raise refused(
            "nodes",
            repr(twice),
            "it is no name, or stands in two rows",
            "Give each node one row and a name of its own.",
        )
    table = table.drop(columns=key).reset_index(drop=True)
    if named.attributes is not None:
        extra = named.attributes.reindex(names).reset_index(drop=True)
        table = pd.concat([table, extra[[c for c in extra if c not in table]]], axis=1)
    return names, _typed(table)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of text that hold numbers only become numbers."""
    for name in table:
        if table[name].dtype != object and not pd.api.types.is_string_dtype(table[name]):
            continue
        text = table[name].map(lambda v: "" if pd.isna(v) else str(v))
        numbers = text.map(number)
        if (numbers.notna() | text.isin(("", "NA", "NaN"))).all() and numbers.notna().any():
            table = table.assign(**{str(name): numbers})
    return table


def adoption_of(
    table: pd.DataFrame,
    columns: tuple[str | None, ...],
    options: dict[str, Any],
    account: list[str],
) -> tuple[pd.DataFrame, Times, pd.DataFrame]:
    """Spells of columns of the table of nodes, and the table without them."""
    given, adopted, stop, reason, stop_reason = columns
    name = column(table, given, TIME, "nodes", "time")
    if name is None:
        shown = ", ".join(map(str, table.columns[:15])) or "none"
        raise refused(
            "nodes",
            "no time of adoption",
            f"no column has a known name ({shown})",
            "Say which column holds it: time=.",
        )
    account.append(f"Times of adoption are in {name!r}.")
    raw = table[name]
    flag = column(table, adopted, ("adopted",), "nodes", "adopted")
    if flag is not None:
        raw = _unless_adopted(raw, table[flag], flag, account)
    when = read_times(raw, where=f"nodes, column {name!r}", **options)
    used = [c for c in (name, flag, stop, reason, stop_reason) if c is not None]
    for extra in (stop, reason, stop_reason):
        if extra is not None:
            column(table, extra, (), "nodes", "column")
    found, when = spells_of_columns(table, when, stop, reason, stop_reason, options)
    return found, when, table.drop(columns=list(dict.fromkeys(used)))


def _unless_adopted(raw: pd.Series, flag: pd.Series, name: str, account: list[str]) -> pd.Series:
    yes = flag.map(lambda v: str(v).strip().lower() in ("1", "1.0", "true", "yes"))
    no = flag.map(lambda v: str(v).strip().lower() in ("0", "0.0", "false", "no"))
    if not (yes | no).all():
        raise refused(
            "nodes",
            f"{name} {flag[~(yes | no)].iloc[0]!r}",
            "it is neither 0 nor 1",
            "Write 1 for those who adopted and 0 for the others.",
        )
    blank = raw.map(lambda v: pd.isna(v) or str(v).strip() == "")
    if (yes & blank).any():
        raise refused(
            "nodes",
            f"{int((yes & blank).sum())} adopters without a time",
            "an adopter has a time",
            "Give the time, or leave these nodes out.",
        )
    account.append(f"{int(no.sum()):,} nodes never adopt, as {name!r} says.")
    return raw.astype(object).where(yes, None)
