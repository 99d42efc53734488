"""Trials: what was observed against what the model predicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imr_sim.analysis.planner import shorten
from imr_sim.plots.panels import by_row, key, mark, percent
from imr_sim.plots.style import BLUE, GREY, INK, PALE, VERMILLION, new_figure, styled

ROW = 0.215
"""Inches a row."""
HEADS = ((1.05, "observed"), (1.46, "sites"))
LABEL, ARM, OUTCOME = 24, 16, 14
"""Letters of the study, the arm and the outcome that a row has room for."""


@styled
def plot_trials(table: pd.DataFrame, title: str, stamp: str, *, without: bool = False) -> Figure:
    """Shares of sites, row by row: the predictive band, and what was observed.

    Parameters
    ----------
    table : DataFrame
        One row an outcome that is a share of sites: ``label, arm, outcome, month, sites``,
        ``share_q05``, ``share_q50``, ``share_q95``, ``share_observed_low`` and
        ``share_observed_high`` (equal for a count, NaN where nothing was observed), ``in_band``.
    title : str
    stamp : str
        What the parameters are.
    without : bool
        Whether each prediction was made without the study that it is set against.

    Returns
    -------
    Figure
    """
    rows = table.to_dict("records")
    note = (
        "Line: central 90% of predictive counts over the number of sites (parameters, the effect "
        "of the study, and the luck of so many sites together); tick: median. "
        "Each row: study, arm, outcome and month. A mark stands for what was observed, a bar for "
        "what was published in bounds: filled in "
        "the band, red outside."
    )
    if without:
        note += " Each study is predicted from all the others."
    figure, box = new_figure(
        ROW * (len(rows) + 1) + 0.5,
        title,
        f"{len(rows)} outcomes of {table['label'].nunique()} studies of whole sites",
        stamp,
        note,
        (3.45, 1.15),
    )
    bottom = box.bottom + 0.45 / figure.get_figheight()
    axes = figure.add_axes((box.left, bottom, box.right - box.left, box.top - bottom))
    places = by_row(axes, [_words(row) for row in rows])
    for place, row in zip(places, rows, strict=True):
        _draw(axes, place, row)
    axes.set_ylim(-0.7, len(rows) + 0.4)
    axes.set_xlim(-0.01, 1.01)
    percent(axes.xaxis)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("share of sites")
    across = axes.get_yaxis_transform()
    for x, head in HEADS:
        axes.text(x, len(rows) - 0.1, head, transform=across, ha="left", va="center", weight="bold")
    key(
        figure,
        [
            mark("90% band", color=GREY, linewidth=2.5),
            mark("observed", color=BLUE, marker="o", linewidth=0, markersize=5),
        ],
    )
    return figure


def _words(row: dict) -> str:
    arm = shorten(str(row["arm"]).replace("_", " "), ARM)
    outcome = shorten(str(row["outcome"]).replace("_", " "), OUTCOME)
    return f"{shorten(str(row['label']), LABEL)}: {arm}, {outcome} {row['month']}"


def _draw(axes: Axes, place: float, row: dict) -> None:
    axes.plot(
        [row["share_q05"], row["share_q95"]],
        [place, place],
        color=GREY,
        linewidth=2.5,
        solid_capstyle="butt",
    )
    axes.plot(row["share_q50"], place, "|", color=INK, markersize=7)
    low, high = row["share_observed_low"], row["share_observed_high"]
    across = axes.get_yaxis_transform()
    if np.isfinite(low):
        inside = bool(row["in_band"])
        colour = BLUE if inside else VERMILLION
        if high > low:
            axes.plot([low, high], [place - 0.22] * 2, color=colour, linewidth=2)
        else:
            face = colour if inside else "white"
            axes.plot(low, place, "o", color=colour, markerfacecolor=face, markersize=5, zorder=3)
        seen = f"{low:.0%}" if high == low else f"{low:.0%}-{high:.0%}"
        axes.text(HEADS[0][0], place, seen, transform=across, va="center")
    axes.text(HEADS[1][0], place, f"{row['sites']:.0f}", transform=across, va="center")
