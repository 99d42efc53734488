"""A calibration put to the test: ranks of the truth, and mechanisms switched off."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from imr_sim.plots.labels import label_points
from imr_sim.plots.panels import (
    NO_ROLLOUT,
    by_row,
    key,
    mark,
    nothing,
    side_by_side,
)
from imr_sim.plots.style import (
    BLUE,
    GREY,
    INK,
    PALE,
    VERMILLION,
    new_figure,
    styled,
)

BINS = 20
NAMED = 4
"""Of the parameters outside their band so many are named in the panel, all in the note."""
ERRORS, WEIGHTY = 2.0, float(np.log(3.0))
"""What a difference must exceed to count: standard errors, and positive evidence (Kass and Raftery
1995, doi 10.1080/01621459.1995.10476572); the same as in `imr_sim.calibration.mechanisms`."""


@styled
def plot_ranks(ranks: pd.DataFrame, band: tuple[np.ndarray, np.ndarray]) -> Figure:
    """Ranks of the truth over made-up worlds, against what chance allows.

    Parameters
    ----------
    ranks : DataFrame
        One row a world: ``effective``, and a rank (0 to 1) for every parameter.
    band : (ndarray, ndarray)
        Simultaneous 99% band of the ECDF at 1/m, 2/m, ... (m - 1)/m.

    Returns
    -------
    Figure
    """
    names = [c for c in ranks.columns if c != "effective"]
    low, high = band
    points = np.arange(1, len(low) + 1) / (len(low) + 1)
    above = {n: (ranks[n].to_numpy()[:, None] <= points).mean(axis=0) for n in names}
    beyond = {n: np.maximum(low - e, e - high) for n, e in above.items()}
    outside = sorted((n for n in names if beyond[n].max() > 1e-12), key=lambda n: -beyond[n].max())
    note = (
        "Left: a line a parameter; right posteriors stay in the band from end to end in 99% of "
        "experiments. Outside: " + (", ".join(outside) if outside else "none") + ". Right: all "
        "parameters together; ranks of one world hang together, so no band is drawn."
    )
    figure, box = new_figure(
        2.7,
        "Is the truth where the posterior says?",
        f"Simulation-based calibration: {len(ranks)} made-up worlds, {len(names)} parameters",
        "",
        note,
        (0.7, 0.2),
    )
    left, right = side_by_side(figure, box, 2, 0.42, 0.65)
    left.fill_between(points, low - points, high - points, color=PALE, linewidth=0, zorder=0)
    for name in names:
        out = name in outside
        colour, width = (VERMILLION, 1.3) if out else (BLUE, 0.4)
        left.plot(points, above[name] - points, color=colour, linewidth=width, zorder=2 + out)
    left.axhline(0, color=INK, linewidth=0.6, zorder=1)
    left.set_xlim(0, 1)
    left.margins(y=0.15)
    left.set_title("ECDF of ranks minus uniform", loc="left")
    left.set_ylabel("Share of worlds, less expected")
    if outside:
        _name(left, points, {n: (above[n] - points, beyond[n]) for n in outside[:NAMED]})
    everything = ranks[names].to_numpy().ravel()
    right.hist(everything, bins=BINS, range=(0, 1), color=BLUE, edgecolor="white", linewidth=0.5)
    expected = len(everything) / BINS
    right.axhline(expected, color=INK, linewidth=0.9, linestyle=(0, (4, 1.5)))
    right.set_xlim(0, 1)
    right.set_title(f"All ranks; {expected:,.0f} a bar expected (dashed)", loc="left")
    right.set_ylabel("Ranks (parameters x worlds)")
    for axes in (left, right):
        axes.set_xlabel("Posterior probability below the truth")
    return figure


def _name(axes: Axes, points: np.ndarray, lines: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Names of lines, each where its line is furthest outside."""
    at = [(points[beyond.argmax()], y[beyond.argmax()]) for y, beyond in lines.values()]
    first = next(iter(lines.values()))[0]
    label_points(axes, np.array(at), list(lines), np.column_stack([points, first]))


@styled
def plot_mechanisms(table: pd.DataFrame) -> Figure:
    """What the observations say of each mechanism: the model without it, against the whole.

    Parameters
    ----------
    table : DataFrame
        One row a variant, the whole model first (``variant`` "full"): ``without``,
        ``evidence_difference``, ``predictive_difference``, each with ``_se``, and ``effective``.

    Returns
    -------
    Figure
    """
    without = table[table["variant"] != "full"]
    note = (
        "Change of the log probability of the evidence (left) and of the held-out years given the "
        "earlier ones (right) when a mechanism is switched off, with two Monte-Carlo standard "
        "errors. Below zero: the observations support it; above: they speak against it. Hollow: "
        "within two errors, or less than a factor of three: cannot tell. Few effective histories: "
        "take the errors as too small."
    )
    margin = 1.9
    figure, box = new_figure(
        0.36 * max(len(without), 2) + 0.9,
        "Which mechanisms do the observations support?",
        "The model without each, against the whole",
        NO_ROLLOUT,
        note,
        (margin, 0.85),
    )
    panels = side_by_side(figure, box, 2, 0.42, 0.25, above=0.4)
    parts = {"evidence": "Log evidence", "predictive": "Log predictive score"}
    labels = [textwrap.fill(words, 26) for words in without["without"]]
    for axes, (name, title) in zip(panels, parts.items(), strict=True):
        axes.set_title(title, loc="left")
        axes.set_xlabel("Change without it (nats)")
        if without.empty:
            nothing(axes, "no mechanism was switched off")
            continue
        rows = by_row(axes, labels if axes is panels[0] else [""] * len(labels))
        axes.axvspan(-WEIGHTY, WEIGHTY, color=PALE, alpha=0.7, linewidth=0, zorder=0)
        axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
        change = without[f"{name}_difference"].to_numpy()
        error = ERRORS * without[f"{name}_difference_se"].to_numpy()
        for row, x, e in zip(rows, change, error, strict=True):
            clear = abs(x) >= max(e, WEIGHTY)
            colour = (BLUE if x < 0 else VERMILLION) if clear else GREY
            axes.plot([x - e, x + e], [row, row], color=colour, linewidth=1.6)
            face = colour if clear else "white"
            axes.plot(x, row, "o", color=colour, markerfacecolor=face, markersize=5, zorder=3)
        axes.xaxis.set_major_locator(MaxNLocator(5))
    if len(without):
        key(figure, [mark("|change| < log 3: cannot tell", color=PALE, linewidth=6)])
        _effective(panels[1], without["effective"])
    return figure


def _effective(axes: Axes, effective: pd.Series) -> None:
    """Effective histories behind each row, in a column at the right."""
    across = axes.get_yaxis_transform()
    rows = np.arange(len(effective))[::-1]
    for row, value in zip(rows, effective, strict=True):
        axes.text(1.2, row, f"{value:.0f}", transform=across, va="center", ha="center")
    axes.text(1.2, 1.02, "Effective\nhistories", transform=axes.transAxes, va="bottom", ha="center")
