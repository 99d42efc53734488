"""Pictures of a calibration put to the test."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from imr_sim.plots.calibration import NO_ROLLOUT, panels
from imr_sim.plots.style import BLUE, GREY, INK, ORANGE, PALE, VERMILLION, Box, new_figure, styled


@styled
def plot_fidelity(table: pd.DataFrame) -> Figure:
    """P7: fidelity after the start, with support and without.

    Parameters
    ----------
    table : DataFrame
        One row a number of months and quantity; see `imr_sim.calibration.fidelity`.

    Returns
    -------
    Figure
    """
    note = (
        "Sites that start within two years, under a full roll-out (supported) and in the same "
        "histories without one; those that stop drop out. Bands: 90% of histories. Black: what "
        "was published of other places and practices. High fidelity: 4 and more on the scale."
    )
    figure, box = new_figure(
        2.3, "Fidelity after the start of IMR", "pattern P7", "", note, (0.5, 0.15)
    )
    parts = (
        ("share at high fidelity", "Sites at high fidelity (%)"),
        ("mean fidelity", "Mean fidelity (1 to 5)"),
        ("difference in mean fidelity", "Difference in means (points)"),
    )
    for axes, (quantity, title) in zip(panels(figure, box, 3, 0.4, 0.45), parts, strict=True):
        lines = [
            (name, colour, dash)
            for name, colour, dash in (
                (f"{quantity}, supported", BLUE, "-"),
                (f"{quantity}, unsupported", VERMILLION, "--"),
                (quantity, BLUE, "-"),
            )
            if (table["quantity"] == name).any()
        ]
        for name, colour, dash in lines:
            part = table[table["quantity"] == name].sort_values("months")
            axes.fill_between(
                part["months"], part["lo"], part["hi"], color=colour, alpha=0.15, linewidth=0
            )
            axes.plot(part["months"], part["mean"], dash, color=colour)
            if ", " in name:
                last = part.iloc[0]
                axes.annotate(
                    name.split(", ")[1],
                    (last["months"], last["mean"]),
                    xytext=(3, 5),
                    textcoords="offset points",
                    color=colour,
                )
            for row in part[part["value"].notna()].to_dict("records"):
                at, value = row["months"], row["value"]
                if not np.isnan(row["value_lo"]):
                    axes.plot([at, at], [row["value_lo"], row["value_hi"]], color=INK, linewidth=1)
                axes.plot(at, value, "D", color=INK, markersize=4)
                axes.annotate(row["source"], (at, value), (5, 3), textcoords="offset points")
        axes.set_title(title, loc="left")
        axes.set_xlabel("months after the start")
        axes.set_xticks(sorted(table["months"].unique()))
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        if quantity == "share at high fidelity":
            axes.set_ylim(0, 1)
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
        elif quantity == "mean fidelity":
            axes.set_ylim(1, 5)
    return figure


@styled
def plot_ranks(ranks: pd.DataFrame, band: tuple[np.ndarray, np.ndarray]) -> Figure:
    """Ranks of the truth over made-up worlds, against what chance allows.

    Parameters
    ----------
    ranks : DataFrame
        One row a world: ``effective``, and a rank (0 to 1) for every parameter.
    band : (ndarray, ndarray)
        Simultaneous band of the ECDF at 1/m, 2/m, ... (m - 1)/m.

    Returns
    -------
    Figure
    """
    names = [c for c in ranks.columns if c != "effective"]
    low, high = band
    points = np.arange(1, len(low) + 1) / (len(low) + 1)
    note = (
        "Left: a line a parameter, the share of worlds with the truth below this posterior "
        "probability, less what is expected; shaded: where 99% of right posteriors lie from end "
        "to end. Right: all ranks together, with what is expected."
    )
    figure, box = new_figure(
        2.5,
        "Is the truth where the posterior says?",
        f"{len(ranks)} made-up worlds, {len(names)} parameters (simulation-based calibration)",
        "",
        note,
        (0.7, 0.1),
    )
    left, right = panels(figure, box, 2, 0.4, 0.65)
    left.fill_between(points, low - points, high - points, color=PALE, linewidth=0)
    named: list[str] = []
    for name in names:
        ecdf = (ranks[name].to_numpy()[:, None] <= points).mean(axis=0)
        outside = bool(((ecdf < low - 1e-12) | (ecdf > high + 1e-12)).any())
        colour, width = (VERMILLION, 1.4) if outside else (BLUE, 0.4)
        left.plot(points, ecdf - points, color=colour, linewidth=width, zorder=2 + outside)
        if outside:
            named.append(name)
    left.axhline(0, color=GREY, linewidth=0.6)
    left.text(0.02, 0.02, "\n".join(named), color=VERMILLION, transform=left.transAxes)
    left.set_xlim(0, 1)
    left.set_xlabel("posterior probability below the truth")
    left.set_ylabel("share of worlds, less expected")
    everything = ranks[names].to_numpy().ravel()
    counts, edges = np.histogram(everything, np.linspace(0, 1, 21))
    right.bar(edges[:-1], counts, np.diff(edges), align="edge", color=BLUE, edgecolor="white")
    right.axhline(len(everything) / 20, color=INK, linewidth=0.8, linestyle="--")
    right.set_xlim(0, 1)
    right.set_xlabel("posterior probability below the truth")
    right.set_ylabel("ranks (parameters x worlds)")
    return figure


@styled
def plot_mechanisms(table: pd.DataFrame) -> Figure:
    """What the observations say of each mechanism: the model without it, against the whole.

    Parameters
    ----------
    table : DataFrame
        One row a variant, the whole model first; see `imr_sim.calibration.mechanisms`.

    Returns
    -------
    Figure
    """
    without = table.iloc[1:][::-1]
    note = (
        "Point and line: change when the mechanism is switched off, and two Monte-Carlo standard "
        "errors. Left of zero the observations support it. Shaded: less than a factor of three, "
        "which tells nothing either way."
    )
    figure, box = new_figure(
        0.3 * max(len(without), 1) + 0.7,
        "Which mechanisms do the observations support?",
        "the model without each mechanism, against the whole model",
        NO_ROLLOUT,
        note,
        (2.35, 0.15),
    )
    rows = np.arange(len(without))
    parts = (
        ("evidence", "all evidence: log marginal likelihood"),
        ("predictive", "held-out years: log predictive score"),
    )
    for i, (axes, (name, label)) in enumerate(
        zip(panels(figure, box, 2, 0.42, 0.25), parts, strict=True)
    ):
        axes.axvspan(-np.log(3), np.log(3), color=PALE, linewidth=0)
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.errorbar(
            without[f"{name}_difference"],
            rows,
            xerr=2 * without[f"{name}_difference_se"],
            fmt="o",
            color=BLUE,
            markersize=4.5,
        )
        axes.set_ylim(-0.6, max(len(without), 1) - 0.4)
        axes.set_yticks(rows, without["without"] if i == 0 else [""] * len(without))
        axes.tick_params(axis="y", length=0)
        axes.set_title(label, loc="left")
        axes.set_xlabel("change without it (nats)")
        axes.spines["left"].set_visible(False)
    return figure


@styled
def plot_predictive(table: pd.DataFrame) -> Figure:
    """P1 to P6: what studies would see under prior and posterior, and what they saw.

    Parameters
    ----------
    table : DataFrame
        One row a quantity; see `imr_sim.calibration.predictive`.

    Returns
    -------
    Figure
    """
    note = (
        "Orange: prior, blue: posterior; lines are 90% of what such a study would find, points "
        "what was found. P3 and P4 are findings in words: bars give the probability that a study "
        "would state them. Facilities are locations, by self-report; a VAMC has several."
    )
    figure, box = new_figure(
        5.6, "What the studies would have seen", "patterns P1 to P6", NO_ROLLOUT, note, (0.65, 0.1)
    )
    figure_height = figure.get_figheight()
    half = (box.top - box.bottom) / 2
    upper = box._replace(bottom=box.bottom + half + 0.15 / figure_height)
    lower = box._replace(top=box.bottom + half - 0.2 / figure_height)
    one, with_psr, without = panels(figure, upper, 3, 0.35, 0.3)
    for axes, group, title in (
        (one, "all", "P1  All facilities"),
        (with_psr, "with_psr", "P2  With psychosocial rehab."),
        (without, "without_psr", "P2  Without"),
    ):
        part = table[table["unit"].eq("share of facilities") & table["group"].eq(group)]
        _intervals(axes, part, part["year"].astype(float).to_numpy(), 0.18)
        axes.set_title(title, loc="left")
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
        axes.set_xticks(sorted(part["year"].astype(int)))
        axes.set_xticklabels([f"'{int(y) % 100:02d}" for y in sorted(part["year"])])
        axes.set_xlabel("year")
        axes.grid(axis="y", color=PALE, linewidth=0.5)
    one.set_ylabel("facilities offering IMR (%)")
    _words(figure, lower, table)
    return figure


def _intervals(axes: Axes, part: pd.DataFrame, x: np.ndarray, aside: float) -> None:
    for world, colour, offset in (("prior", ORANGE, -aside), ("posterior", BLUE, aside)):
        axes.vlines(x + offset, part[f"{world}_lo"], part[f"{world}_hi"], color=colour, linewidth=2)
        axes.plot(x + offset, part[f"{world}_mean"], "_", color=colour, markersize=6)
    axes.plot(x, part["observed"], "o", color=INK, markersize=4, zorder=4)


def _words(figure: Figure, box: Box, table: pd.DataFrame) -> None:
    """The lower half: findings in words on the left, P5 and P6 on the right."""
    high, wide = figure.get_figheight(), figure.get_figwidth()
    bottom = box.bottom + 0.4 / high
    findings = figure.add_axes((2.35 / wide, bottom, 1.7 / wide, box.top - bottom))
    stated = table[table["posterior_lo"].isna()][::-1]
    rows = np.arange(len(stated))
    findings.barh(rows + 0.2, stated["prior_mean"], 0.36, color=ORANGE)
    findings.barh(rows - 0.2, stated["posterior_mean"], 0.36, color=BLUE)
    words = (stated["pattern"] + "  " + stated["quantity"]).str.replace("_", " ")
    words = words.str.replace("all ten factors classified as the paper did", "all ten as published")
    findings.set_yticks(rows, words.str.slice(0, 44), fontsize=7)
    findings.set_xlim(0, 1)
    findings.set_ylim(-0.7, max(len(stated), 1) - 0.3)
    findings.xaxis.set_major_formatter(PercentFormatter(1.0, 0))
    findings.set_xlabel("studies that would find it (%)")
    top = box.top - 0.22 / high
    states = figure.add_axes((4.7 / wide, bottom, 0.55 / wide, top - bottom))
    part = table[table["pattern"] == "P5"]
    _intervals(states, part, np.zeros(len(part)), 0.18)
    states.set_xlim(-0.6, 0.6)
    states.set_ylim(0, None)
    states.set_xticks([])
    states.set_title("P5  States", loc="left")
    states.set_xlabel("chi-square / df\n(ratio)")
    stays = figure.add_axes((5.7 / wide, bottom, 1.22 / wide, top - bottom))
    part = table[table["pattern"] == "P6"]
    _intervals(stays, part, np.arange(len(part), dtype=float), 0.18)
    stays.set_xlim(-0.6, len(part) - 0.4)
    stays.set_ylim(0, 1)
    stays.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    short = {"never_stopped": "never", "restarted": "again", "stopped_for_good": "ended"}
    stays.set_xticks(range(len(part)), [short.get(g, g) for g in part["group"]])
    stays.set_title("P6  Stopped?", loc="left")
    stays.set_xlabel("in six years\n(% of 49 sites)")
