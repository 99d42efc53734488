"""Draw cost against size, from a file that `engine.py` wrote.

python benchmarks/plot.py benchmarks/results/engine.json

Writes docs/images/cost_against_size.png and .svg.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from imr_sim.plots.style import BLUE, GREY, new_figure, save, styled

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"


@styled
def cost_against_size(found: dict) -> Figure:
    """Nanoseconds a staff-month over the number of staff, both on logarithmic axes."""
    sizes = found["size"]
    staff = np.array([entry["staff"] for entry in sizes])
    ns = np.array([entry["ns"] for entry in sizes])
    slices = np.array([entry["ns_slices"] for entry in sizes])
    low, high = slices.min(axis=1), slices.max(axis=1)
    on = found["machine"]
    caches = ", ".join(f"{name} {size}" for name, size in on["caches"].items())
    figure, box = new_figure(
        2.6,
        "Cost of a staff-month against size",
        f"Copies of the national system; {sizes[0]['months']} months, one thread",
        f"{on['processor']}; {caches}",
        "Points: mean over all months. Bars: cheapest and dearest year of the history. Sizes were "
        "timed in turn, year by year, and make about the same number of staff-months each.",
        (0.75, 0.3),
    )
    axes = figure.add_axes(
        (box.left, box.bottom + 0.16, box.right - box.left, box.top - box.bottom - 0.18)
    )
    axes.errorbar(
        staff, ns, yerr=[ns - low, high - ns], color=BLUE, marker="o", ms=4, lw=1.2, elinewidth=0.7
    )
    for x, y in zip(staff, ns, strict=True):
        axes.annotate(f"{y:.1f}", (x, y), (5, 5), textcoords="offset points", color=BLUE)
    axes.set(xscale="log", yscale="log", xlabel="Staff (number)", ylabel="Time a staff-month (ns)")
    axes.set_ylim(1, 100)
    axes.set_yticks([1, 10, 100], ["1", "10", "100"])
    ticks = [20_000, 100_000, 500_000, 1_000_000, 5_000_000]
    axes.set_xticks(ticks, ["20,000", "100,000", "500,000", "1 million", "5 million"])
    axes.minorticks_off()
    axes.grid(axis="y", color=GREY, lw=0.3, alpha=0.5)
    return figure


def main() -> None:
    """Draw the figure of a file."""
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for path in save(cost_against_size(found), FOLDER, "cost_against_size"):
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
