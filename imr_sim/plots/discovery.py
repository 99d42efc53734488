"""Where a cheaper strategy is as good as a dearer one: draws, the box, how good it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from imr_sim.plots.panels import by_row, key, mark, nothing, percent, side_by_side
from imr_sim.plots.style import BLUE, GREY, INK, PALE, VERMILLION, new_figure, styled

SHADE = {"as good": "#cfe5f5", "worse": "#f7dcc8"}
COLOUR = {"as good": BLUE, "worse": VERMILLION}
MEASURES = ("density", "coverage", "mass")


@styled
def plot_discovery(
    draws: pd.DataFrame,
    boxes: pd.DataFrame,
    limits: pd.DataFrame,
    units: dict[str, str],
    stamp: str,
    setting: str,
) -> Figure:
    """Boxes over the draws, and what they are worth on draws that did not make them.

    Parameters
    ----------
    draws : DataFrame
        One row a draw: ``as_good``, ``sought`` (it helped to find the boxes), and the parameters.
    boxes : DataFrame
        Of `imr_sim.sensitivity.discovery`: ``kind, density, coverage, mass`` with ``_lo, _hi``,
        ``base``, ``verdict``.
    limits : DataFrame
        ``kind, parameter, low, high, quasi_p``.
    units : dict
        Units of parameters.
    stamp, setting : str
        What the draws are; of what.

    Returns
    -------
    Figure
        A row a box; left the two conditions that matter most, right its worth.
    """
    note = (
        "Left: held-out draws over the two conditions with the lowest quasi-p; the shaded region "
        "is the box, other conditions of it not shown. Right: held-out draws, 95% intervals. "
        "Density: share of draws in the box that are of its kind; dashed: everywhere. Coverage: "
        "share of all draws of its kind that the box holds. Mass: share of all draws in it."
    )
    figure, box = new_figure(
        2.35 * len(boxes) + 0.1,
        "When is the cheaper strategy as good?",
        setting,
        stamp,
        note,
        (0.75, 0.15),
    )
    key(
        figure,
        [
            mark("as good", color=BLUE, marker="o", linestyle="", markersize=4),
            mark("worse", color=VERMILLION, marker="x", linestyle="", markersize=4),
        ],
    )
    height = (box.top - box.bottom) / len(boxes)
    for i, row in enumerate(boxes.to_dict("records")):
        part = box._replace(top=box.top - i * height, bottom=box.top - (i + 1) * height)
        left, right = side_by_side(figure, part, 2, 0.45, 1.15, above=0.3)
        kind = row["kind"]
        conditions = limits[limits["kind"] == kind].sort_values("quasi_p", kind="stable")
        noise = row["verdict"] != "found"
        title = f"Box: {kind}" + ("; NOT TOLD FROM NOISE" if noise else "")
        left.set_title(title, loc="left", color=VERMILLION if noise else INK)
        right.set_title("Worth of the box", loc="left")
        if conditions.empty:
            nothing(left, "no condition was found")
            nothing(right, "no condition was found")
            continue
        _scatter(left, draws[~draws["sought"]], conditions.to_dict("records")[:2], units, kind)
        _worth(right, row, kind)
    return figure


def _scatter(
    axes: Axes, draws: pd.DataFrame, limits: Sequence[dict], units: dict[str, str], kind: str
) -> None:
    x = draws[limits[0]["parameter"]].to_numpy()
    if len(limits) > 1:
        y = draws[limits[1]["parameter"]].to_numpy()
        axes.set_ylabel(_named(limits[1]["parameter"], units))
    else:  # one condition: the other axis only spreads the draws
        y = (np.arange(len(x)) * 0.618034) % 1
        axes.set_yticks([])
    good = draws["as_good"].to_numpy(bool)
    axes.plot(x[good], y[good], "o", color=BLUE, markersize=2.6, alpha=0.75, mew=0)
    axes.plot(x[~good], y[~good], "x", color=VERMILLION, markersize=2.6, alpha=0.6, mew=0.6)
    axes.margins(0.03)
    edges = []
    for limit, (low, high) in zip(limits, (axes.get_xlim(), axes.get_ylim()), strict=False):
        edges.append((max(limit["low"], low), min(limit["high"], high)))
    if len(edges) == 1:
        edges.append(axes.get_ylim())
    (x0, x1), (y0, y1) = edges
    shade = Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=SHADE[kind], edgecolor=INK, lw=0.7)
    shade.set_zorder(0)
    limits_now = axes.get_xlim(), axes.get_ylim()
    axes.add_patch(shade)
    axes.set_xlim(limits_now[0])
    axes.set_ylim(limits_now[1])
    axes.set_xlabel(_named(limits[0]["parameter"], units))
    axes.xaxis.set_major_locator(MaxNLocator(5))


def _worth(axes: Axes, row: dict, kind: str) -> None:
    rows = by_row(axes, [name.capitalize() for name in MEASURES])
    for at, name in zip(rows, MEASURES, strict=True):
        axes.plot([row[f"{name}_lo"], row[f"{name}_hi"]], [at, at], color=COLOUR[kind], lw=1.8)
        axes.plot(row[name], at, "o", color=COLOUR[kind], markersize=5)
        axes.text(row[name], at + 0.17, f"{row[name]:.0%}", ha="center", va="bottom")
    span = [rows[0] - 0.35, rows[0] + 0.6]
    axes.plot([row["base"]] * 2, span, color=GREY, lw=1.1, linestyle=(0, (4, 1.5)))
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.5, len(MEASURES) - 0.3)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("Share of held-out draws")
    percent(axes.xaxis)


def _named(parameter: str, units: dict[str, str]) -> str:
    unit = units.get(parameter, "")
    text = f"{parameter} ({unit})" if unit else parameter
    return text if len(text) <= 44 else parameter
