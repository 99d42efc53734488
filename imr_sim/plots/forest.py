"""Forest plot: what each strategy changes, paired with the reference."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from imr_sim.analysis import Arm, Comparison
from imr_sim.analysis.paired import Paired, paired
from imr_sim.plots.style import BLUE, GREY, INK, PALE, new_figure, short, styled
from imr_sim.plots.words import stamp, what

ROW = 0.215
"""Inches a strategy."""


@styled
def plot_forest(comparison: Comparison) -> Figure:
    """Paired differences in VAMCs providing the practice in the last month, best first.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Figure
        Point: mean difference. Thick and thin line: 50% and 90% of single histories.
    """
    reference = comparison.arm(comparison.reference)
    others = [arm for arm in comparison.arms if arm is not reference]
    gains = [(arm, _end(arm) - _end(reference)) for arm in others]
    gains.sort(key=lambda gain: gain[1].mean())
    note = (
        "Each history of a strategy is compared with the reference's history of the same "
        "parameters and luck. Point: mean. Thick line: 50%, thin line: 90% of single histories. "
        "Filled: the 90% interval leaves out zero. P(better): share of histories with more VAMCs."
    )
    figure, box = new_figure(
        ROW * (len(gains) + 1) + 0.5,
        f"VAMCs gained after {comparison.horizon} months, against '{short(reference.label)}'",
        what(comparison),
        stamp(comparison),
        note,
        (1.95, 1.95),
    )
    bottom = box.bottom + 0.45 / figure.get_figheight()
    axes = figure.add_axes((box.left, bottom, box.right - box.left, box.top - bottom))
    for row, (arm, difference) in enumerate(gains):
        _draw(axes, row, difference, paired(_end(arm), _end(reference)))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(gains)), [short(arm.label) for arm, _ in gains])
    axes.set_ylim(-0.6, len(gains) + 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.set_xlabel(
        f"VAMCs providing {comparison.practice}, difference to the reference (number of VAMCs)"
    )
    across = axes.get_yaxis_transform()
    for x, head, side in ((1.03, "mean [90%]", "left"), (1.60, "P(better)", "right")):
        axes.text(x, len(gains) - 0.1, head, transform=across, ha=side, va="center", weight="bold")
    return figure


def _draw(axes: Axes, row: int, difference: np.ndarray, gain: Paired) -> None:
    mean, lo, hi = gain.difference
    q25, q75 = np.quantile(difference, [0.25, 0.75])
    clear = lo > 0 or hi < 0
    colour = BLUE if clear else GREY
    axes.plot([lo, hi], [row, row], color=colour, linewidth=1)
    axes.plot([q25, q75], [row, row], color=colour, linewidth=3.2, solid_capstyle="butt")
    face = colour if clear else "white"
    axes.plot(mean, row, "o", markersize=5.5, color=colour, markerfacecolor=face, zorder=3)
    across = axes.get_yaxis_transform()
    numbers = f"{mean:+.1f} [{round(lo) + 0.0:+.0f}, {round(hi) + 0.0:+.0f}]"
    axes.text(1.03, row, numbers, transform=across, va="center")
    axes.text(1.60, row, f"{gain.p_better:.2f}", transform=across, va="center", ha="right")


def _end(arm: Arm) -> np.ndarray:
    return arm.curves["vamcs_providing"][..., -1]
