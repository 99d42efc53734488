"""Predictive checks: what studies would see under prior and posterior, over what they saw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imr_sim.plots.panels import (
    FACILITIES,
    NO_ROLLOUT,
    by_row,
    key,
    mark,
    nothing,
    percent,
    placed_axes,
)
from imr_sim.plots.style import BLUE, GREY, INK, PALE, WIDTH, new_figure, styled

GROUPS = {
    "campus": "P1  Campuses",
    "campus_with_psr": "P2  Campuses with PSR",
    "campus_without_psr": "P2  Campuses without PSR",
    "outpatient": "P1  Outpatient only",
    "outpatient_with_psr": "P2  Outpatient with PSR",
    "outpatient_without_psr": "P2  Outpatient without PSR",
}
FACTORS = {
    "importer_champion": "importer-champion",
    "veteran": "Veteran-centered care",
    "prrc": "PRRC",
    "recovery": "recovery orientation",
    "ebp": "orientation to evidence",
    "fit": "perceived fit",
    "time": "staff time",
}
EXACT = "all ten, together"
ABSENT = "not part of this evidence"
LABELS, MIDDLE, WIDE, NARROW = 2.2, 5.35, 1.75, 1.4
"""Inches: left edges of the findings and of P5 and P6, and their widths."""
BARS = {"prior": (PALE, 9.0), "posterior": (BLUE, 4.0)}
CIRCLE: Any = {"marker": "o", "linestyle": "", "markersize": 4.6}
BEFORE: Any = CIRCLE | {"color": GREY, "markerfacecolor": "white"}
AFTER: Any = CIRCLE | {"color": BLUE}
RIM: Any = {"markeredgecolor": "white", "markeredgewidth": 0.7}
OBSERVED: Any = CIRCLE | RIM | {"color": INK, "zorder": 5}


@styled
def plot_predictive(table: pd.DataFrame) -> Figure:
    """P1 to P6: what studies would see under prior and posterior, and what they saw.

    Parameters
    ----------
    table : DataFrame
        One row a quantity: ``pattern``, ``quantity``, ``year``, ``group``, ``observed`` (empty
        for a finding in words), and ``prior_`` and ``posterior_`` ``mean``, ``lo``, ``hi``.

    Returns
    -------
    Figure
        A finding in words has the probability that such a study would state it, and no point.
    """
    note = (
        "Bars: 90% of what such a study would find, under the prior (a judgement, not a finding) "
        "and under the posterior; points: what it found. P3 and P4 were published in words, so "
        "circles give the probability that a study would find the same, prior (open) and "
        "posterior (filled). Facilities are locations, by self-report: a VAMC has a campus and "
        "several outpatient locations. PSR: psychosocial rehabilitation."
    )
    figure, box = new_figure(
        8.8, "What the studies would have seen", "Patterns P1 to P6", NO_ROLLOUT, note, (0, 0)
    )
    key(
        figure,
        [
            mark("prior, 90%", color=PALE, linewidth=6),
            mark("posterior, 90%", color=BLUE, linewidth=4),
            mark("observed", **OBSERVED),
        ],
    )
    top, floor = box.top * figure.get_figheight(), box.bottom * figure.get_figheight()
    _facilities(figure, table, top)
    floor += 0.42
    p3 = placed_axes(figure, LABELS, floor, WIDE, 2.1)
    p4 = placed_axes(figure, LABELS, floor + 2.85, WIDE, 0.72)
    p6 = placed_axes(figure, MIDDLE, floor + 1.4, NARROW, 0.7)
    p5 = placed_axes(figure, MIDDLE, floor + 2.85, NARROW, 0.72)
    p3.legend(
        handles=[mark("prior probability", **BEFORE), mark("posterior probability", **AFTER)],
        loc="lower left",
        bbox_to_anchor=(1.25, 0.0),
        frameon=False,
    )
    _classified(p3, table[table["pattern"] == "P3"])
    _stated(p4, table[table["pattern"] == "P4"])
    _states(p5, table[table["pattern"] == "P5"])
    _sustained(p6, table[table["pattern"] == "P6"])
    return figure


def _facilities(figure: Figure, table: pd.DataFrame, top: float) -> None:
    width, gap, height = 1.87, 0.2, 1.5
    for i, (group, title) in enumerate(GROUPS.items()):
        line, column = divmod(i, 3)
        left = WIDTH - 0.12 - (3 - column) * width - (2 - column) * gap
        axes = placed_axes(figure, left, top - 0.24 - height - 2.25 * line, width, height)
        axes.set_title(title, loc="left")
        axes.set_ylim(0, 1)
        percent(axes.yaxis)
        axes.set_xlabel("Year (April)")
        if column == 0:
            axes.set_ylabel(FACILITIES.replace(" (", "\n("))
        else:
            axes.tick_params(labelleft=False, axis="y", length=0)
        part = table[table["pattern"].isin(["P1", "P2"]) & table["group"].eq(group)]
        if part.empty:
            nothing(axes, ABSENT)
            continue
        year = part["year"].to_numpy(float)
        for world, (colour, thick) in BARS.items():
            lo, hi = part[f"{world}_lo"], part[f"{world}_hi"]
            axes.vlines(year, lo, hi, color=colour, linewidth=thick)
        axes.plot(year, part["observed"], **OBSERVED)
        axes.set_xticks(year, [f"'{int(y) % 100:02d}" for y in year])
        axes.set_xlim(year.min() - 0.7, year.max() + 0.7)
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)


def _chances(axes: Axes, labels: list[str], part: pd.DataFrame) -> np.ndarray:
    """Rows with the probability of a finding, prior and posterior; their heights."""
    rows = by_row(axes, labels)
    before, after = part["prior_mean"].to_numpy(), part["posterior_mean"].to_numpy()
    axes.hlines(rows, before, after, color=BLUE, linewidth=1.0)
    axes.plot(before, rows, **BEFORE, zorder=3)
    axes.plot(after, rows, **AFTER, zorder=4)
    axes.set_xlim(-0.02, 1.02)
    percent(axes.xaxis)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    return rows


def _stated(axes: Axes, part: pd.DataFrame) -> None:
    axes.set_title("P4  A survey would state it (%)", loc="left")
    if part.empty:
        return nothing(axes, ABSENT)
    _chances(axes, list(part["quantity"]), part)


def _classified(axes: Axes, part: pd.DataFrame) -> None:
    axes.set_title("P3  Classified as published (%)", loc="left")
    axes.set_xlabel("Probability (% of studies)")
    if part.empty:
        return nothing(axes, ABSENT)
    group = part["group"].fillna("")
    single, exact = part[group != ""], part[group == ""]
    alike = single["quantity"].str.endswith("does not differ")
    differ, same = single[~alike], single[alike]
    blank = pd.DataFrame({"prior_mean": [np.nan], "posterior_mean": [np.nan]})
    heads = [f"{len(differ)} that differ", f"{len(same)} that do not", EXACT]
    shown = pd.concat([blank, differ, blank, same, blank], ignore_index=True)
    names = [[FACTORS.get(g, str(g).replace("_", " ")) for g in p["group"]] for p in (differ, same)]
    rows = _chances(axes, [heads[0], *names[0], heads[1], *names[1], heads[2]], shown)
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() in heads else "normal")
    for row in exact.to_dict("records"):  # far too small for the axis
        before, after = row["prior_mean"], row["posterior_mean"]
        words = f"prior {before:.1e}, posterior {after:.1e}"
        axes.text(0.0, rows[-1], words, va="center", color=BLUE)
    axes.axhline(rows[-1] + 0.5, color=GREY, linewidth=0.5)


def _intervals(axes: Axes, labels: list[str], part: pd.DataFrame) -> None:
    rows = by_row(axes, labels)
    for world, (colour, thick) in BARS.items():
        axes.hlines(rows, part[f"{world}_lo"], part[f"{world}_hi"], color=colour, linewidth=thick)
    axes.plot(part["observed"], rows, **OBSERVED)


def _states(axes: Axes, part: pd.DataFrame) -> None:
    axes.set_title("P5  Between states", loc="left")
    axes.set_xlabel("Chi-square / df (1: chance)")
    if part.empty:
        return nothing(axes, ABSENT)
    axes.axvline(1.0, color=GREY, linewidth=0.8, zorder=0)
    _intervals(axes, [str(kind) for kind in part["group"]], part)
    axes.set_xlim(0, None)


def _sustained(axes: Axes, part: pd.DataFrame) -> None:
    axes.set_title("P6  In six years", loc="left")
    axes.set_xlabel("% of 49 sites")
    if part.empty:
        return nothing(axes, ABSENT)
    _intervals(axes, [str(g).replace("_", " ") for g in part["group"]], part)
    axes.set_xlim(0, 1)
    percent(axes.xaxis)
