"""Time programs in turn, over and over, so that a drift of the machine's speed meets all alike.

What runs on one thread is timed by the processor time it takes, which leaves out waiting for other
processes; what runs on more, by the clock.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Program:
    """Something to be timed.

    Attributes
    ----------
    label : str
        What it is, for tables.
    staff_months : int
        Person-steps that one run makes.
    prepare : callable
        Called with the number of the round; what it returns is given to `run`. Not timed.
    run : callable
        Timed.
    check : callable or None
        Called with what `prepare` and `run` returned; raises where the work was not done. Not
        timed.
    threads : int
        Threads it uses.
    """

    label: str
    staff_months: int
    prepare: Callable[[int], Any]
    run: Callable[[Any], Any]
    check: Callable[[Any, Any], None] | None = None
    threads: int = 1

    @property
    def clock(self) -> Callable[[], float]:
        """Seconds, by the processor or on the wall."""
        return time.process_time if self.threads == 1 else time.perf_counter


def interleave(programs: Mapping[str, Program], rounds: int, say=print) -> dict[str, np.ndarray]:
    """Nanoseconds a staff-month of each program in each round.

    One round before the first is not counted: in it, programs compile. Every other round goes
    backwards, so that no program always follows the same one.
    """
    times: dict[str, list[float]] = {name: [] for name in programs}
    gc.collect()
    gc.freeze()  # else the garbage of one program would be looked for among the objects of all
    for number in range(-1, rounds):
        names = list(programs)[:: 1 if number % 2 else -1]
        for name in names:
            program = programs[name]
            prepared = program.prepare(number)
            begin = program.clock()
            result = program.run(prepared)
            seconds = program.clock() - begin
            if program.check:
                program.check(prepared, result)
            if number >= 0:
                times[name].append(seconds * 1e9 / program.staff_months)
        say(f"  round {number + 1} of {rounds}")
    gc.unfreeze()
    return {name: np.array(found) for name, found in times.items()}


def summary(times: np.ndarray) -> dict[str, float]:
    """Best, median and worst of the rounds."""
    return {
        "best": float(times.min()),
        "median": float(np.median(times)),
        "worst": float(times.max()),
    }


def ratio(slow: np.ndarray, fast: np.ndarray) -> dict[str, float]:
    """How many times faster: median, least and most of the ratios within one round."""
    each = slow / fast
    return {"median": float(np.median(each)), "low": float(each.min()), "high": float(each.max())}
