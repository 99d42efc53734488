"""Who heard from whom: the tree of news behind a history, and its cascades."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from imr_sim.diffusion.rebuild import LEARNED, Simulated, events_of

CAUSES = ("media", "site or lever", "tie inside", "tie outside", "hire")


class Cascades(NamedTuple):
    """How far news travelled from where it came in.

    Attributes
    ----------
    table : DataFrame
        One row a cascade, the largest first: ``root`` (row of `transmissions`), ``staff``,
        ``station``, ``month``, ``cause`` of its first news, ``size`` (learners, the first
        included), ``depth`` (longest chain of passing on), ``stations`` reached.
    shares : Series
        Of all who learned, the share by cause (`CAUSES`); sums to 1.
    branching : float
        Learners that a learner passes news to, on average; those who learned late had less time.
    """

    table: pd.DataFrame
    shares: pd.Series
    branching: float


def transmissions(history: Simulated, *, draw: int = 0, replicate: int = 0) -> pd.DataFrame:
    """Every time that somebody came to know, and from whom.

    Parameters
    ----------
    history : History
        With an event log.
    draw, replicate : int

    Returns
    -------
    DataFrame
        One row an event, by month: ``month``, ``period``, ``staff``, ``station``, ``cause`` (one
        of `CAUSES`), ``source`` (post of the teller, or from which a hire was transferred; empty
        otherwise), ``parent`` (row in which the source had come to know; -1 without one),
        ``depth`` (passings-on since news came in), ``root`` (row in which it came in).
    """
    log = events_of(history, draw, replicate)
    log = log[log["event"].isin(LEARNED)].reset_index(drop=True)
    cause = np.where(log["event"] == "heard", log["heard_from"], "hire")
    parent, depth, root = (np.full(len(log), value) for value in (-1, 0, -1))
    latest: dict[str, int] = {}
    staff, source = log["staff"].to_numpy(object), log["source"].to_numpy(object)
    period = log["period"].to_numpy()
    for first, last in _months(period):
        for row in range(first, last):  # a teller knew when the month began
            told = latest.get(source[row], -1) if source[row] else -1
            parent[row] = told
            depth[row] = depth[told] + 1 if told >= 0 else 0
            root[row] = root[told] if told >= 0 else row
        latest.update((staff[row], row) for row in range(first, last))
    table = log[["month", "period", "staff", "station"]]
    return table.assign(cause=cause, source=source, parent=parent, depth=depth, root=root)


def cascades(news: pd.DataFrame) -> Cascades:
    """Cascades of `transmissions`: everybody whose news goes back to the same first learner."""
    if not len(news):
        empty = pd.Series(0.0, index=list(CAUSES))
        return Cascades(news.assign(size=[], stations=[]), empty, np.nan)
    groups = news.groupby("root")
    table = news.loc[groups.size().index, ["staff", "station", "month", "cause"]]
    table = table.assign(
        root=table.index,
        size=groups.size(),
        depth=groups["depth"].max(),
        stations=groups["station"].nunique(),
    )
    table = table.sort_values(["size", "root"], ascending=[False, True], ignore_index=True)
    columns = ["root", "staff", "station", "month", "cause", "size", "depth", "stations"]
    shares = news["cause"].value_counts(normalize=True).reindex(list(CAUSES), fill_value=0.0)
    return Cascades(table[columns], shares, float((news["parent"] >= 0).sum() / len(news)))


def _months(period: np.ndarray) -> list[tuple[int, int]]:
    """First and last row (exclusive) of each month of an ordered log."""
    edges = np.flatnonzero(np.diff(period, prepend=-1, append=-1))
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
