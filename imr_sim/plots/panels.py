"""What figures of several panels share: where panels go, a key, percent axes, empty panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from imr_sim.plots.style import FONT, WIDTH, Box

TITLE = 0.22
"""Inches kept free above panels for their titles."""
NO_ROLLOUT = "Histories without a roll-out."
FACILITIES = "% of facilities (locations, not VAMCs)"


def placed_axes(
    figure: Figure, left: float, bottom: float, width: float, height: float, **more: Any
) -> Axes:
    """Axes at a place given in inches from the lower left corner of the figure."""
    high = figure.get_figheight()
    return figure.add_axes((left / WIDTH, bottom / high, width / WIDTH, height / high), **more)


def side_by_side(
    figure: Figure, box: Box, n: int, below: float, gap: float, above: float = TITLE
) -> list[Axes]:
    """`n` axes; inches kept free below them, between them, and above them for titles."""
    high = figure.get_figheight()
    width = ((box.right - box.left) * WIDTH - gap * (n - 1)) / n
    bottom = box.bottom * high + below
    height = box.top * high - above - bottom
    left = box.left * WIDTH
    return [placed_axes(figure, left + i * (width + gap), bottom, width, height) for i in range(n)]


def key(figure: Figure, handles: Sequence[Artist]) -> None:
    """What the marks mean, to the right of the subtitle."""
    figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(1 - 0.02 / WIDTH, 1 - 0.21 / figure.get_figheight()),
        ncols=len(handles),
        frameon=False,
        fontsize=FONT,
        handlelength=2.0,
        handletextpad=0.6,
        columnspacing=1.3,
    )


def mark(label: str, **look: Any) -> Line2D:
    """An entry of the key."""
    return Line2D([], [], label=label, solid_capstyle="butt", **look)


def percent(axis: Axis) -> None:
    """Shares of 1 written as percent."""
    axis.set_major_formatter(PercentFormatter(1.0, 0))


def by_row(axes: Axes, labels: Sequence[str]) -> np.ndarray:
    """Heights of labelled rows, the first on top."""
    rows = np.arange(len(labels))[::-1]
    axes.set_yticks(rows, labels)
    axes.set_ylim(-0.7, max(len(labels), 1) - 0.3)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return rows


def nothing(axes: Axes, why: str) -> None:
    """Say why a panel has nothing to show."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color="#555555")
    axes.set_xticks([])
    axes.set_yticks([])
