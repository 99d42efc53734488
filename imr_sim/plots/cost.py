"""Cost against effect, with the frontier of strategies that money is best spent on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from imr_sim.analysis import Comparison
from imr_sim.plots.labels import label_points
from imr_sim.plots.style import BLUE, GREY, INK, PALE, new_figure, short, styled
from imr_sim.plots.words import stamp, what

HEIGHT = 4.6
WIDE = 30
"""Ratio of the largest to the smallest cost above which the axis becomes logarithmic."""


@styled
def plot_cost(comparison: Comparison) -> Figure:
    """Cost of each strategy against the VAMC-years of the practice it adds.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Figure
        Points: means. Crosses: 90% of single histories. Line: the cost-effectiveness frontier.
    """
    table = comparison.table()
    labels = {arm.name: short(arm.label) for arm in comparison.arms}
    log = _wide(table["cost_usd"].to_numpy())
    note = (
        "Points: means over histories; crosses: 90% of single histories (parameters and luck). "
        "Filled, on the line: cost-effectiveness frontier of the means; open: another strategy, or "
        "a mix of two, does more for no more money. Costs are those of the strategy's levers, "
        "undiscounted; unit costs are mostly assumptions."
        + (" The cost axis is logarithmic above its first step." if log else "")
    )
    title = f"Cost of each strategy and the years of {comparison.practice} it adds"
    figure, box = new_figure(HEIGHT, title, what(comparison), stamp(comparison), note, (0.72, 0.25))
    bottom = box.bottom + 0.45 / figure.get_figheight()
    axes = figure.add_axes((box.left, bottom, box.right - box.left, box.top - bottom))
    x, y = table["added_vamc_years"].to_numpy(), table["cost_usd"].to_numpy() / 1e6
    _draw_points(axes, table, x, y)
    _scale(axes, y, log)
    line = _draw_frontier(axes, table, x, y)
    axes.set_xlabel(
        f"VAMC-years of providing {comparison.practice} added in {comparison.horizon} months, "
        f"against '{labels[comparison.reference]}'"
    )
    axes.set_ylabel(f"Cost in {comparison.horizon} months (US$ million)")
    axes.grid(color=PALE, linewidth=0.4)
    axes.set_axisbelow(True)
    points = np.column_stack([x, y])
    label_points(axes, points, [labels[name] for name in table["strategy"]], line)
    return figure


def _wide(cost: np.ndarray) -> bool:
    paid = cost[cost > 0]
    return bool(paid.size) and paid.max() > WIDE * paid.min()


def _draw_points(axes: Axes, table: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> None:
    spans = table[["added_vamc_years_lo", "added_vamc_years_hi"]].to_numpy()
    costs = table[["cost_usd_lo", "cost_usd_hi"]].to_numpy() / 1e6
    cross: dict[str, Any] = {"color": GREY, "linewidth": 0.5, "alpha": 0.7, "zorder": 1}
    axes.hlines(y, spans[:, 0], spans[:, 1], **cross)
    axes.vlines(x, costs[:, 0], costs[:, 1], **cross)
    on = (table["frontier"] == "frontier").to_numpy()
    axes.plot(x[on], y[on], "o", color=BLUE, markersize=5.5, zorder=4)
    axes.plot(x[~on], y[~on], "o", color=INK, markerfacecolor="white", markersize=5, zorder=4)


def _draw_frontier(axes: Axes, table: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    on = (table["frontier"] == "frontier").to_numpy()
    corners = np.column_stack([x, y])[on][np.argsort(x[on])]
    corner = np.arange(len(corners))
    steps = np.linspace(0, corner[-1], 60 * len(corners))  # straight in US$, also on a log axis
    line = np.column_stack([np.interp(steps, corner, corners[:, k]) for k in (0, 1)])
    axes.plot(*line.T, color=BLUE, linewidth=1.3, zorder=3)
    return line


def _scale(axes: Axes, y: np.ndarray, log: bool) -> None:
    top = axes.get_ylim()[1]
    if log:
        least = 10.0 ** np.floor(np.log10(y[y > 0].min()))
        axes.set_yscale("symlog", linthresh=least, linscale=0.4)
        axes.set_ylim(-0.3 * least, 1.5 * top)
    else:
        axes.set_ylim(min(0, y.min()) - 0.03 * top, 1.05 * top)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda cost, _: f"{cost:g}"))
