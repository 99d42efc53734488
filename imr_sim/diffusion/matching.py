"""From ties between names to ties between nodes: what is folded, left out, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd

from imr_sim.diffusion.edges import NamedTies, refused
from imr_sim.diffusion.network import TIES

PAIR = ["ego", "alter", "layer", "first", "last"]


def match(
    named: NamedTies, names: list[str], directed: bool, account: list[str], where: str
) -> pd.DataFrame:
    """Ties between positions in `names`, with the columns `TIES`; adds sentences to `account`.

    Raises
    ------
    RequestError
        When names do not match: none, or shifted by one; or weights are below 0 or disagree.
    """
    ties = named.table
    place = {name: i for i, name in enumerate(names)}
    known = ties["ego"].isin(place) & ties["alter"].isin(place)
    if len(ties) and not known.all():
        _refuse_other_names(ties, place, known, where)
        outside = ties[~known]
        strangers = set(outside["ego"]) | set(outside["alter"])
        strangers -= set(place)
        account.append(
            f"{len(outside):,} ties to {len(strangers):,} names outside the table of nodes were "
            f"left out (e.g. {sorted(strangers)[0]!r})."
        )
        ties = ties[known]
    table = ties.assign(ego=ties["ego"].map(place), alter=ties["alter"].map(place))
    table = table.astype({"ego": np.int64, "alter": np.int64, "weight": float})
    table = _without(table, table["ego"] == table["alter"], "self ties", account)
    if (table["weight"] < 0).any() or not np.isfinite(table["weight"]).all():
        bad = table["weight"][~(table["weight"] >= 0) | np.isinf(table["weight"])].iloc[0]
        raise refused(
            where,
            f"a weight of {bad:g}",
            "weights are finite and not below 0",
            "Leave such ties out, or put them in a layer of their own.",
        )
    table = _without(table, table["weight"] == 0, "ties of weight 0", account)
    if (table["first"] > table["last"]).any():
        raise refused(where, "a tie", "it ends before it begins", "Mend its periods.")
    before = len(table)
    table = table.groupby(PAIR, dropna=False, sort=True)["weight"].sum().reset_index()
    if len(table) < before:
        account.append(f"{before - len(table):,} repeated ties were added to the weight of others.")
    if not directed:
        table = _both_ways(table, account, where)
    return table[list(TIES)].reset_index(drop=True)


def is_directed(named: NamedTies, given: bool | None, account: list[str]) -> bool:
    """Whether ties have a direction: as said, as the source says, or as it looks."""
    if given is not None:
        return given
    if named.directed is not None:
        return named.directed
    there = set(zip(named.table["ego"], named.table["alter"], strict=True))
    if there and all((b, a) in there for a, b in there):
        account.append("Every tie stands in both directions: taken as undirected.")
        return False
    account.append("Taken as directed, since nothing says otherwise (directed=False for not).")
    return True


def _both_ways(table: pd.DataFrame, account: list[str], where: str) -> pd.DataFrame:
    low, high = table[["ego", "alter"]].min(axis=1), table[["ego", "alter"]].max(axis=1)
    table = table.assign(ego=low, alter=high)
    groups = table.groupby(PAIR, dropna=False, sort=True)["weight"]
    once = groups.first().reset_index()
    if not np.array_equal(groups.max().to_numpy(), groups.min().to_numpy()):
        raise refused(
            where,
            "two weights of one undirected tie",
            "they differ by direction",
            "Read the ties as directed, or give both the same weight.",
        )
    if len(once) < len(table):
        account.append(f"{len(table) - len(once):,} ties stood in both directions and count once.")
    back = once.rename(columns={"ego": "alter", "alter": "ego"})
    return pd.concat([once, back[once.columns]], ignore_index=True)


def _refuse_other_names(
    ties: pd.DataFrame, place: dict[str, int], known: pd.Series, where: str
) -> None:
    ends = pd.unique(pd.concat([ties["ego"], ties["alter"]]))
    strangers = [name for name in ends if name not in place]
    if all(name.lstrip("-").isdigit() for name in ends):
        for shift, words in ((1, "one less"), (-1, "one more")):
            if all(str(int(name) + shift) in place for name in ends):
                raise refused(
                    where,
                    f"node {strangers[0]!r}",
                    "the table of nodes has no such name, and all ties fit once each number is "
                    f"taken as {words} than the node's (counting from 0 or 1)",
                    "Number nodes and ends of ties alike.",
                )
    if not known.any():
        raise refused(
            where,
            f"{strangers[0]!r}",
            "no tie is between nodes of the table of nodes",
            "Use the same names for both, or say which column holds them (id=).",
        )


def _without(table: pd.DataFrame, drop: pd.Series, what: str, account: list[str]) -> pd.DataFrame:
    if drop.any():
        account.append(f"{int(drop.sum()):,} {what} were left out.")
        return table[~drop]
    return table
