"""The network at chosen periods, and the tree of a cascade."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from imr_sim.diffusion import DiffusionNetwork
from imr_sim.errors import RequestError
from imr_sim.plots.diffusion import size_of, source
from imr_sim.plots.panels import key, mark, side_by_side
from imr_sim.plots.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    VERMILLION,
    Box,
    new_figure,
    styled,
)

MOST_NODES = 2_000
"""More nodes become a blot, and take minutes to lay out."""
MOST_PANELS = 6
CAUSES = {
    "media": (GREY, "o"),
    "site or lever": (ORANGE, "s"),
    "tie inside": (BLUE, "^"),
    "tie outside": (VERMILLION, "D"),
    "hire": (GREEN, "v"),
}


@styled
def plot_network(
    network: DiffusionNetwork, periods: Sequence[int] | None = None, *, seed: int = 1
) -> Figure:
    """The network at chosen periods: who uses the practice, who just adopted, who stopped.

    Parameters
    ----------
    network : DiffusionNetwork
        Up to 2,000 nodes.
    periods : sequence of int, optional
        Up to six observed periods; by default when a tenth, a half and all of the adopters had
        adopted.
    seed : int
        Of the layout; places mean nothing but nearness.

    Returns
    -------
    Figure

    Raises
    ------
    RequestError
        For too many nodes or periods, or periods that were not observed.
    """
    chosen = _periods(network, periods)
    note = (
        "Nodes keep their places; near each other are those tied to each other. Lines: ties of the "
        "period. Just adopted: since the panel before; in the first panel, by its period."
    )
    rows = (len(chosen) + 2) // 3
    figure, box = new_figure(
        2.3 * rows,
        "The network over time",
        size_of(network),
        source(network),
        note,
        (0.1, 0.1),
    )
    looks = {
        "has not adopted": {"color": "white", "edge": GREY},
        "just adopted": {"color": VERMILLION, "edge": INK},
        "uses it": {"color": BLUE, "edge": INK},
        "stopped": {"color": PALE, "edge": INK},
    }
    if not network.spells["stop"].notna().any():
        del looks["stopped"]
    entries = [
        mark(name, color=look["color"], markeredgecolor=look["edge"], marker="o", linestyle="")
        for name, look in looks.items()
    ]
    key(figure, entries)
    place = _layout(network, seed)
    size = float(np.clip(2500 / network.n, 3, 40))
    columns = min(len(chosen), 3)
    for number, period in enumerate(chosen):
        axes = _panel(figure, box, number, rows, columns)
        ties = network.matrix(period=period).tocoo()
        lines = np.stack([place[ties.row], place[ties.col]], axis=1)
        axes.add_collection(LineCollection(list(lines), colors=GREY, linewidths=0.25, zorder=1))
        now, ever = network.using(period), network.using(period, current=False)
        before = network.using(chosen[number - 1], current=False) if number else np.zeros_like(now)
        kinds = (~ever, now & ~before, now & before, ever & ~now)
        for kind, look in zip(kinds, looks.values(), strict=False):
            axes.scatter(
                place[kind, 0],
                place[kind, 1],
                s=size,
                facecolor=look["color"],
                edgecolor=look["edge"],
                linewidth=0.5,
                zorder=2,
            )
        axes.set_title(f"period {period}: {ever.sum():,} adopted", loc="left")
    return figure


@styled
def plot_cascade(news: pd.DataFrame, *, root: int | None = None, title: str = "") -> Figure:
    """The tree of one cascade: who passed news to whom, and when.

    Parameters
    ----------
    news : DataFrame
        `imr_sim.diffusion.transmissions` of one history.
    root : int, optional
        Row of the first learner; by default of the largest cascade.
    title : str
        What it is, e.g. the strategy.

    Returns
    -------
    Figure

    Raises
    ------
    RequestError
        When there is no news, or no cascade begins in this row.
    """
    root = _root(news, root)
    members = news.index[news["root"] == root]
    note = (
        "Time runs to the right; each mark is somebody who came to know, each line goes back to "
        "who told them, or to the post from which they were transferred. One history of many."
    )
    head = f"One cascade of news: {len(members):,} learned"
    figure, box = new_figure(
        float(np.clip(1.2 + 0.02 * len(members), 2.2, 6.5)),
        head,
        title or "one simulated history",
        "Simulated: one history is an illustration, not a forecast.",
        note,
        (0.35, 0.35),
    )
    entries = [
        mark(name, color=colour, marker=shape, linestyle="")
        for name, (colour, shape) in CAUSES.items()
    ]
    key(figure, entries)
    (axes,) = side_by_side(figure, box, 1, 0.4, 0.0, above=0.05)
    x = dict(zip(news.index.tolist(), news["month"], strict=True))
    parents = dict(zip(news.index.tolist(), news["parent"].tolist(), strict=True))
    causes = dict(zip(news.index.tolist(), news["cause"], strict=True))
    y = _rows(parents, root, members)
    for row in y:
        parent = parents[row]
        if parent in y:
            corner = [y[parent], y[row], y[row]]
            axes.plot([x[parent], x[parent], x[row]], corner, color=GREY, linewidth=0.5, zorder=1)
    size = float(np.clip(900 / len(members), 4, 26))
    for cause, (colour, shape) in CAUSES.items():
        mine = [row for row in y if causes[row] == cause]
        axes.scatter([x[r] for r in mine], [y[r] for r in mine], s=size, color=colour, marker=shape)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(members), -1.5)
    first = news.loc[root]
    axes.set_xlabel(f"Month; the first is {first['staff']}, by {first['cause']}")
    return figure


def _periods(network: DiffusionNetwork, given: Sequence[int] | None) -> list[int]:
    if network.n > MOST_NODES:
        raise RequestError(
            f"{network.n:,} nodes",
            where="plot_network",
            why=f"more than {MOST_NODES:,} cannot be told apart in a picture",
            write="Take sites in place of staff, or the nodes of one region.",
        )
    if given is None:
        times = np.sort(network.times[~np.isnan(network.times)])
        if not len(times):
            return [network.first, network.last]
        at = [times[int(q * (len(times) - 1))] for q in (0.1, 0.5, 1.0)]
        return sorted({int(t) for t in at})
    chosen = sorted({int(period) for period in given})
    outside = [p for p in chosen if not network.first <= p <= network.last]
    if not chosen or len(chosen) > MOST_PANELS or outside:
        raise RequestError(
            f"periods={list(given)!r}",
            where="plot_network",
            why="they are not one to six of the observed periods",
            write=f"Write periods from {network.first} to {network.last}.",
        )
    return chosen


def _layout(network: DiffusionNetwork, seed: int) -> np.ndarray:
    """Places of nodes: a spring layout of all ties, turned to fill its panel."""
    graph = nx.Graph()
    graph.add_nodes_from(range(network.n))
    graph.add_edges_from(network.ties[["ego", "alter"]].itertuples(index=False))
    spring = nx.spring_layout(graph, seed=seed, k=1.6 / np.sqrt(max(network.n, 1)), iterations=80)
    place = np.array([spring[i] for i in range(network.n)])
    rank = place.argsort(axis=0).argsort(axis=0) / max(network.n - 1, 1)
    return 0.5 * rank + 0.5 * (place - place.min(axis=0)) / np.maximum(np.ptp(place, axis=0), 1e-9)


def _panel(figure: Figure, box: Box, number: int, rows: int, columns: int) -> Axes:
    high = figure.get_figheight()
    top, bottom = box.top - 0.05 / high, box.bottom + 0.1 / high
    wide, tall = (box.right - box.left) / columns, (top - bottom) / rows
    row, column = divmod(number, columns)
    axes = figure.add_axes(
        (box.left + column * wide + 0.008, top - (row + 1) * tall, wide - 0.016, tall - 0.2 / high)
    )
    axes.set_axis_off()
    axes.set_xlim(-0.04, 1.04)
    axes.set_ylim(-0.04, 1.04)
    return axes


def _root(news: pd.DataFrame, root: int | None) -> int:
    if not len(news):
        raise RequestError(
            "no news at all",
            where="plot_cascade",
            why="nobody came to know",
            write="Take a longer history.",
        )
    if root is None:
        return int(np.bincount(news["root"].to_numpy()).argmax())
    if root not in set(news["root"]):
        raise RequestError(
            f"root={root}",
            where="plot_cascade",
            why="no cascade begins there",
            write="Take a root of cascades(news).table.",
        )
    return root


def _rows(parents: dict[int, int], root: int, members: pd.Index) -> dict[int, int]:
    """Line of each member: depth first, so that the tree does not cross itself."""
    children: dict[int, list[int]] = {}
    for row in members.tolist():
        children.setdefault(parents[row], []).append(row)
    order, waiting = [], [root]
    while waiting:
        row = waiting.pop()
        order.append(row)
        waiting.extend(reversed(children.get(row, [])))
    return {row: line for line, row in enumerate(order)}
