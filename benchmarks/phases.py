"""Where does a month go? The compiled phases timed one by one, as they follow each other.

python benchmarks/phases.py            # prints the table of docs/performance.md
python benchmarks/phases.py --page     # and writes it there

National histories of posterior draws are run to the policy date, then `MONTHS` months on, month by
month, one after the other, as strategies run them (without levers). The processor's counter of time
stamps is read between phases; a phase's figure is the median over histories and months, which
waiting for other processes hardly moves.
"""

from __future__ import annotations

import argparse
import time

import numba
import numpy as np
from histories import SEED, START
from llvmlite import ir
from machine import describe
from numba.core import cgutils, types
from numba.extending import intrinsic
from report import PAGE, number, table, write

from imr_sim.model import (
    awareness_phase,
    implementation_phase,
    persuasion_phase,
    record_phase,
    site_phases,
    turnover_phase,
)
from imr_sim.model.batch import Batch, Setting, identities
from imr_sim.model.engine import agents_of, luck_of_history
from imr_sim.model.events import new_log
from imr_sim.model.shipped import posterior
from imr_sim.model.state import Given
from imr_sim.strategies import LEVERS
from imr_sim.system import load_system

PHASES = (
    "copy",
    "context",
    "turnover",
    "awareness",
    "persuasion",
    "decision",
    "implementation",
    "sustainment",
    "exposure",
    "head counts",
)
HISTORIES, BEFORE, MONTHS = 64, 204, 24


@intrinsic
def _stamp(typing):
    def generate(context, builder, signature, arguments):
        kind = ir.FunctionType(ir.IntType(64), [])
        counter = cgutils.get_or_insert_function(builder.module, kind, "llvm.readcyclecounter")
        return builder.call(counter, [])

    return types.int64(), generate


@numba.njit(error_model="numpy")
def _month(shared, params, state, month, doses, log, ticks):
    """One month of all histories: as `engine.month_of_history`, with a look at the counter."""
    world, t = shared.world, np.empty(11, np.int64)
    for b in range(len(params)):
        luck = luck_of_history(shared.key, state, b)
        agents = agents_of(state, b)
        given = Given(world, params[b], luck, month, shared.start, doses[b], log)
        t[0] = _stamp()
        agents.now[:] = agents.new
        agents.before[:] = agents.after
        t[1] = _stamp()
        site_phases.context(given, agents)
        t[2] = _stamp()
        turnover_phase.turnover(given, agents)
        t[3] = _stamp()
        awareness_phase.awareness(given, agents)
        t[4] = _stamp()
        persuasion_phase.persuasion(given, agents)
        t[5] = _stamp()
        site_phases.decision(given, agents)
        t[6] = _stamp()
        implementation_phase.implementation(given, agents)
        t[7] = _stamp()
        site_phases.sustainment(given, agents)
        t[8] = _stamp()
        record_phase.update_exposure(
            world, agents.now, agents.new, agents.within, agents.between, agents.peers
        )
        t[9] = _stamp()
        record_phase.count_staff(world, agents.new, agents.after)
        t[10] = _stamp()
        ticks[b] = t[1:] - t[:-1]


def main() -> None:
    """Print a row a phase, and their sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", action="store_true", help="write the table into the page")
    asked = parser.parse_args()
    setting = Setting.of(load_system(), SEED, START, threads=1)
    draw, replicate, values = identities(posterior().take(HISTORIES), 1)
    batch = Batch(setting, values, draw, replicate)
    batch.advance(BEFORE)
    doses = np.zeros((HISTORIES, setting.world.n_sites, len(LEVERS)))
    for months in (1, MONTHS):  # the first one compiles
        twin, ticks = batch.branch(), np.zeros((months, HISTORIES, len(PHASES)), np.int64)
        clock, begin = time.perf_counter(), _now()
        for m in range(months):
            month = twin.month + m
            _month(setting.shared, twin.params, twin.state, month, doses, new_log(0), ticks[m])
        per_second = (_now() - begin) / (time.perf_counter() - clock)
    batch.advance(MONTHS)
    for one, other in zip(batch.state, twin.state, strict=True):
        assert np.array_equal(one, other), "the months ended otherwise than in the engine"
    median = np.median(ticks, axis=(0, 1)) / per_second * 1e6
    rows = [(name, number(figure)) for name, figure in zip(PHASES, median, strict=True)]
    rows.append(("all", number(median.sum())))
    where = f"On {describe()['processor']}, {HISTORIES} histories at a time:"
    made = where + "\n\n" + table(("phase", "microseconds a history and month"), rows)
    print(made)
    if asked.page:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(write({"phases": made}, page), encoding="utf-8")


@numba.njit
def _now():
    return _stamp()


if __name__ == "__main__":
    main()
