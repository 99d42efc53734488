"""What outcomes depend on: shares of variance, screening, all methods side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from imr_sim.plots.labels import label_points
from imr_sim.plots.panels import by_row, key, nothing, side_by_side
from imr_sim.plots.style import BLUE, GREY, INK, PALE, WIDTH, new_figure, styled

ROW = 0.24
"""Inches a parameter."""
PANELS = 3
"""Outcomes that a figure has room for; the others are in the tables."""
SHOWN = 20
"""Parameters of the heat map and the screening that are named, the most influential."""
LABELS = {
    "vamcs_providing": "VAMCs providing",
    "aware_staff": "Staff aware",
    "veterans_reached": "Veterans reached",
    "share_with_prrc": "Share with PRRC",
    "share_without_prrc": "Share without PRRC",
    "added_vamcs": "Added VAMCs",
    "added_vamc_years": "Added VAMC-years",
    "added_cost_usd": "Added cost",
    "cost_per_added_vamc_year": "US$ per VAMC-year",
    "vamc_years": "VAMC-years",
    "cost_usd": "Cost",
}
MEASURES = {
    ("morris", "mu_star"): "\N{GREEK SMALL LETTER MU}*",
    ("sobol", "S1"): "S1",
    ("sobol", "ST_beyond_luck"): "ST",
    ("pawn", "median"): "PAWN",
}


def label_of(outcome: str) -> str:
    """An outcome in words."""
    return LABELS.get(outcome, outcome.replace("_", " ").capitalize())


@styled
def plot_tornado(
    indices: pd.DataFrame, noise: pd.DataFrame, outcomes: pd.DataFrame, stamp: str, setting: str
) -> Figure:
    """Sobol' indices: share of the variance by parameter, alone and with others.

    Parameters
    ----------
    indices : DataFrame
        Of `imr_sim.sensitivity`: ``method, outcome, parameter, index, value, lo, hi, distinct``.
    noise : DataFrame
        Of the same; empty for a function without luck.
    outcomes : DataFrame
        ``outcome, covered`` with ``_lo, _hi``: what these parameters make of the whole variance,
        or NaN.
    stamp : str
        What is varied.
    setting : str
        Of what.

    Returns
    -------
    Figure
        One panel an outcome, at most three; parameters in the order of the first one.
    """
    sobol = indices[indices["method"] == "sobol"]
    shown = list(sobol["outcome"].unique())[:PANELS]
    spans = outcomes.set_index("outcome").to_dict("index")
    first = _of(sobol, shown[0], "ST_beyond_luck").sort_values("value", ascending=False)
    names = list(first.index)
    note = (
        "Alone (S1): share of the variance that would go, were the parameter known. With others "
        "(ST): share left while only it is unknown. Grey: what luck adds to ST. Lines: 95% "
        "intervals of the computation. Hollow: not told from no influence. Shares are of what "
        "these parameters make of all variance; ST sum to more than 1 where they interact."
    )
    margin = 0.35 + 0.062 * max(map(len, names))
    figure, box = new_figure(
        ROW * len(names) + 1.02,
        "What decides the outcome?",
        setting,
        stamp,
        note,
        (margin, 0.15),
    )
    handles = [
        Patch(color=BLUE, label="alone"),
        Patch(color="#9ecae1", label="with others"),
    ]
    if len(noise):
        handles.append(Patch(color=PALE, label="luck"))
    key(figure, handles)
    panels = side_by_side(figure, box, len(shown), 0.42, 0.25, above=0.4)
    for axes, outcome in zip(panels, shown, strict=True):
        alone, total, whole = (_of(sobol, outcome, i) for i in ("S1", "ST_beyond_luck", "ST"))
        rows = by_row(axes, names if axes is panels[0] else [""] * len(names))
        axes.barh(rows, whole.loc[names, "value"], height=0.62, color=PALE)
        axes.barh(rows, total.loc[names, "value"].clip(lower=0), height=0.62, color="#9ecae1")
        axes.barh(rows, alone.loc[names, "value"].clip(lower=0), height=0.3, color=BLUE)
        for part, lift, colour in ((total, 0.21, "#2c7fb8"), (alone, 0.0, INK)):
            part = part.loc[names]
            axes.hlines(rows + lift, part["lo"], part["hi"], color=colour, linewidth=1.1)
            for row, value, distinct in zip(rows, part["value"], part["distinct"], strict=True):
                face = colour if distinct else "white"
                axes.plot(value, row + lift, "o", markersize=3.2, color=colour, mfc=face)
        axes.axvline(0, color=INK, linewidth=0.6)
        highest = max(whole["value"].max(), total["hi"].max(), 0.1)
        axes.set_xlim(min(0.0, alone["lo"].min(), total["lo"].min()) - 0.02, highest * 1.05)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.set_title(label_of(outcome) + _covered(spans[outcome]), loc="left")
        axes.set_xlabel("Share of variance")
    return figure


def _covered(row: dict) -> str:
    """What part of the whole variance is shared out, as a line of a title."""
    if not np.isfinite(row["covered"]):
        return ""
    return f"\n{row['covered']:.0%} [{row['covered_lo']:.0%}, {row['covered_hi']:.0%}] of all"


@styled
def plot_screening(indices: pd.DataFrame, outcome: str, stamp: str, setting: str) -> Figure:
    """Morris: how large the effects of each parameter are, and how much they differ.

    Parameters
    ----------
    indices : DataFrame
        As in `plot_tornado`.
    outcome : str
    stamp, setting : str

    Returns
    -------
    Figure
    """
    part = indices[indices["method"] == "morris"]
    star, sigma = _of(part, outcome, "mu_star"), _of(part, outcome, "sigma")
    clear = star["distinct"].to_numpy(bool)
    note = (
        "Effects: change of the outcome as a parameter moves from its 12.5% to its 87.5% quantile, "
        "the others anywhere. Right: large effects. High: effects that differ from place to place "
        "(interplay, bends). Hollow: not told from luck. Dashed: sd equals mean."
    )
    figure, box = new_figure(
        3.4,
        f"Which parameters matter to {label_of(outcome)[0].lower()}{label_of(outcome)[1:]}?"
        if not label_of(outcome).startswith(("VAMC", "US$"))
        else f"Which parameters matter to {label_of(outcome)}?",
        setting,
        stamp,
        note,
        (0.62, 0.2),
    )
    key(
        figure,
        [
            Line2D([], [], color=BLUE, marker="o", linestyle="", label="beyond luck"),
            Line2D([], [], color=GREY, marker="o", mfc="white", linestyle="", label="not told"),
        ],
    )
    axes = side_by_side(figure, box, 1, 0.42, 0, above=0.1)[0]
    x, y = star["value"].to_numpy(), sigma.loc[star.index, "value"].to_numpy()
    axes.plot(x[~clear], y[~clear], "o", color=GREY, mfc="white", markersize=4)
    axes.plot(x[clear], y[clear], "o", color=BLUE, markersize=4.5)
    top = 1.12 * max(float(np.nanmax(x)), 1e-9)
    axes.set_xlim(-0.02 * top, top)
    axes.set_ylim(-0.03 * max(float(np.nanmax(y)), 1e-9), 1.12 * max(float(np.nanmax(y)), 1e-9))
    axes.plot([0, top], [0, top], color=GREY, linewidth=0.7, linestyle=(0, (4, 2)))
    axes.set_xlabel("Mean absolute effect (mu*)")
    axes.set_ylabel("Standard deviation of effects (sigma)")
    named = np.argsort(-np.where(clear, x, -1))[: min(10, int(clear.sum()))]
    if len(named):
        diagonal = np.column_stack([np.linspace(0, top, 30)] * 2)
        others = np.delete(np.column_stack([x, y]), named, axis=0)
        line = np.vstack([diagonal, others])
        points = np.column_stack([x, y])[named]
        label_points(axes, points, [str(star.index[i]) for i in named], line)
    return figure


@styled
def plot_heat_map(
    indices: pd.DataFrame, outcomes: pd.DataFrame, stamp: str, setting: str
) -> Figure:
    """Every parameter by every outcome and method.

    Parameters
    ----------
    indices, outcomes : DataFrame
        As in `plot_tornado`.
    stamp, setting : str

    Returns
    -------
    Figure
        mu* as a share of the largest one of its outcome; empty where a method did not ask.
    """
    shown = list(indices["outcome"].unique())[:PANELS]
    whole_share = outcomes.set_index("outcome")["covered"]
    measures = [m for m in MEASURES if (indices["method"] == m[0]).any()]
    names = _leading(indices, shown, measures[0])
    note = (
        "\N{GREEK SMALL LETTER MU}*: Morris' mean effect, as a share of the outcome's largest. S1, "
        "ST: share of variance, alone and with others, luck taken off; beside the outcome, what "
        "part of the whole variance they share out. PAWN: shift of the distribution (median). "
        "Pale numbers are not told from no influence. Empty: not asked."
    )
    margin = 0.3 + 0.062 * max(map(len, names))
    figure, box = new_figure(
        ROW * 0.8 * len(names) + 0.5,
        "What depends on what?",
        setting,
        stamp,
        note,
        (margin, 0.1),
    )
    panels = side_by_side(figure, box, len(shown), 0.05, 0.12, above=0.42)
    for axes, outcome in zip(panels, shown, strict=True):
        cells = np.full((len(names), len(measures)), np.nan)
        for j, (method, index) in enumerate(measures):
            part = _of(indices[indices["method"] == method], outcome, index).reindex(names)
            scale = part["value"].max() if method == "morris" and part["value"].max() > 0 else 1.0
            cells[:, j] = part["value"].to_numpy() / scale
            for i, (value, distinct) in enumerate(zip(cells[:, j], part["distinct"], strict=True)):
                if np.isfinite(value):
                    dark = value > 0.55
                    colour = "white" if dark else (INK if distinct == 1 else "#999999")
                    text = f"{value + 0.0:.2f}".replace("-0.00", "0.00")
                    axes.text(j, i, text, ha="center", va="center", color=colour)
        axes.imshow(
            np.ma.masked_invalid(np.clip(cells, 0, 1)), cmap="Blues", vmin=0, vmax=1, aspect="auto"
        )
        axes.set_xticks(range(len(measures)), [MEASURES[m] for m in measures])
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(names)), names if axes is panels[0] else [""] * len(names))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        share = whole_share[outcome]
        beside = f" ({share:.0%})" if np.isfinite(share) else ""
        axes.set_title(label_of(outcome) + beside, loc="left", pad=16)
    return figure


def _leading(indices: pd.DataFrame, outcomes: list[str], measure: tuple[str, str]) -> list[str]:
    """The parameters that matter most to some outcome, in the order of the first one."""
    part = indices[(indices["method"] == measure[0]) & (indices["index"] == measure[1])]
    wide = part.pivot(index="parameter", columns="outcome", values="value")[outcomes]
    top = (wide / wide.max().replace(0, np.nan)).max(axis=1).fillna(0).nlargest(SHOWN).index
    first = wide.loc[top, outcomes[0]].sort_values(ascending=False, kind="stable")
    return list(first.index)


def _ranked(indices: pd.DataFrame, outcome: str, measure: tuple[str, str]) -> list[str]:
    part = _of(indices[indices["method"] == measure[0]], outcome, measure[1])
    return list(part.sort_values("value", ascending=False, kind="stable").index[:SHOWN])


def _of(rows: pd.DataFrame, outcome: str, index: str) -> pd.DataFrame:
    chosen = rows[(rows["outcome"] == outcome) & (rows["index"] == index)]
    return chosen.set_index("parameter")


CONVERGING = (
    ("sobol", "S1", "Sobol' S1 (alone)", "Blocks"),
    ("sobol", "ST_beyond_luck", "Sobol' ST (with others)", "Blocks"),
    ("morris", "mu_star", "Morris mu*", "Trajectories"),
    ("pawn", "median", "PAWN", "Points"),
)
CUT = (-0.3, 1.3)
"""Shares that panels of Sobol' indices show; the first sizes reach beyond."""
LINES = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#222222", "#8a8a8a")


