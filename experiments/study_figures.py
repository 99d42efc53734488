"""Marks that the figures of the studies share, in the house style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from imr_sim.plots.panels import by_row
from imr_sim.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, VERMILLION

SERIES = ((INK, "o", "-"), (BLUE, "s", (0, (5, 1.5))), (VERMILLION, "^", (0, (3, 1, 1, 1))))
SERIES = (*SERIES, (GREEN, "D", (0, (1.5, 1))), (ORANGE, "v", (0, (7, 1, 1, 1))))
"""Colour, marker and line style of the first, second ... of several series."""
HOW_TO_READ = (
    "Point: mean. Thick line: 50%, thin line: 90% of single histories (parameters and luck). "
    "Filled: the 90% interval of the mean leaves out zero."
)


def spread_mark(
    axes: Axes, at: float, row: Mapping[str, Any], colour: str, marker: str, across: bool = False
) -> None:
    """Mean with 50% and 90% of histories at `at`, upright, or `across` the page."""
    filled = row["mean_lo"] > 0 or row["mean_hi"] < 0
    for low, high, width in (("lo", "hi", 0.9), ("q25", "q75", 3.0)):
        ends, place = [row[low], row[high]], [at, at]
        x, y = (ends, place) if across else (place, ends)
        axes.plot(x, y, color=colour, linewidth=width, solid_capstyle="butt", zorder=2)
    x, y = (row["mean"], at) if across else (at, row["mean"])
    face = colour if filled else "white"
    axes.plot(x, y, marker, color=colour, markerfacecolor=face, markersize=5, zorder=3)


def forest(axes: Axes, rows: pd.DataFrame, labels: Sequence[str], numbers: Sequence[str]) -> None:
    """Differences, one a row, the first on top, with their numbers to the right."""
    for y, (_, row), text in zip(by_row(axes, labels), rows.iterrows(), numbers, strict=True):
        clear = row["mean_lo"] > 0 or row["mean_hi"] < 0
        spread_mark(axes, y, row, BLUE if clear else GREY, "o", across=True)
        axes.text(1.02, y, text, transform=axes.get_yaxis_transform(), va="center")
    axes.text(
        1.02,
        len(rows) - 0.1,
        "mean [90%]",
        transform=axes.get_yaxis_transform(),
        va="center",
        weight="bold",
    )
    zero(axes, upright=True)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)


def zero(axes: Axes, upright: bool = False) -> None:
    """The line of no difference."""
    (axes.axvline if upright else axes.axhline)(0, color=INK, linewidth=0.8, zorder=1)


def band_line(
    axes: Axes, x: np.ndarray, rows: pd.DataFrame, look: tuple[str, str, Any], band: bool = True
) -> None:
    """Means over x, with the 90% interval of each mean as a band."""
    colour, marker, line = look
    axes.plot(x, rows["mean"], color=colour, marker=marker, linestyle=line, markersize=4.5, lw=1.4)
    if band:
        axes.fill_between(
            x, rows["mean_lo"], rows["mean_hi"], color=colour, alpha=0.16, linewidth=0
        )
