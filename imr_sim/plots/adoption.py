"""Adoption curves: VAMCs providing before the policy date, and under each strategy after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from imr_sim.analysis import Arm, Comparison
from imr_sim.analysis.curves import curve_summary
from imr_sim.plots.labels import spaced
from imr_sim.plots.style import GREY, HIGHLIGHTS, INK, LINE, new_figure, short, styled
from imr_sim.plots.words import stamp, what

HEIGHT = 4.0
BAND = 0.10


@styled
def plot_adoption(comparison: Comparison, highlight: Sequence[str] | None = None) -> Figure:
    """VAMCs providing the practice over time.

    Parameters
    ----------
    comparison : Comparison
    highlight : sequence of str, optional
        At most three strategies in colour with a 90% band; by default those that gain most.

    Returns
    -------
    Figure
        Means over histories; the band holds 90% of single histories.
    """
    ranked = comparison.table()["strategy"].tolist()
    names = ranked[1:4] if highlight is None else list(highlight)[:3]
    chosen = [comparison.arm(name, where="highlight") for name in names]
    note = (
        "Lines: mean over histories, with the number of VAMCs in the last month. Bands: 90% of "
        "single histories (parameters and luck), for the reference and the strategies in colour. "
        "All strategies share the history before the policy date."
    )
    title = f"VA medical centers (VAMCs) providing {comparison.practice}"
    figure, box = new_figure(HEIGHT, title, what(comparison), stamp(comparison), note, (0.95, 2.3))
    bottom = box.bottom + 0.45 / figure.get_figheight()
    split = box.left + 0.33 * (box.right - box.left)
    past = figure.add_axes((box.left, bottom, split - box.left, box.top - bottom))
    future = figure.add_axes((split, bottom, box.right - split, box.top - bottom), sharey=past)
    _draw_past(past, comparison)
    ends = _draw_future(future, comparison, chosen)
    _count_axis(past, len(comparison.sites), comparison.practice)
    _write_labels(future, ends)
    return figure


def _draw_past(axes: Axes, comparison: Comparison) -> None:
    index, months = comparison.policy_index, comparison.months
    reference = comparison.arm(comparison.reference)
    curve = curve_summary(reference.curves["vamcs_providing"][..., :index])
    year = (months.year + months.month / 12)[:index].to_numpy(float)  # ends of months
    axes.fill_between(year, curve["q05"], curve["q95"], color=INK, alpha=BAND, linewidth=0)
    axes.plot(year, curve["mean"], color=INK, linewidth=1.8)
    start = year[0] - 1 / 12
    axes.set_xlim(start, year[-1])
    step = max(1, round((year[-1] - start) / 3))
    axes.set_xticks(np.arange(np.ceil(start), year[-1] - step / 3, step))
    axes.set_xlabel("Year")


def _draw_future(axes: Axes, comparison: Comparison, chosen: list[Arm]) -> list[tuple]:
    """Draw the strategies; return (height at the end, label, colour, weight) of each."""
    index = comparison.policy_index - 1  # the last month that all share
    month = np.arange(comparison.horizon + 1)
    looks = {arm.name: look for arm, look in zip(chosen, HIGHLIGHTS, strict=False)}
    ends = []
    for arm in comparison.arms:
        curve = curve_summary(arm.curves["vamcs_providing"][..., index:])
        colour, dash, marker = looks.get(arm.name, (GREY, "-", ""))
        width, order, weight = 0.8, 2, "normal"
        if arm.name == comparison.reference:
            colour, dash = INK, "-"
        if arm.name in looks or arm.name == comparison.reference:
            width, order, weight = 1.8, 4, "bold"
            band: dict[str, Any] = {"color": colour, "alpha": BAND, "linewidth": 0}
            axes.fill_between(month, curve["q05"], curve["q95"], **band)
        if arm.name in looks:
            for edge in ("q05", "q95"):
                axes.plot(month, curve[edge], color=colour, linestyle=dash, linewidth=0.7, zorder=3)
        axes.plot(month, curve["mean"], color=colour, linestyle=dash, linewidth=width, zorder=order)
        end = float(curve["mean"][-1])
        if marker:
            axes.plot(month[-1], end, marker, color=colour, markersize=5, clip_on=False, zorder=5)
        ends.append((end, f"{end:.0f}  {short(arm.label)}", colour, weight))
    start = comparison.months[comparison.policy_index]
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.annotate(
        f"policy date, {start:%b %Y}",
        (0, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -2),
        textcoords="offset points",
        va="top",
    )
    axes.set_xlim(0, month[-1])
    year = 12 * max(1, round(comparison.horizon / 72))
    axes.set_xticks(range(0, comparison.horizon + 1, year))
    axes.set_xlabel("Months after the policy date")
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.spines["left"].set_visible(False)
    return ends


def _count_axis(axes: Axes, n_sites: int, practice: str) -> None:
    axes.set_ylim(0, min(axes.get_ylim()[1], n_sites))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:.0f} ({y / n_sites:.0%})"))
    axes.set_ylabel(f"VAMCs providing {practice} (share of {n_sites})")


def _write_labels(axes: Axes, ends: list[tuple]) -> None:
    low, high = axes.get_ylim()
    inches = axes.get_window_extent().height / axes.figure.dpi
    gap = (high - low) / inches * min(LINE * 0.95, inches / len(ends))
    places = spaced(np.array([end[0] for end in ends]), gap, low, high)
    beside = axes.get_yaxis_transform()  # across in fractions of the axes, up in data
    for (end, text, colour, weight), place in zip(ends, places, strict=True):
        leader = axes.plot([1.015, 1.09, 1.11], [end, place, place], color=colour, linewidth=0.5)
        leader[0].set(transform=beside, clip_on=False)
        ink = "#555555" if colour == GREY else colour
        axes.text(1.12, place, text, transform=beside, va="center", color=ink, weight=weight)
