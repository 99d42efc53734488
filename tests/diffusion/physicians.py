"""The physicians' network, and a second, plain-loop way to compute each measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim.diffusion import DiffusionNetwork, read_diffusion

DATA = Path(__file__).parent / "data"
QUESTIONS = ("advice", "discussion", "friend")


def physicians(last: int = 17) -> DiffusionNetwork:
    """The 125 physicians; a layer for each question, weights are numbers of nominations."""
    return read_diffusion(
        tie_table(), DATA / "physicians.csv", id="physician", time="month_adopted",
        never=[], first=1, last=last, directed=True,
    )  # fmt: skip


def tie_table() -> pd.DataFrame:
    """One row a physician, a named one and a question."""
    wide = pd.read_csv(DATA / "physician_ties.csv", dtype=str)
    long = wide.melt(["names", "is_named"], list(QUESTIONS), "layer", "weight")
    long = long[long["weight"] != "0"]
    return long.rename(columns={"names": "ego", "is_named": "alter"})


def arcs(network: DiffusionNetwork, direction: str, valued: bool) -> dict[int, dict[int, float]]:
    """Whom each node looks to, and with what weight."""
    look: dict[int, dict[int, float]] = {i: {} for i in range(network.n)}
    for tie in network.ties.itertuples():
        ends = [(tie.ego, tie.alter)] if direction != "in" else [(tie.alter, tie.ego)]
        if direction == "both":
            ends.append((tie.alter, tie.ego))
        for a, b in ends:
            look[a][b] = look[a].get(b, 0.0) + tie.weight
    if not valued:
        look = {i: dict.fromkeys(row, 1.0) for i, row in look.items()}
    return look


def loop_exposure(look, times, periods, lag, mass=None, normalised=True) -> np.ndarray:
    """Exposure, one node and period at a time."""
    mass = np.ones(len(times)) if mass is None else mass
    out = np.full((len(times), len(periods)), np.nan)
    for i, row in look.items():
        for c, period in enumerate(periods):
            if c < lag:
                continue
            heard = total = 0.0
            for j, weight in row.items():
                total += weight * mass[j]
                if times[j] <= period - lag:
                    heard += weight * mass[j]
            if not normalised:
                out[i, c] = heard
            elif total > 0:
                out[i, c] = heard / total
    return out


def loop_infection(look, times, reach, discount, sign) -> np.ndarray:
    """Infectiousness (sign 1) and susceptibility (sign -1), one tie at a time."""
    out = np.full(len(times), np.nan)
    for i, row in look.items():
        above = below = 0.0
        for k in range(1, reach + 1):
            w = k if discount is None else (1 + discount) ** (k - 1)
            for j, weight in row.items():
                if np.isnan(times[i]) or np.isnan(times[j]):
                    continue
                gap = sign * (times[j] - times[i])
                above += (gap == k) * weight / w
                below += (gap >= k) * weight / w
        if below > 0:
            out[i] = above / below
    return out


def paths(network: DiffusionNetwork, source: int) -> Iterator[tuple[int, int]]:
    """Nodes that a node reaches, with the number of steps: breadth-first."""
    look = arcs(network, "out", False)
    seen, edge, steps = {source}, [source], 0
    while edge:
        steps += 1
        edge = [j for i in edge for j in look[i] if not (j in seen or seen.add(j))]
        yield from ((j, steps) for j in edge)
