"""A calibration: how the sampler got to the posterior, and what the data say of parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from imr_sim.plots.panels import (
    NO_ROLLOUT,
    by_row,
    key,
    mark,
    nothing,
    percent,
    placed_axes,
    side_by_side,
)
from imr_sim.plots.style import BLUE, GREY, INK, PALE, VERMILLION, WIDTH, new_figure, styled

ROW = 0.165
"""Inches a parameter."""
COLUMN = 0.42
"""Inches a target."""
PATTERNS = {
    "census_by_kind": "P1, P2",
    "census_margins": "P1",
    "interview_contrast": "P3",
    "survey_bounds": "P4",
    "between_state": "P5",
    "sustainment": "P6",
}
UNSURE = "(too few draws to tell)"


@styled
def plot_tempering(trace: pd.DataFrame) -> Figure:
    """How the sampler went from the prior to the posterior.

    Parameters
    ----------
    trace : DataFrame
        One row a sweep: ``stage``, ``temper``, ``acceptance``, ``acceptance_observers``,
        ``memory``, ``distinct``.

    Returns
    -------
    Figure
    """
    note = (
        "Temperature: 0 is the prior, 1 the posterior; it rises at the vertical lines. Accepted: "
        "solid, proposals with new histories; dashed, those that move observation parameters "
        "alone. Memory: mean correlation of draws with where they began at this temperature; 0 "
        "is wanted."
    )
    figure, box = new_figure(
        1.75,
        "From prior to posterior",
        f"Sweeps: {len(trace)}; temperatures: {trace['stage'].nunique()}",
        NO_ROLLOUT,
        note,
        (0.42, 0.12),
    )
    sweep = np.arange(1, len(trace) + 1)
    rises = sweep[1:][np.diff(trace["stage"]) > 0] - 0.5
    panels = side_by_side(figure, box, 4, 0.42, 0.5)
    solid: dict[str, Any] = {"color": BLUE}
    dashed: dict[str, Any] = {"color": VERMILLION, "linestyle": (0, (4, 1.5))}
    shown: tuple[tuple[str, dict[str, dict[str, Any]]], ...] = (
        ("Temperature", {"temper": solid | {"drawstyle": "steps-mid"}}),
        ("Accepted (%)", {"acceptance": solid, "acceptance_observers": dashed}),
        ("Memory (correlation)", {"memory": solid}),
        ("Distinct draws", {"distinct": solid}),
    )
    for axes, (title, lines) in zip(panels, shown, strict=True):
        for x in rises:
            axes.axvline(x, color=PALE, linewidth=0.6, zorder=0)
        for column, look in lines.items():
            axes.plot(sweep, trace[column], marker=".", markersize=3, **look)
        values = trace[list(lines)].to_numpy(float)
        top = 1.0 if title != "Distinct draws" else float(values.max())
        axes.set_ylim(min(0.0, float(values.min())), 1.05 * top)
        axes.set_xlim(0.5, len(trace) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
        axes.set_title(title, loc="left")
        axes.set_xlabel("Sweep")
    percent(panels[1].yaxis)
    return figure


@styled
def plot_parameters(identifiability: pd.DataFrame) -> Figure:
    """Prior and posterior of every parameter that the data inform.

    Parameters
    ----------
    identifiability : DataFrame
        One row a parameter: ``parameter``, ``prior_mean``, ``prior_sd``, ``posterior_mean``,
        ``posterior_sd``, ``overlap``, ``informed_by``, ``verdict``, ``without_<target>``.

    Returns
    -------
    Figure
        In standard deviations of the prior; most learned (least overlap) first.
    """
    table = identifiability
    silent = table["verdict"].str.contains("do not inform")
    informed = table[~silent].sort_values("overlap", kind="stable")
    targets = _targets(table)
    named = "; ".join(f"{PATTERNS.get(t, t)}: {t}" for t in targets)
    note = (
        "Grey: prior mean and standard deviation, set to 0 and 1; blue: posterior. Dot: without "
        f"this evidence the posterior would move; ?: too few draws to tell ({named}). For the "
        f"other {silent.sum()} parameters the posterior is the prior: a judgement, not a finding."
    )
    right = COLUMN * max(len(targets), 1) + 0.15
    figure, box = new_figure(
        ROW * max(len(informed), 2) + 0.85,
        "What the observations say about parameters",
        f"{len(informed)} of {len(table)} parameters are informed",
        NO_ROLLOUT,
        note,
        (2.2, right),
    )
    bottom = box.bottom * figure.get_figheight() + 0.42
    height = box.top * figure.get_figheight() - 0.35 - bottom
    axes = placed_axes(figure, 2.2, bottom, WIDTH - 2.2 - right, height)
    axes.set_xlabel("Standard deviations of the prior")
    if informed.empty:
        nothing(axes, "the data inform none of the parameters")
        return figure
    key(
        figure,
        [
            mark("prior", color=PALE, linewidth=6),
            mark("posterior, mean and sd", color=BLUE, marker="o", markersize=4),
        ],
    )
    rows = by_row(axes, list(informed["parameter"]))
    shift = (informed["posterior_mean"] - informed["prior_mean"]) / informed["prior_sd"]
    spread = informed["posterior_sd"] / informed["prior_sd"]
    axes.axvspan(-1, 1, color=PALE, alpha=0.7, linewidth=0, zorder=0)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    axes.hlines(rows, shift - spread, shift + spread, color=BLUE, linewidth=1.8, zorder=3)
    axes.plot(shift, rows, "o", color=BLUE, markersize=4, zorder=4)
    beside = placed_axes(
        figure, WIDTH - right + 0.1, bottom, right - 0.15, height, sharey=axes, frame_on=False
    )
    _informants(beside, rows, informed["informed_by"], targets)
    return figure


def _targets(table: pd.DataFrame) -> list[str]:
    """Targets that were left out in turn, in the order of their patterns."""
    targets = [c.removeprefix("without_") for c in table.columns if c.startswith("without_")]
    return sorted(targets, key=lambda target: PATTERNS.get(target, target))


def _informants(axes: Axes, rows: np.ndarray, informed_by: pd.Series, targets: list[str]) -> None:
    """A column a target, beside the parameters: a dot where it informs, ? where none can tell."""
    for row, by in zip(rows, informed_by, strict=True):
        names = by.split(", ") if isinstance(by, str) and by else []
        for column, target in enumerate(targets):
            if target in names:
                axes.plot(column, row, "o", color=INK, markersize=4)
            elif f"{target} {UNSURE}" in names:
                axes.text(column, row, "?", ha="center", va="center", color="#555555")
        if not names:
            axes.text(
                (len(targets) - 1) / 2, row, "several together", ha="center", va="center", color=INK
            )
    axes.set_xlim(-0.5, max(len(targets), 1) - 0.5)
    axes.set_xticks(range(len(targets)), [PATTERNS.get(t, t) for t in targets])
    axes.xaxis.tick_top()
    axes.tick_params(axis="both", length=0, labelleft=False, pad=2)
    axes.set_title("Informed by", loc="left", pad=14)
