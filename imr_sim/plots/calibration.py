"""Pictures of a calibration and of a forecast from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from imr_sim.plots.style import BLUE, GREY, INK, PALE, VERMILLION, Box, new_figure, styled

ROW = 0.165
"""Inches a parameter."""
TITLE = 0.22
"""Inches kept free above panels for their titles."""
GROUPS = {
    "all": "All facilities",
    "with_psr": "With psychosocial rehabilitation",
    "without_psr": "Without",
}
NO_ROLLOUT = "Histories without a roll-out."


def panels(figure: Figure, box: Box, n: int, below: float, gap: float) -> list[Axes]:
    """`n` axes side by side with room for a title; inches kept free below and between them."""
    width = (box.right - box.left - gap * (n - 1) / figure.get_figwidth()) / n
    high = figure.get_figheight()
    bottom = box.bottom + below / high
    step = width + gap / figure.get_figwidth()
    return [
        figure.add_axes((box.left + i * step, bottom, width, box.top - TITLE / high - bottom))
        for i in range(n)
    ]


@styled
def plot_tempering(trace: pd.DataFrame) -> Figure:
    """How the sampler went from the prior to the posterior.

    Parameters
    ----------
    trace : DataFrame
        One row a sweep; see `imr_sim.calibration.smc`.

    Returns
    -------
    Figure
    """
    note = (
        "Temperature: 0 is the prior, 1 the posterior. Accepted: share of proposals with new "
        "histories, and of those that move the observation parameters alone. Memory: mean "
        "correlation of draws with where they began at this temperature. Distinct: share of draws."
    )
    figure, box = new_figure(
        2.0, "From prior to posterior", f"{len(trace)} sweeps", NO_ROLLOUT, note, (0.45, 0.1)
    )
    sweeps = np.arange(1, len(trace) + 1)
    temper, accepted, mixed = panels(figure, box, 3, 0.4, 0.45)
    temper.plot(sweeps, trace["temper"], color=BLUE, drawstyle="steps-mid")
    temper.set_title("Temperature", loc="left")
    accepted.plot(sweeps, trace["acceptance"], color=BLUE)
    accepted.plot(sweeps, trace["acceptance_observers"], color=VERMILLION, linestyle="--")
    accepted.set_title("Accepted", loc="left")
    _name(accepted, sweeps, trace["acceptance"], "with histories", BLUE, 1)
    _name(accepted, sweeps, trace["acceptance_observers"], "observation", VERMILLION, -1)
    distinct = trace["distinct"] / trace["distinct"].max()
    mixed.plot(sweeps, trace["memory"], color=BLUE)
    mixed.plot(sweeps, distinct, color=VERMILLION, linestyle="--")
    mixed.set_title("Memory and distinct draws", loc="left")
    _name(mixed, sweeps, trace["memory"], "memory", BLUE, -1)
    _name(mixed, sweeps, distinct, "distinct", VERMILLION, -1)
    for axes in (temper, accepted, mixed):
        axes.set_ylim(0, 1.05)
        axes.set_xlabel("sweep")
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.grid(color=PALE, linewidth=0.5)
    return figure


def _name(axes: Axes, x: np.ndarray, y: pd.Series, words: str, colour: str, side: int) -> None:
    """Words at a line's end, above it or below."""
    axes.annotate(
        words,
        (x[-1], float(y.iloc[-1])),
        xytext=(0, 6 * side),
        textcoords="offset points",
        ha="right",
        va="bottom" if side > 0 else "top",
        color=colour,
    )


@styled
def plot_parameters(identifiability: pd.DataFrame) -> Figure:
    """Prior and posterior of every parameter that the data inform.

    Parameters
    ----------
    identifiability : DataFrame
        One row a parameter; see `imr_sim.calibration.identify`.

    Returns
    -------
    Figure
        In standard deviations of the prior; most learned first.
    """
    table = identifiability
    informed = table[~table["verdict"].str.contains("do not inform")].sort_values("overlap")
    silent = len(table) - len(informed)
    note = (
        "Grey: prior mean and standard deviation, set to 0 and 1. Blue: posterior. Right: the "
        "evidence whose absence would move the posterior most. For the other "
        f"{silent} parameters the posterior is the prior: a judgement, not a finding."
    )
    figure, box = new_figure(
        ROW * max(len(informed), 1) + 0.55,
        "What the observations say about parameters",
        f"{len(informed)} of {len(table)} parameters are informed",
        NO_ROLLOUT,
        note,
        (2.1, 2.0),
    )
    bottom = box.bottom + 0.4 / figure.get_figheight()
    axes = figure.add_axes((box.left, bottom, box.right - box.left, box.top - bottom))
    shift = (informed["posterior_mean"] - informed["prior_mean"]) / informed["prior_sd"]
    width = informed["posterior_sd"] / informed["prior_sd"]
    rows = np.arange(len(informed))[::-1]
    axes.axvspan(-1, 1, color=PALE, linewidth=0, zorder=0)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    axes.errorbar(
        shift, rows, xerr=width, fmt="o", color=BLUE, markersize=4, elinewidth=1.8, zorder=3
    )
    axes.set_yticks(rows, informed["parameter"])
    axes.set_ylim(-0.7, max(len(informed), 1) - 0.3)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("standard deviations of the prior")
    for row, by in zip(rows, informed["informed_by"], strict=True):
        named = by if isinstance(by, str) and by else "several together"
        words = named.split(" (too few")[0].split(", ")
        text = ", ".join(words[:2]) + (" ..." if len(words) > 2 else "")
        axes.text(1.03, row, text, transform=axes.get_yaxis_transform(), va="center", color=INK)
    return figure


@styled
def plot_forecast(table: pd.DataFrame, train_until: int) -> Figure:
    """Shares of facilities offering the practice: fitted, forecast, and what came.

    Parameters
    ----------
    table : DataFrame
        One row a year and group; see `imr_sim.calibration.forecast`.
    train_until : int
        Last year of the evidence that was used.

    Returns
    -------
    Figure
    """
    note = (
        "Line and band: mean and 90% of what a census of that year would count. Filled points: "
        f"evidence that was used, to {train_until}; hollow: what came, not used. Facilities are "
        "locations that say they offer IMR, by self-report; a VAMC has several."
    )
    figure, box = new_figure(
        2.3,
        f"Facilities that offer IMR, forecast from what was known in {train_until}",
        "N-MHSS census of VA facilities (E6)",
        NO_ROLLOUT,
        note,
        (0.65, 0.1),
    )
    for axes, (group, label) in zip(panels(figure, box, 3, 0.4, 0.3), GROUPS.items(), strict=True):
        part = table[table["group"] == group].sort_values("year")
        axes.fill_between(part["year"], part["lo"], part["hi"], color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(part["year"], part["mean"], color=BLUE)
        axes.axvline(train_until + 0.5, color=GREY, linewidth=0.8, linestyle=":")
        for held_out, face in ((False, INK), (True, "white")):
            seen = part[part["observed"].notna() & (part["held_out"].astype(bool) == held_out)]
            axes.plot(
                seen["year"], seen["observed"], "o", color=INK, markerfacecolor=face, markersize=4
            )
        axes.set_title(label, loc="left")
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.set_xlabel("year (April)")
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        if group == "all":
            axes.set_ylabel("facilities offering IMR (%)")
        else:
            axes.set_yticklabels([])
    return figure
