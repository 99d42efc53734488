"""Fidelity after the start, with support and without, beside what was published elsewhere."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imr_sim.plots.labels import BACKGROUND
from imr_sim.plots.panels import key, mark, percent, side_by_side
from imr_sim.plots.style import BLUE, INK, PALE, VERMILLION, new_figure, styled

ARMS: dict[str, dict[str, Any]] = {
    "supported": {"color": BLUE, "linestyle": "-"},
    "unsupported": {"color": VERMILLION, "linestyle": (0, (4, 1.5))},
}
PUBLISHED: Any = {"color": INK, "marker": "D", "linestyle": "", "markersize": 4.2, "zorder": 5}
PANELS = {
    "share at high fidelity": "High fidelity (% of sites)",
    "mean fidelity": "Mean fidelity (points, 1 to 5)",
    "difference in mean fidelity": "Difference of means (points)",
}


@styled
def plot_fidelity(table: pd.DataFrame) -> Figure:
    """P7: fidelity after the start, with support and without.

    Parameters
    ----------
    table : DataFrame
        One row a number of months and quantity: ``months``, ``quantity``, ``mean``, ``lo``,
        ``hi``, and what was published: ``value``, ``value_lo``, ``value_hi``, ``source``.

    Returns
    -------
    Figure
    """
    note = (
        "Sites that start within two years, under a full roll-out (supported) and in the same "
        "histories without it; sites that stop drop out. Lines and bands: mean and 90% of "
        "histories. Diamonds: published (docs/evidence.md), with the 95% interval where there is "
        "one: they shaped priors, and nothing was fitted to them."
    )
    figure, box = new_figure(
        2.35, "Fidelity after the start of IMR", "Pattern P7", "", note, (0.5, 0.2)
    )
    entries = [mark(name, linewidth=1.5, **look) for name, look in ARMS.items()]
    key(figure, [*entries, mark("published: other places and practices", **PUBLISHED)])
    panels = side_by_side(figure, box, 3, 0.42, 0.42)
    for axes, (quantity, title) in zip(panels, PANELS.items(), strict=True):
        lines = {f"{quantity}, {arm}": look for arm, look in ARMS.items()}
        lines[quantity] = {"color": INK, "linestyle": "-"}
        for name, look in lines.items():
            _draw(axes, table[table["quantity"] == name].sort_values("months"), look)
        axes.set_title(title, loc="left")
        axes.set_xlabel("Months after the start")
        axes.set_xticks(sorted(table["months"].unique()))
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
    panels[0].set_ylim(-0.01, 1)
    percent(panels[0].yaxis)
    panels[1].set_ylim(1, 5)
    low, high = panels[2].get_ylim()
    panels[2].set_ylim(min(low, 0), high)
    return figure


def _draw(axes: Axes, part: pd.DataFrame, look: dict[str, Any]) -> None:
    colour = look["color"]
    axes.fill_between(part["months"], part["lo"], part["hi"], color=colour, alpha=0.16, linewidth=0)
    axes.plot(part["months"], part["mean"], linewidth=1.5, **look)
    for row in part[part["value"].notna()].to_dict("records"):
        at = row["months"]
        axes.vlines(at, row["value_lo"], row["value_hi"], color=INK, linewidth=1)
        axes.plot(at, row["value"], **PUBLISHED)
        last = at == part["months"].max()
        axes.annotate(
            row["source"],
            (at, row["value"]),
            xytext=(-5 if last else 5, 4),
            textcoords="offset points",
            ha="right" if last else "left",
            bbox=BACKGROUND,
        )
