"""The event log is the whole story: every month of a history rebuilt from it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.strategies.view import NOT_PROVIDING, PREPARING, PROVIDING
from imr_sim.system import System

LEARNED = ("heard", "hired knowing IMR")
LOST = ("left knowing IMR", "forgot IMR")
CHAMPIONED = ("became champion",)
NO_CHAMPION = ("champion tired", "left knowing IMR")
STATUS = {
    "site decided": PREPARING,
    "site started": PROVIDING,
    "site restarted": PROVIDING,
    "site stopped": NOT_PROVIDING,
    "site gave up preparing": NOT_PROVIDING,
}


class Simulated(Protocol):
    """What is used of an `imr_sim.History`: diffusion knows no model, only what it leaves."""

    @property
    def system(self) -> System:
        """The sites and their staff."""

    @property
    def months(self) -> pd.DatetimeIndex:
        """First day of each month."""

    @property
    def events(self) -> pd.DataFrame | None:
        """The event log."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Draws, replicates, months, sites."""


class Rebuilt(NamedTuple):
    """Site-months rebuilt from events, each of shape (month, site); as in `History`."""

    status: np.ndarray
    aware: np.ndarray
    champions: np.ndarray


def events_of(history: Simulated, draw: int, replicate: int) -> pd.DataFrame:
    """Events of one history, in order, with ``period``: months since its first."""
    if history.events is None:
        raise RequestError(
            "a history without an event log",
            where="events",
            why="who heard from whom was not kept",
            write="Simulate it with events=True.",
        )
    log = history.events
    log = log[(log["draw"] == draw) & (log["replicate"] == replicate)].reset_index(drop=True)
    month = pd.DatetimeIndex(log["month"])
    first = history.months[0]
    return log.assign(period=(month.year - first.year) * 12 + month.month - first.month)


def rebuild(history: Simulated, *, draw: int = 0, replicate: int = 0) -> Rebuilt:
    """What each site was in each month, from the event log alone.

    Parameters
    ----------
    history : History
        With an event log; only its shape, its months and its sites are used besides.
    draw, replicate : int

    Returns
    -------
    Rebuilt
        Equal to ``status``, ``aware`` and ``champions`` of the history.
    """
    events = events_of(history, draw, replicate)
    months, n_sites = history.shape[2:]
    system = history.system
    place = {str(station): s for s, station in enumerate(system.sites["station"])}
    site = events["station"].map(place).to_numpy()
    status = np.zeros((months, n_sites), np.uint8)
    period, kind = events["period"].to_numpy(), events["event"].to_numpy(object)
    for row in np.flatnonzero(events["event"].isin(STATUS)):  # later events overwrite earlier ones
        status[period[row] :, site[row]] = STATUS[kind[row]]
    names = pd.Index(system.staff_ids(), dtype=object)
    counts = []
    for gained, lost in ((LEARNED, LOST), (CHAMPIONED, NO_CHAMPION)):
        spells = staff_spells(events, names, gained, lost)
        counts.append(_head_counts(spells, system.site, months, n_sites))
    return Rebuilt(status, *counts)


def staff_spells(
    events: pd.DataFrame, names: pd.Index, gained: tuple[str, ...], lost: tuple[str, ...]
) -> pd.DataFrame:
    """Spells of posts from events that give and take a state.

    Whoever leaves does so before the post is filled, so that a loss and a gain of one post in one
    month are two people, and two spells.

    Returns
    -------
    DataFrame
        ``node, start, stop, reason, stop_reason``.
    """
    kept = events[events["event"].isin((*gained, *lost))]
    change = pd.DataFrame(
        {
            "node": names.get_indexer(pd.Index(kept["staff"])),
            "period": kept["period"].to_numpy(),
            "gain": kept["event"].isin(gained).to_numpy(),
            "reason": np.where(kept["heard_from"] != "", kept["heard_from"], kept["event"]),
        }
    )
    change = change.sort_values(["node", "period", "gain"], kind="stable", ignore_index=True)
    spells: list[tuple] = []
    open_spell: tuple | None = None
    previous = -1
    for node, period, gain, reason in change.itertuples(index=False):
        if node != previous and open_spell is not None:
            spells.append((*open_spell, np.nan, ""))
            open_spell = None
        previous = node
        if gain and open_spell is None:
            open_spell = (node, float(period), reason)
        elif not gain and open_spell is not None:
            spells.append((*open_spell, float(period), reason))
            open_spell = None
    if open_spell is not None:
        spells.append((*open_spell, np.nan, ""))
    table = pd.DataFrame(spells, columns=["node", "start", "reason", "stop", "stop_reason"])
    return table.astype({"node": np.int64, "start": float, "stop": float})


def _head_counts(spells: pd.DataFrame, site: np.ndarray, months: int, n_sites: int) -> np.ndarray:
    change = np.zeros((months + 1, n_sites), np.int64)
    where = site[spells["node"].to_numpy()]
    np.add.at(change, (spells["start"].to_numpy(np.int64), where), 1)
    ended = spells["stop"].notna().to_numpy()
    stop = spells["stop"].to_numpy()[ended].astype(np.int64)
    np.subtract.at(change, (stop, where[ended]), 1)
    return np.cumsum(change, axis=0)[:-1]
