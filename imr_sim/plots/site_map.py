"""Where a strategy makes the difference: the sites on a map."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure

from imr_sim.analysis import Comparison
from imr_sim.plots.geography import FRAMES, MAIN, Frame, outlines
from imr_sim.plots.style import GREY, WIDTH, new_figure, short, styled
from imr_sim.plots.words import stamp, what

# Light to dark evenly, so a grey print keeps the order; the palest end is left to the land.
COLOURS = ListedColormap(mpl.colormaps["viridis_r"](np.linspace(0.02, 1, 256)))
SHAPE = 0.62
"""Height of a map over its width."""
TITLE, BAR, AXIS = 0.28, 0.66, (0.45, 0.42)
"""Inches for a map's title, for the colour bar, and for axes (left, below) without outlines."""


@styled
def plot_map(comparison: Comparison, strategies: Sequence[str] | None = None) -> Figure:
    """P(a site provides because of the strategy) in the last month, one map a strategy.

    Parameters
    ----------
    comparison : Comparison
    strategies : sequence of str, optional
        By default the four that gain most VAMCs.

    Returns
    -------
    Figure
        On state outlines when the sites are real and most lie in the United States; else by plain
        longitude and latitude.
    """
    reference = comparison.reference
    ranked = comparison.table()["strategy"].tolist()[1:]
    names = ranked[:4] if strategies is None else list(strategies)
    arms = [comparison.arm(name, where="strategies of the map") for name in names]
    frame, sites = comparison.sites_frame(), comparison.sites
    chance = [
        frame.loc[frame["strategy"] == arm.name, "p_because_of_strategy"].to_numpy() for arm in arms
    ]
    shown = _on_map(sites)
    plain = comparison.invented or shown.mean() < 0.5
    note = (
        "Colour and size: share of histories in which the site provides it in the last month and "
        f"does not in the reference ('{comparison.arm(reference).label}') with the same parameters "
        "and luck. Standard errors of single sites: sites.parquet."
    )
    if not plain and not shown.all():
        note += f" Not on the map: {', '.join(sites['name'][~shown])}."
    practice = comparison.practice
    columns = min(2, len(arms))
    rows = -(-len(arms) // columns)
    width, tall = (WIDTH - 0.3) / columns, (WIDTH - 0.3) / columns * SHAPE + TITLE
    figure, box = new_figure(
        rows * tall + BAR,
        f"Sites that the strategy wins for {practice}, after {comparison.horizon} months",
        what(comparison),
        stamp(comparison),
        note,
        (0.15, 0.15),
    )
    height = figure.get_figheight()
    scale = Normalize(0, max(0.1, np.ceil(10 * max(c.max() for c in chance)) / 10))
    for k, (arm, values) in enumerate(zip(arms, chance, strict=True)):
        row, column = divmod(k, columns)
        x, y = 0.15 + column * width, box.top * height - (row + 1) * tall
        pad = AXIS if plain else (0.0, 0.0)
        place = (x + pad[0], y + pad[1], 0.96 * width - pad[0], tall - TITLE - pad[1])
        axes = figure.add_axes(tuple(np.array(place) / [WIDTH, height, WIDTH, height]))
        won = f"{values.sum():.1f} sites won on average"
        axes.set_title(f"{short(arm.label)}: {won}", loc="left", pad=3)
        (_draw_plain if plain else _draw_states)(axes, sites, values, scale)
    place = (0.3, box.bottom + 0.42 / height, 0.4, 0.10 / height)
    _colour_bar(figure, place, scale, practice)
    return figure


def _on_map(sites: pd.DataFrame) -> np.ndarray:
    lon, lat = sites["longitude"].to_numpy(), sites["latitude"].to_numpy()
    return np.any([frame.holds(lon, lat) for frame in FRAMES], axis=0)


def _draw_states(axes: Axes, sites: pd.DataFrame, values: np.ndarray, scale: Normalize) -> None:
    for frame in FRAMES:
        part = axes if frame.inset is None else axes.inset_axes(frame.inset)
        land = PolyCollection(
            outlines(frame), facecolor="#f1f1f1", edgecolor="#b5b5b5", linewidth=0.4
        )
        part.add_collection(land)
        _draw_sites(part, frame, sites, values, scale)
        part.set_aspect("equal")
        part.axis("off")


def _draw_sites(
    axes: Axes, frame: Frame, sites: pd.DataFrame, values: np.ndarray, scale: Normalize
) -> None:
    lon, lat = sites["longitude"].to_numpy(), sites["latitude"].to_numpy()
    inside = frame.holds(lon, lat)
    _scatter(axes, frame.project(lon[inside], lat[inside]), values[inside], scale)
    if frame is not MAIN:
        axes.margins(0.08)
    axes.autoscale_view()


def _draw_plain(axes: Axes, sites: pd.DataFrame, values: np.ndarray, scale: Normalize) -> None:
    places = sites[["longitude", "latitude"]].to_numpy()
    _scatter(axes, places, values, scale)
    axes.margins(0.06)
    # about as far east as north: a degree of longitude shrinks towards the poles
    axes.set_aspect(1 / np.cos(np.radians(places[:, 1].mean())), adjustable="datalim")
    axes.tick_params(color=GREY)
    axes.set_xlabel("Longitude (degrees)", labelpad=1)
    axes.set_ylabel("Latitude (degrees)", labelpad=1)


def _scatter(axes: Axes, places: np.ndarray, values: np.ndarray, scale: Normalize) -> None:
    order = np.argsort(values)  # the likeliest on top
    axes.scatter(
        places[order, 0],
        places[order, 1],
        s=9 + 32 * scale(values[order]),
        c=values[order],
        cmap=COLOURS,
        norm=scale,
        edgecolor="#555555",
        linewidth=0.3,
        zorder=3,
    )


def _colour_bar(figure: Figure, place: tuple, scale: Normalize, practice: str) -> None:
    bar = figure.colorbar(
        ScalarMappable(scale, COLOURS), cax=figure.add_axes(place), orientation="horizontal"
    )
    bar.outline.set_visible(False)
    bar.set_label(f"P(site provides {practice} because of the strategy)", labelpad=1)
