"""Make `imr_sim/plots/data/us_states.json` from the states of npm's us-atlas (Census data).

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz
    python experiments/build_outlines.py package/states-10m.json

Arcs are simplified before they are joined, so neighbours keep a common border.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "imr_sim" / "plots" / "data" / "us_states.json"
TOLERANCE = 0.03
"""Degrees a simplified border may stray: about 3 km, a third of a printed point."""
SMALLEST = 0.02
"""Square degrees below which an island is left out, but a state's largest ring never."""
POSTAL = dict(
    zip(
        "01 02 04 05 06 08 09 10 11 12 13 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 "
        "34 35 36 37 38 39 40 41 42 44 45 46 47 48 49 50 51 53 54 55 56 72".split(),
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH "
        "NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR".split(),
        strict=True,
    )
)


def decode(topology: dict) -> list[np.ndarray]:
    """Arcs as longitude and latitude, degrees; TopoJSON stores rounded steps."""
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    return [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]


def simplify(line: np.ndarray) -> np.ndarray:
    """Douglas and Peucker's algorithm; a closed line is cut at its farthest point first."""
    if len(line) < 3:
        return line
    chord = line[-1] - line[0]
    length = np.hypot(*chord)
    away = line - line[0]
    if length < 1e-9:
        distance = np.hypot(*away.T)
    else:
        distance = np.abs(chord[0] * away[:, 1] - chord[1] * away[:, 0]) / length
    far = int(distance.argmax())
    if distance[far] < TOLERANCE:
        return line[[0, -1]]
    return np.vstack([simplify(line[: far + 1])[:-1], simplify(line[far:])])


def ring(indices: list[int], arcs: list[np.ndarray]) -> np.ndarray:
    """Join arcs into one closed ring; ~i stands for arc i backwards."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.vstack([part[:-1] for part in parts] + [parts[-1][-1:]])


def area(points: np.ndarray) -> float:
    """Area inside a ring, square degrees."""
    x, y = points.T
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def main(source: str) -> None:
    """Write the outlines of the states, the District of Columbia and Puerto Rico."""
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    arcs = [simplify(arc) for arc in decode(topology)]
    states = {}
    for shape in topology["objects"]["states"]["geometries"]:
        if shape["id"] not in POSTAL:
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = sorted((ring(p[0], arcs) for p in polygons), key=area, reverse=True)
        kept = [rings[0], *(r for r in rings[1:] if area(r) >= SMALLEST)]
        for points in kept:
            points[points[:, 0] > 0, 0] -= 360  # the Aleutians cross the date line
        hundredths = [np.rint(100 * points).astype(int).ravel().tolist() for points in kept]
        states[POSTAL[shape["id"]]] = hundredths
    lines = [f'"{s}":{json.dumps(r, separators=(",", ":"))}' for s, r in sorted(states.items())]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(states)} outlines, {TARGET.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1])