@styled
def plot_convergence(convergence: pd.DataFrame, outcome: str, stamp: str, setting: str) -> Figure:
    """Indices against the size of the design that they come from.

    Parameters
    ----------
    convergence : DataFrame
        As `indices`, for the first eighth, quarter, half and all of each design.
    outcome : str
    stamp, setting : str

    Returns
    -------
    Figure
        The eight most influential parameters in each panel, in one colour throughout.
    """
    rows = convergence[convergence["outcome"] == outcome]
    shown = [c for c in CONVERGING if (rows["method"] == c[0]).any()]
    names = _ranked(rows[rows["n"] == _largest(rows, shown[0][0])], outcome, shown[0][:2])
    names = names[: len(LINES)]
    note = (
        "Each size is the first part of the same design. Bars: 95% intervals of the computation. "
        "An index has converged when it stays within its interval as the design doubles. Dashed: "
        "what a parameter without influence reaches in PAWN."
    )
    figure, box = new_figure(
        2.75,
        f"Have the indices converged? {label_of(outcome)}",
        setting,
        stamp,
        note,
        (0.42, 0.12),
    )
    panels = side_by_side(figure, box, len(shown), 0.92, 0.42)
    look = [(c, "o-") for c in LINES]
    for axes, (method, index, title, unit) in zip(panels, shown, strict=True):
        part = rows[(rows["method"] == method) & (rows["index"] == index)]
        sizes = sorted(part["n"].unique())
        axes.set_title(title, loc="left")
        axes.set_xlabel(unit)
        there = [name for name in names if name in set(part["parameter"])]
        if not there:
            nothing(axes, "none of these")
            continue
        for i, name in enumerate(names):
            one = part[part["parameter"] == name].sort_values("n")
            if one.empty:
                continue
            x = np.log2(one["n"]) + 0.035 * (i - len(names) / 2)
            colour, form = look[i]
            axes.plot(x, one["value"], form, color=colour, markersize=3, linewidth=0.9)
            axes.vlines(x, one["lo"], one["hi"], color=colour, linewidth=0.7)
        axes.set_xticks(np.log2(sizes), [f"{n:,}" for n in sizes])
        axes.axhline(0, color=GREY, linewidth=0.6)
        if method == "sobol":
            axes.set_ylim(*CUT)
        if method == "pawn":
            floor = part.groupby("n")["floor"].first()
            axes.plot(np.log2(floor.index), floor, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.yaxis.set_major_locator(MaxNLocator(5))
    handles = [
        Line2D([], [], color=look[i][0], marker="o", markersize=3, label=name)
        for i, name in enumerate(names)
    ]
    high = figure.get_figheight()
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.05 / WIDTH, box.bottom + 0.02 / high),
        ncols=4,
        frameon=False,
        handlelength=1.5,
        columnspacing=1.2,
        handletextpad=0.5,
        labelspacing=0.3,
    )
    return figure


def _largest(rows: pd.DataFrame, method: str) -> int:
    return int(rows.loc[rows["method"] == method, "n"].max())
