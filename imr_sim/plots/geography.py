"""The map under the sites: state outlines, Albers' projection, and the insets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

OUTLINES = Path(__file__).resolve().parent / "data" / "us_states.json"


@dataclass(frozen=True)
class Frame:
    """A piece of the map with a projection of its own.

    Attributes
    ----------
    states : tuple of str
        Postal codes drawn in it; empty for all that no other frame has.
    lon, lat : (float, float)
        Range of places it shows, degrees.
    parallels : (float, float)
        Standard parallels of Albers' projection, degrees.
    inset : (float, float, float, float) or None
        Left, bottom, width and height in fractions of the map; None for the main frame.
    """

    states: tuple[str, ...]
    lon: tuple[float, float]
    lat: tuple[float, float]
    parallels: tuple[float, float]
    inset: tuple[float, float, float, float] | None = None

    def holds(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Whether places lie in the frame, bool."""
        return (
            (lon >= self.lon[0])
            & (lon <= self.lon[1])
            & (lat >= self.lat[0])
            & (lat <= self.lat[1])
        )

    def project(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Albers' equal-area conic on a sphere of radius 1, shape (n, 2).

        Snyder 1987 (doi 10.3133/pp1395), equations 14-1 to 14-6.
        """
        low, high = np.radians(self.parallels)
        middle = np.radians(np.mean(self.lat))
        n = (np.sin(low) + np.sin(high)) / 2
        c = np.cos(low) ** 2 + 2 * n * np.sin(low)
        radius = np.sqrt(c - 2 * n * np.sin(np.radians(lat))) / n
        origin = np.sqrt(c - 2 * n * np.sin(middle)) / n
        turn = n * np.radians(np.asarray(lon) - np.mean(self.lon))
        return np.column_stack([radius * np.sin(turn), origin - radius * np.cos(turn)])


MAIN = Frame((), (-125, -66.5), (24, 49.6), (29.5, 45.5))
INSETS = (
    Frame(("AK",), (-180, -129), (51, 72), (55, 65), (0.0, 0.0, 0.24, 0.27)),
    Frame(("HI",), (-161, -154), (18.5, 22.6), (19, 22), (0.25, 0.0, 0.13, 0.16)),
    Frame(("PR",), (-67.6, -65.2), (17.7, 18.7), (18, 18.5), (0.86, 0.02, 0.12, 0.10)),
)
FRAMES = (MAIN, *INSETS)


@cache
def _states() -> dict[str, list[np.ndarray]]:
    shapes = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return {s: [np.reshape(r, (-1, 2)) / 100 for r in rings] for s, rings in shapes.items()}


def outlines(frame: Frame) -> list[np.ndarray]:
    """Projected rings of the frame's states, each of shape (points, 2)."""
    elsewhere = {state for other in INSETS for state in other.states}
    states = frame.states or tuple(s for s in _states() if s not in elsewhere)
    return [frame.project(*ring.T) for state in states for ring in _states()[state]]
