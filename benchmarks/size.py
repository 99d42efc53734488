"""Cost against size: the same months in systems from 20 thousand to 5 million staff.

Each system is so many copies of the national one (`enlarge.py`). All run the same months with the
same parameters on one thread; the smaller ones run so many more histories that all make about the
same number of staff-months. They are timed in turn, a year at a time, from first month to last.
"""

from __future__ import annotations

import time

import numpy as np
from enlarge import enlarged
from histories import histories, lay_out
from memory import bytes_a_member

from imr_sim.model.batch import Batch
from imr_sim.system import System

SLICE = 12  # months


def cost_against_size(system: System, copies: list[int], months: int, say=print) -> list[dict]:
    """One entry a size: staff, histories, nanoseconds a staff-month, bytes a staff member."""
    found, batches = [], []
    for n in copies:
        begin = time.process_time()
        batch = histories(lay_out(enlarged(system, n)), max(1, round(copies[-1] / n)))
        seconds = time.process_time() - begin
        batches.append(batch)
        found.append(
            {
                "copies": n,
                "staff": batch.setting.system.n_staff,
                "sites": batch.setting.system.n_sites,
                "histories": len(batch),
                "months": months,
                "set_up_seconds": seconds,
                "bytes": bytes_a_member(batch),
            }
        )
        say(f"  {batch.setting.system.n_staff:,} staff, set up in {seconds:.1f} s")
    times = _timed(batches, months)
    for entry, slices in zip(found, times.T, strict=True):
        entry["ns"] = float(slices.mean())
        entry["ns_slices"] = slices.tolist()
    return found


def _timed(batches: list[Batch], months: int) -> np.ndarray:
    """Nanoseconds of processor time a staff-month, by slice and batch; the batches in turn."""
    rows = []
    for _ in range(0, months, SLICE):
        row = []
        for batch in batches:
            begin = time.process_time()
            batch.advance(SLICE)
            seconds = time.process_time() - begin
            row.append(seconds * 1e9 / (SLICE * len(batch) * batch.setting.system.n_staff))
        rows.append(row)
    return np.array(rows)
