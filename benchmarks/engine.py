"""How fast is the engine, against what, and why? One run on the machine at hand.

python benchmarks/engine.py --json FILE

Measures, in turn and over and over, so that ratios hold when the machine's speed drifts: whole
national histories on one thread and two, and month by month under a strategy; the plain Mesa
program that tells the same histories bit for bit; simple contagion here, in Starsim and in NDlib.
Then the time of a first call, the least that a staff-month could cost on this core, bytes a staff
member, and cost against size up to five million staff. Takes some minutes and 6 GB; needs a
checkout with `pip install -e '.[bench]'`. `--quick` tries everything at small size: its figures
mean nothing.

`benchmarks/report.py` puts the figures of the file into docs/performance.md; `benchmarks/plot.py`
draws cost against size.
"""

# ruff: noqa: E402

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))  # the plain Mesa program and small helpers live there

import machine
import national
import report
from contagion import Contagion
from histories import histories, lay_out
from interleave import interleave, ratio, summary
from memory import bytes_a_member
from plain_mesa import Twin
from roofline import roofline
from size import cost_against_size
from start import start_times

from imr_sim.system import load_system

RATIOS = (
    ("mesa", "engine_1"),
    ("mesa", "engine_2"),
    ("mesa_own_luck", "engine_1"),
    ("engine_1", "engine_2"),
    ("engine_by_month", "engine_1"),
    ("contagion_starsim", "contagion_engine"),
    ("contagion_ndlib", "contagion_engine"),
)


@dataclass(frozen=True)
class Plan:
    """How much to run."""

    system: str
    rounds: int
    histories: int
    months: int
    contagion_months: int
    copies: tuple[int, ...]
    far: int  # bytes of an array beyond all caches
    cold: bool


FULL = Plan("va", 9, 16, 204, 60, (1, 5, 25, 75, 243), 2**28, True)
QUICK = Plan("small", 2, 2, 24, 12, (1, 3), 2**20, False)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, required=True, help="file to write")
    parser.add_argument("--quick", action="store_true", help="small sizes; figures mean nothing")
    options = parser.parse_args()
    found = measure(QUICK if options.quick else FULL)
    found["quick"] = options.quick
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report.rounded(found), indent=1) + "\n", encoding="utf-8")
    print(report.text(found))
    print(f"wrote {options.json}")


def measure(plan: Plan) -> dict:
    """All figures."""
    found: dict = {"date": datetime.now(UTC).date().isoformat(), "machine": machine.describe()}
    found["busy_before"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    system = load_system(plan.system)
    setting = lay_out(system)
    found["system"] = {"name": system.name, "staff": system.n_staff, "sites": system.n_sites}
    found["bytes"] = bytes_a_member(histories(setting, 1))

    print("speed")
    spread = [int((number + 0.5) / plan.rounds * plan.months) for number in range(plan.rounds)]
    exact, own_luck = Twin(setting, spread), Twin(setting, spread, python_luck=True)
    contagion = Contagion(setting, plan.contagion_months, plan.histories)
    programs = national.programs(setting, exact, own_luck, plan.histories, plan.months)
    programs |= contagion.programs()
    times = interleave(programs, plan.rounds)
    found["rounds"], found["histories"], found["months"] = plan.rounds, plan.histories, plan.months
    found["speed"] = {
        name: {"label": program.label, "staff_months": program.staff_months, **summary(times[name])}
        for name, program in programs.items()
    }
    found["ratios"] = {
        f"{slow} / {fast}": ratio(times[slow], times[fast])
        for slow, fast in RATIOS
        if slow in times
    }
    found["identical"] = {
        "months": spread,
        "compared": exact.compared,
        "different": exact.different,
    }
    found["contagion"] = {
        "months": plan.contagion_months,
        "probability": contagion.probability,
        "informed": len(contagion.informed),
        "ties": len(contagion.pairs),
        "know_at_the_end": contagion.agreement(),
    }
    del exact, own_luck, contagion, programs  # their objects and ties are no longer needed

    print("first call")
    found["start"] = start_times(plan.cold)

    print("least time")
    found["roofline"] = roofline(setting, plan.months, plan.far)

    print("size")
    found["size"] = cost_against_size(system, list(plan.copies), plan.months)
    return found


if __name__ == "__main__":
    main()
