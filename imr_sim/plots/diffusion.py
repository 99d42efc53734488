"""Adoption over time, thresholds, infectiousness: what a diffusion study shows of its nodes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from imr_sim.diffusion import (
    DiffusionNetwork,
    cumulative_adopters,
    hazard,
    infectiousness,
    susceptibility,
    thresholds,
)
from imr_sim.diffusion.tables import clean_id
from imr_sim.errors import RequestError
from imr_sim.plots.panels import side_by_side
from imr_sim.plots.style import BLUE, GREY, INK, PALE, VERMILLION, new_figure, styled

MOST_COLOURS = 6
MOST_BARS = 24
WIDTHS = (1, 2, 3, 6, 12, 24, 60, 120, 1000)
"""Periods that a hazard is shown for: the shortest that leaves no more than `MOST_BARS`."""
COLOURS = (BLUE, VERMILLION, "#009E73", "#E69F00", "#CC79A7", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")


@styled
def plot_adopters(network: DiffusionNetwork) -> Figure:
    """Cumulative adopters and users, and the hazard of adoption with its 90% intervals.

    Parameters
    ----------
    network : DiffusionNetwork

    Returns
    -------
    Figure
    """
    note = (
        "Left: nodes that have ever adopted, and those that use it now (stops leave, restarts come "
        "back). Right: adopters over those at risk; bars are 90% intervals of Wilson, which take "
        "nodes as independent."
    )
    figure, box = new_figure(
        2.5, "Adoption over time", subtitle(network), source(network), note, (0.6, 0.15)
    )
    left, right = side_by_side(figure, box, 2, 0.42, 1.35, above=0.1)
    periods = network.periods
    ever, now = cumulative_adopters(network), network.states().sum(axis=0)
    left.step(periods, ever, where="post", color=INK, linewidth=1.5)
    if (ever != now).any():
        left.step(periods, now, where="post", color=BLUE, linewidth=1.2, linestyle=(0, (4, 1.5)))
    ends = np.array([ever[-1], now[-1]], float)
    if abs(ends[0] - ends[1]) < 0.09 * network.n and ends[0] != ends[1]:
        ends[0] = ends[1] + 0.09 * network.n
    words = [(ends[0], f"{ever[-1]:,} ever", INK)]
    words += [(ends[1], f"{now[-1]:,} now", BLUE)] if (ever != now).any() else []
    for y, text, colour in words:
        place = (1.02, y / network.n / 1.02)
        left.annotate(text, place, xycoords="axes fraction", color=colour, va="center")
    left.set_ylim(0, 1.02 * network.n)
    left.set_ylabel(f"Nodes (of {network.n:,})")
    width = next(w for w in WIDTHS if len(periods) / w <= MOST_BARS)
    table = hazard(network, period=width)
    table = table[table["at_risk"] > 0]
    middle = table["hazard"]
    spread = np.abs(np.stack([middle - table["hazard_lo"], table["hazard_hi"] - middle]))
    right.errorbar(
        table["period"] + (width - 1) / 2,
        middle,
        yerr=spread,
        fmt="o",
        color=INK,
        markersize=2.6,
        elinewidth=0.7,
        ecolor=GREY,
    )
    right.set_ylim(0, None)
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.set_ylabel("Hazard of adoption" + (f" in {width} {network.unit}s" if width > 1 else ""))
    for axes in (left, right):
        axes.set_xlabel(period_words(network))
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        axes.grid(color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
    return figure


@styled
def plot_thresholds(
    network: DiffusionNetwork, *, lag: int = 1, direction: str = "out", colour_by: str | None = None
) -> Figure:
    """Threshold of each node by its time of adoption; bounds of those who never adopt apart.

    Parameters
    ----------
    network : DiffusionNetwork
    lag, direction
        Of `imr_sim.diffusion.thresholds`.
    colour_by : str, optional
        An attribute with up to six values.

    Returns
    -------
    Figure
    """
    table = thresholds(network, lag=lag, direction=direction)
    kept = table["threshold"].notna().to_numpy()
    n_open = int((kept & table["censored"].to_numpy()).sum())
    none = int((~kept).sum())
    note = (
        f"Each mark is a node: the share of its alters who had adopted {lag} period(s) before it. "
        f"Right of the line, {n_open:,} that never adopted: their thresholds are at least this "
        f"high. {none:,} without alters, or that adopted first, have none. Marks are spread a "
        "little so that none hides another."
    )
    figure, box = new_figure(
        3.1, "Thresholds by time of adoption", subtitle(network), source(network), note, (0.7, 1.2)
    )
    high = figure.get_figheight()
    axes = figure.add_axes(
        (
            box.left,
            box.bottom + 0.42 / high,
            box.right - box.left,
            box.top - box.bottom - 0.5 / high,
        )
    )
    after = network.last + 1 + 0.06 * len(network.periods)
    when = table["time"].fillna(after).to_numpy()
    # spread by the node's number, not by luck
    turn = np.arange(network.n) * 2.399963
    x = when + 0.3 * np.sqrt((np.arange(network.n) % 17) / 17) * np.cos(turn)
    y = table["threshold"].to_numpy() + 0.012 * np.sin(turn)
    _marks(axes, network, x, y, kept, colour_by, table["censored"].to_numpy())
    axes.axvline(network.last + 0.75, color=GREY, linewidth=0.7)
    axes.set_xlabel(f"{period_words(network)} of adoption; never")
    axes.set_ylabel("Threshold (share of alters)")
    axes.set_xlim(network.first - 0.6, after + 0.06 * len(network.periods) + 0.3)
    axes.set_ylim(-0.06, 1.06)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ticks = [
        t
        for t in MaxNLocator(8, integer=True).tick_values(network.first, network.last)
        if network.first <= t <= network.last
    ]
    axes.set_xticks([*ticks, after], [*(f"{t:g}" for t in ticks), "never"])
    return figure


@styled
def plot_infectiousness(
    network: DiffusionNetwork, *, reach: int = 3, discount: float | None = None
) -> Figure:
    """Infectiousness of each adopter against its susceptibility.

    Parameters
    ----------
    network : DiffusionNetwork
    reach, discount
        Of `imr_sim.diffusion.infectiousness`.

    Returns
    -------
    Figure
    """
    x = susceptibility(network, reach=reach, discount=discount)
    y = infectiousness(network, reach=reach, discount=discount)
    known = ~np.isnan(x) & ~np.isnan(y)
    pairs, number = np.unique(np.column_stack([x, y])[known].round(3), axis=0, return_counts=True)
    note = (
        f"Of adopters with both measures ({known.sum():,} of {network.n:,} nodes), over {reach} "
        "period(s): the share of earlier adopters named by a node who adopted just before it, and "
        "of later adopters who name it and adopt just after it. Size: nodes at one place."
    )
    figure, box = new_figure(
        3.1,
        "Infectiousness by susceptibility",
        subtitle(network),
        source(network),
        note,
        (0.6, 2.6),
    )
    high = figure.get_figheight()
    axes = figure.add_axes(
        (
            box.left,
            box.bottom + 0.42 / high,
            box.right - box.left,
            box.top - box.bottom - 0.5 / high,
        )
    )
    if len(pairs):
        axes.scatter(
            pairs[:, 0],
            pairs[:, 1],
            s=10 + 14 * number,
            color=BLUE,
            alpha=0.55,
            edgecolor=INK,
            linewidth=0.4,
            clip_on=False,
        )
    for set_limits in (axes.set_xlim, axes.set_ylim):
        set_limits(-0.03, 1.03)
    axes.set_xlabel("Susceptibility (0 to 1)")
    axes.set_ylabel("Infectiousness (0 to 1)")
    return figure


def subtitle(network: DiffusionNetwork) -> str:
    """How much is shown, and of when."""
    begin = f"; period 0 is {network.origin}" if network.origin else ""
    unit = "periods" if network.unit == "period" else f"{network.unit}s"
    return f"{size_of(network)}; {unit} {network.first} to {network.last}{begin}"


def size_of(network: DiffusionNetwork) -> str:
    """How many nodes and ties."""
    ties = len(network.ties) if network.directed else len(network.ties) // 2
    kind = "directed" if network.directed else "two-way"
    return f"{network.n:,} nodes, {ties:,} {kind} ties"


def period_words(network: DiffusionNetwork) -> str:
    """What stands at a time axis."""
    return network.unit.capitalize()


def source(network: DiffusionNetwork) -> str:
    """What the figure rests on: a simulation, or data that were read."""
    first = network.account[0] if network.account else ""
    return first if first.startswith("Simulated") else "Data as read; nothing is simulated."


def groups(network: DiffusionNetwork, attribute: str) -> pd.Series:
    """Values of an attribute as words; RequestError when there are too many to tell apart."""
    values = pd.Series(network.attribute(attribute)).map(clean_id)
    if values.nunique() > MOST_COLOURS:
        raise RequestError(
            f"{values.nunique()} values of {attribute!r}",
            where="colour_by",
            why=f"no more than {MOST_COLOURS} colours can be told apart",
            write="Name an attribute with fewer values, or join some.",
        )
    return values


def _marks(
    axes: Axes,
    network: DiffusionNetwork,
    x: np.ndarray,
    y: np.ndarray,
    kept: np.ndarray,
    colour_by: str | None,
    hollow: np.ndarray,
) -> None:
    values = pd.Series("", index=range(network.n))
    if colour_by is not None:
        values = groups(network, colour_by)
    for k, value in enumerate(sorted(values.unique())):
        mine = kept & (values == value).to_numpy()
        for open_, label in ((False, value), (True, None)):
            chosen = mine & (hollow == open_)
            axes.scatter(
                x[chosen],
                y[chosen],
                s=14,
                marker=MARKERS[k],
                linewidth=0.7,
                facecolor="none" if open_ else COLOURS[k],
                edgecolor=COLOURS[k],
                label=label,
            )
    if colour_by is not None:
        axes.legend(title=colour_by, loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
