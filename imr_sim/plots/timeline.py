"""One history month by month: who knew, who championed, which sites started and stopped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from imr_sim.errors import RequestError
from imr_sim.plots.style import (
    BLUE,
    GREEN,
    INK,
    LINE,
    PALE,
    VERMILLION,
    Box,
    new_figure,
    styled,
)
from imr_sim.plots.words import rests_on

COLUMNS = (
    "month",
    "station",
    "providing",
    "aware",
    "champions",
    "importer_champions",
    "started",
    "stopped",
    "restarted",
)
PANEL = 1.05
"""Inches a panel."""


@styled
def plot_timeline(
    frame: pd.DataFrame,
    *,
    status: str,
    note: str,
    invented: bool = False,
    practice: str = "IMR",
    invented_practice: bool = False,
    policy_date: pd.Timestamp | None = None,
) -> Figure:
    """Awareness, champions, and starts and stops of one history.

    Parameters
    ----------
    frame : DataFrame
        One row a site and month of *one* history, with ``COLUMNS``: ``month`` (date), ``station``,
        ``providing`` (bool), ``aware``, ``champions``, ``importer_champions`` (staff), and the
        events ``started``, ``stopped``, ``restarted`` (bool).
    status, note : str
        What the parameters are, and whence.
    invented : bool
        Whether the sites are made up.
    practice : str
        Name of the practice.
    invented_practice : bool
        Whether it is made up.
    policy_date : Timestamp, optional
        Marked when given.

    Returns
    -------
    Figure

    Raises
    ------
    RequestError
        When a column is missing, or there is more than one history.
    """
    _check(frame)
    first = frame["started"] & ~frame["restarted"]
    months = frame.assign(first=first).groupby("month", sort=True)[[*COLUMNS[2:], "first"]].sum()
    n_sites = frame["station"].nunique()
    start, end = months.index[0], months.index[-1]
    subtitle = f"{n_sites} sites, {start:%B %Y} to {end:%B %Y}: one possible history"
    reading = (
        "One history of many: another draw of luck gives another one, so this is an illustration, "
        "not a forecast. Events are counted by quarter."
    )
    figure, box = new_figure(
        4 * PANEL + 0.75,
        f"One history of {practice}: staff, champions, starts, stops",
        subtitle,
        rests_on(status, note, invented, invented_practice),
        reading,
        (1.0, 1.45),
    )
    panels = _panels(figure, box)
    year = np.array([_year(month) for month in months.index])
    _line(panels[0], year, months["providing"], "VAMCs\nproviding it", INK, "providing", n_sites)
    _line(panels[1], year, months["aware"], "Staff aware\nof it", BLUE, "aware")
    _champions(panels[2], year, months)
    _events(panels[3], months)
    for axes in panels:
        axes.grid(axis="x", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_xlim(year[0], year[-1] + 1 / 12)
        if policy_date is not None:
            axes.axvline(_year(policy_date), color=INK, linewidth=0.8)
        if axes is not panels[-1]:
            axes.tick_params(labelbottom=False, length=0, axis="x")
    if policy_date is not None:
        at = _year(policy_date)
        panels[0].annotate(
            "policy date ", (at, 1), xycoords=("data", "axes fraction"), ha="right", va="top"
        )
    panels[-1].set_xlabel("Year")
    panels[-1].xaxis.set_major_locator(MaxNLocator(9, integer=True))
    for axes in panels:
        axes.yaxis.set_label_coords(-0.135, 0.5)  # clear of the longest number
    return figure


def _year(month: pd.Timestamp) -> float:
    return month.year + (month.month - 1) / 12


def _check(frame: pd.DataFrame) -> None:
    missing = [column for column in COLUMNS if column not in frame]
    if missing:
        raise RequestError(
            f"a table without {', '.join(missing)}",
            where="plot_timeline(frame)",
            why="the timeline is drawn from these columns",
            write=f"Pass history.to_frame() of one history, with {', '.join(COLUMNS)}.",
        )
    if frame.empty or frame.duplicated(["month", "station"]).any():
        raise RequestError(
            f"{len(frame)} rows",
            where="plot_timeline(frame)",
            why="it needs one row a site and month: the months of one history",
            write="Keep the rows of one draw and one replicate.",
        )


def _panels(figure: Figure, box: Box) -> list[Axes]:
    high = figure.get_figheight()
    bottom = box.bottom + 0.45 / high
    step = (box.top - bottom) / 4
    place = [
        (box.left, bottom + (3 - k) * step, box.right - box.left, step - 0.10 / high)
        for k in range(4)
    ]
    first = figure.add_axes(place[0])
    return [first, *(figure.add_axes(p, sharex=first) for p in place[1:])]


def _line(
    axes: Axes,
    year: np.ndarray,
    values: pd.Series,
    title: str,
    colour: str,
    word: str,
    most: int | None = None,
) -> None:
    axes.plot(year, values, color=colour, linewidth=1.5)
    axes.set_ylim(0, 1.1 * max(values.max(), 1))
    share = f" ({values.iloc[-1] / most:.0%})" if most else ""
    _end_label(axes, float(values.iloc[-1]), f"{values.iloc[-1]:,.0f} {word}{share}", colour)
    _count_axis(axes, title)


def _champions(axes: Axes, year: np.ndarray, months: pd.DataFrame) -> None:
    total, imported = months["champions"], months["importer_champions"]
    axes.plot(year, total, color=GREEN, linewidth=1.5)
    axes.plot(year, imported, color=VERMILLION, linewidth=1.5, linestyle=(0, (4, 1.5)))
    axes.set_ylim(0, 1.1 * max(total.max(), 1))
    top = 1.1 * max(total.max(), 1)
    apart = LINE / (PANEL - 0.1) * top
    ends = np.array([total.iloc[-1], imported.iloc[-1]], float)
    ends[0] = max(ends[0], ends[1] + apart)
    _end_label(axes, ends[0], f"{total.iloc[-1]:,.0f} champions", GREEN)
    _end_label(axes, ends[1], f"{imported.iloc[-1]:,.0f} imported it", VERMILLION)
    _count_axis(axes, "Champions\n(staff)")


def _events(axes: Axes, months: pd.DataFrame) -> None:
    quarter = months.groupby(pd.PeriodIndex(months.index, freq="Q")).sum()
    x = np.array([_year(period.start_time) + 1 / 8 for period in quarter.index])
    restarted, stopped = quarter["restarted"], quarter["stopped"]
    started = quarter["first"]
    bars: dict[str, Any] = {"width": 0.21, "edgecolor": INK, "linewidth": 0.3}
    axes.bar(x, started, color=BLUE, **bars)
    axes.bar(x, restarted, bottom=started, color="white", hatch="/////", **bars)
    axes.bar(x, -stopped, color=VERMILLION, **bars)
    axes.axhline(0, color=INK, linewidth=0.6)
    most = max((started + restarted).max(), stopped.max(), 1)
    axes.set_ylim(-1.15 * most, 1.15 * most)
    axes.spines["bottom"].set_visible(False)
    for y, text, colour in (
        (0.75, f"{started.sum():.0f} first starts", BLUE),
        (0.35, f"{restarted.sum():.0f} restarts (hatched)", INK),
        (-0.55, f"{stopped.sum():.0f} stops", VERMILLION),
    ):
        _end_label(axes, y * most, text, colour)
    _count_axis(axes, "Sites a quarter:\nstart / stop")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{abs(y):.0f}"))


def _end_label(axes: Axes, y: float, text: str, colour: str) -> None:
    axes.text(1.015, y, text, transform=axes.get_yaxis_transform(), va="center", color=colour)


def _count_axis(axes: Axes, title: str) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_ylabel(title)
