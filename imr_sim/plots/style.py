"""One look for all figures: print size, fonts, colours, title, footnote, files."""

from __future__ import annotations

import errno
import textwrap
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec

import matplotlib as mpl
from matplotlib.figure import Figure

from imr_sim.analysis.planner import shorten
from imr_sim.errors import RequestError

WIDTH = 7.0
"""Inches: the text width of a US Letter page; figures are to be printed at this size."""
FONT = 8.0
"""Points at print size; nothing is smaller."""
LINE = 0.155
"""Inches from one line of text to the next."""
FOOTNOTE_COLUMNS, STAMP_COLUMNS = 118, 98
LABEL_COLUMNS = 28

# Okabe and Ito 2008 (https://jfly.uni-koeln.de/color/): told apart under colour blindness. Each
# comes with a line style and a marker, so that a grey print still tells them apart.
INK, GREY, PALE = "#222222", "#8a8a8a", "#d9d9d9"
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
HIGHLIGHTS = (
    (VERMILLION, (0, (6, 1.5)), "o"),
    (BLUE, (0, (3, 1, 1, 1)), "s"),
    (GREEN, (0, (1.5, 1)), "^"),
)

RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": FONT,
    "axes.titlesize": FONT + 0.5,
    "axes.labelsize": FONT,
    "xtick.labelsize": FONT,
    "ytick.labelsize": FONT,
    "legend.fontsize": FONT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.6,
    "svg.hashsalt": "imr-sim",
}

P = ParamSpec("P")


class Box(NamedTuple):
    """Room left for axes, in fractions of the figure."""

    left: float
    bottom: float
    right: float
    top: float


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # a disk, or a quota, that takes no more


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw a figure in the house style, whatever the user's matplotlib settings are."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(RC)
            return draw(*args, **kwargs)

    return drawn


def new_figure(
    height: float, title: str, subtitle: str, stamp: str, note: str, margins: tuple[float, float]
) -> tuple[Figure, Box]:
    """A figure with its words in place.

    Parameters
    ----------
    height : float
        Inches for the axes and their tick labels, words above and below not counted.
    title, subtitle : str
        What is shown; of what.
    stamp : str
        What the parameters are: printed bold at the foot of every figure.
    note : str
        How to read it.
    margins : (float, float)
        Inches kept free left and right of the axes.

    Returns
    -------
    Figure
    Box
        Where axes go; tick labels and axis titles below need room inside it.
    """
    stamps = textwrap.wrap(stamp, STAMP_COLUMNS, break_on_hyphens=False)
    notes = textwrap.wrap(note, FOOTNOTE_COLUMNS, break_on_hyphens=False)
    head, foot = 0.52, LINE * (len(stamps) + len(notes)) + 0.12
    total = height + head + foot
    figure = Figure(figsize=(WIDTH, total))
    left = 0.08 / WIDTH
    figure.text(left, 1 - 0.08 / total, title, fontsize=FONT + 2.5, weight="bold", va="top")
    figure.text(left, 1 - 0.30 / total, subtitle, color="#555555", va="top")
    lines = [(line, "bold") for line in stamps] + [(line, "normal") for line in notes]
    for i, (line, weight) in enumerate(lines):
        y = (foot - 0.06 - LINE * i) / total
        figure.text(left, y, line, weight=weight, color="#444444", va="top")
    box = Box(margins[0] / WIDTH, foot / total, 1 - margins[1] / WIDTH, 1 - head / total)
    return figure, box


def short(label: str) -> str:
    """A label cut to the room that figures have for it."""
    return shorten(label, LABEL_COLUMNS)


def save(figure: Figure, folder: Path | str, name: str) -> tuple[Path, Path]:
    """Write `name`.png (200 dots per inch) and `name`.svg; same figure, same bytes.

    Parameters
    ----------
    figure : Figure
    folder : path
        Made when it does not exist.
    name : str
        File name without its ending.

    Returns
    -------
    (Path, Path)
        The PNG and the SVG.

    Raises
    ------
    RequestError
        When the folder cannot be written to.
    OSError
        When the disk is full.
    """
    png, svg = Path(folder) / f"{name}.png", Path(folder) / f"{name}.svg"
    try:
        png.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context({"svg.hashsalt": RC["svg.hashsalt"]}):
            figure.savefig(png, dpi=200, metadata={"Software": None})
            figure.savefig(svg, metadata={"Date": None, "Creator": "imr-sim"})
    except OSError as failure:
        if failure.errno in FULL:  # no fault of the folder that was named
            raise
        raise RequestError(
            str(folder),
            where="folder for figures",
            why=f"it cannot be written to ({failure.strerror})",
            write="Name a folder that you may write to.",
        ) from failure
    return png, svg
