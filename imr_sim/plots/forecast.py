"""A forecast: what was known, what was said of the years after it, and what came."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from imr_sim.plots.panels import FACILITIES, NO_ROLLOUT, TITLE, key, mark, percent, side_by_side
from imr_sim.plots.style import BLUE, GREY, INK, PALE, VERMILLION, new_figure, styled

GROUPS = {
    "campus": "Campuses",
    "campus_with_psr": "Campuses with PSR",
    "campus_without_psr": "Campuses without PSR",
    "outpatient": "Outpatient only",
    "outpatient_with_psr": "Outpatient with PSR",
    "outpatient_without_psr": "Outpatient without PSR",
}
BAND = 0.22
BETWEEN = 2.1  # inches from one row of panels to the next
POINT: dict[str, Any] = {
    "color": INK,
    "marker": "o",
    "linestyle": "",
    "markersize": 4.2,
    "zorder": 5,
}


@styled
def plot_forecast(table: pd.DataFrame, train_until: int) -> Figure:
    """Shares of facilities offering IMR: fitted, forecast, and what came.

    Parameters
    ----------
    table : DataFrame
        One row a year and group (`imr_sim.evidence.GROUPS`): ``mean``, ``lo``,
        ``hi``, ``observed`` (empty where nothing was), ``in_band``, ``held_out``.
    train_until : int
        Last year of the evidence that was used.

    Returns
    -------
    Figure
    """
    judged = table[table["held_out"].astype(bool) & table["observed"].notna()]
    inside = int((judged["in_band"].astype(str) == "True").sum())
    subtitle = f"Evidence up to {train_until}"
    if len(judged):
        subtitle += f"; {inside} of {len(judged)} later figures in their band"
    note = (
        "Line and band: mean and 90% of what a census of that year would count. Filled points: "
        "evidence that was used; hollow: what came later, not used (red: outside the band). "
        "Locations that say they offer IMR (N-MHSS, E50): a VAMC has a campus and several "
        "outpatient locations. PSR: psychosocial rehabilitation."
    )
    figure, box = new_figure(
        4.3, "Facilities that offer IMR: a forecast", subtitle, NO_ROLLOUT, note, (0.82, 0.2)
    )
    key(
        figure,
        [
            mark("used", **POINT),
            mark("came later", **POINT, markerfacecolor="white"),
            mark("90% band", color=BLUE, alpha=BAND, linewidth=6),
        ],
    )
    above = side_by_side(figure, box, 3, 0.42 + BETWEEN, 0.28)
    below = side_by_side(figure, box, 3, 0.42, 0.28, TITLE + BETWEEN)
    panels = above + below
    for axes, (group, label) in zip(panels, GROUPS.items(), strict=True):
        part = table[table["group"] == group].sort_values("year")
        _draw(axes, part, train_until)
        axes.set_title(label, loc="left")
        if axes not in (above[0], below[0]):
            axes.tick_params(labelleft=False, axis="y", length=0)
    for axes in above:
        axes.set_xlabel("")
    below[0].set_ylabel(FACILITIES.replace(" (", "\n("))
    panels[0].set_ylabel(FACILITIES.replace(" (", "\n("))
    panels[0].annotate(
        "evidence ends ",
        (train_until + 0.5, 0.96),
        xycoords=("data", "axes fraction"),
        ha="right",
        va="top",
    )
    return figure


def _draw(axes: Axes, part: pd.DataFrame, train_until: int) -> None:
    year = part["year"].to_numpy(float)
    axes.fill_between(year, part["lo"], part["hi"], color=BLUE, alpha=BAND, linewidth=0)
    axes.plot(year, part["mean"], color=BLUE, linewidth=1.5)
    axes.axvline(train_until + 0.5, color=GREY, linewidth=0.9)
    for row in part[part["observed"].notna()].to_dict("records"):
        later = bool(row["held_out"])
        missed = later and str(row["in_band"]) == "False"
        look = POINT | {"color": VERMILLION if missed else INK}
        axes.plot(row["year"], row["observed"], **look, markerfacecolor="white" if later else INK)
    axes.set_ylim(0, 1)
    percent(axes.yaxis)
    axes.set_xlim(year.min() - 0.6, year.max() + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel("Year (April)")
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
