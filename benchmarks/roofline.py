"""What must a staff-month cost on this core? Work is counted, each kind timed in its own loop.

Counted in four months of one history, evenly spread:

* calls of the generator for the leading digits of all posts, and for own draws of the few posts
  that the digits do not settle (with compilation off, `counted.py`);
* bytes read or written in order, each once: flags read and written, counters of aware ties of those
  who have not heard read, sites read and written;
* counters written out of order: for each person whose awareness or support changes, that of each
  of their listeners.

Timed, best of some runs: the generator called for many entities at once; reading in order, from an
array that fits the second cache, as a national history does; adding to the counters of the
listeners of random people. The sum of number times time is what a program that made the same draws
and changes could reach, with no rules at all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba
import numpy as np
import worlds
from histories import histories

from imr_sim.model.batch import Setting
from imr_sim.model.rng import HEAR, philox
from imr_sim.model.state import State

NEAR = 2**18  # bytes: fits the second cache
REPEATS = 7


def roofline(setting: Setting, months: int, far: int) -> dict[str, object]:
    """Number, nanoseconds each and nanoseconds a staff-month of each kind of work, and the sum.

    ``far`` is the size in bytes of an array that fits no cache: the rate of reading it stands
    beside the others, for systems much larger than the nation.
    """
    numbers = _counts(setting, months)
    draw = _draw_ns()
    each = {
        "digits": draw,
        "own": draw,
        "bytes": 1 / _read_rate(NEAR),
        "listeners": _listener_ns(setting),
    }
    return {
        "numbers": numbers,
        "each_ns": each,
        "ns": sum(numbers[name] * each[name] for name in each),
        "near_gb_s": 1 / each["bytes"],
        "far_gb_s": _read_rate(far),
    }


def _counts(setting: Setting, months: int) -> dict[str, float]:
    """How much of each kind of work a staff-month takes."""
    batch = histories(setting, 1)
    found = []
    for month in ((np.arange(4) + 0.5) / 4 * months).astype(int):
        batch.advance(setting.start + int(month) - batch.month)
        before = batch.branch()
        batch.advance(1)
        calls = _calls(setting, int(month), before.state, batch.state)
        was, has = worlds.flags(before), worlds.flags(batch)
        changes, listeners = _changes(setting, was, has)
        counters = before.state.within.itemsize + before.state.between.itemsize
        in_order = 2 * (before.state.flags.nbytes + before.state.sites.nbytes)
        in_order += counters * int((~was["AWARE"]).sum())
        made = (sum(calls["digits"].values()), sum(calls["own"].values()))
        found.append((*made, in_order, changes, listeners))
    means = np.mean(found, axis=0) / setting.system.n_staff
    names = ("digits", "own", "bytes", "changes", "listeners")
    return dict(zip(names, means.tolist(), strict=True))


def _calls(setting: Setting, month: int, before: State, after: State) -> dict[str, dict[str, int]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "month.npz"
        arrays = {f"before_{name}": getattr(before, name) for name in State._fields}
        arrays |= {f"after_{name}": getattr(after, name) for name in State._fields}
        np.savez(path, month=month, system=setting.system.name, **arrays)
        done = subprocess.run(
            [sys.executable, str(Path(__file__).parent / "counted.py"), str(path)],
            env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
    calls = json.loads(done.stdout)
    assert calls["as_compiled"], "the month ended otherwise with compilation off"
    return calls


def _changes(setting: Setting, before: dict, after: dict) -> tuple[int, int]:
    """Changes of awareness and support, and listeners of those who changed."""
    listeners = np.diff(setting.world.listener_ptr)[setting.slot]
    changed = [before[name][0] != after[name][0] for name in ("AWARE", "SUPPORTIVE")]
    return sum(int(c.sum()) for c in changed), sum(int(listeners[c].sum()) for c in changed)


WORDS = tuple(np.uint64(word) for word in (HEAR << 16, 1, 2, 3, 4))  # of a key: any will do


@numba.njit(error_model="numpy")
def _draw(n, code, replicate, draw, k0, k1):
    """The generator for n entities; all of its output is used."""
    a = b = c = d = np.uint64(0)
    for i in range(n):
        x0, x1, x2, x3 = philox(np.uint64(i), code, replicate, draw, k0, k1)
        a ^= x0
        b ^= x1
        c ^= x2
        d ^= x3
    return a ^ b ^ c ^ d


@numba.njit(error_model="numpy")
def _read(array, times):
    total = np.uint64(0)
    for t in range(times):
        turn = np.uint64(t)  # without it the sum would be made once
        for i in range(len(array)):
            total ^= array[i] + turn
    return total


@numba.njit(error_model="numpy")
def _tell(people, ptr, listeners, counters):
    for slot in people:
        for k in range(ptr[slot], ptr[slot + 1]):
            counters[listeners[k]] += 1


def _draw_ns(n: int = 2_000_000) -> float:
    _draw(1, *WORDS)
    return _best(lambda: _draw(n, *WORDS)) * 1e9 / n


def _read_rate(size: int) -> float:
    """Bytes a nanosecond read from an array of `size` bytes over and over."""
    array = np.arange(size // 8, dtype=np.uint64)
    times = max(1, 2**28 // size)
    _read(array, 1)
    return size * times / (_best(lambda: _read(array, times)) * 1e9)


def _listener_ns(setting: Setting, n: int = 50_000) -> float:
    """Nanoseconds a listener told, of random people in ascending order, as a month has them."""
    rng = np.random.default_rng(2)
    share = max(1, setting.system.n_staff // 100)
    months = [np.sort(rng.choice(setting.slot, share, False)) for _ in range(max(1, n // share))]
    people = np.concatenate(months)
    ptr, listeners = setting.world.listener_ptr, setting.world.listeners
    counters = np.zeros(len(ptr) - 1, histories(setting, 1).state.within.dtype)
    _tell(people[:1], ptr, listeners, counters)
    told = int(np.diff(ptr)[people].sum())
    return _best(lambda: _tell(people, ptr, listeners, counters)) * 1e9 / told


def _best(run) -> float:
    found = []
    for _ in range(REPEATS):
        begin = time.process_time()
        run()
        found.append(time.process_time() - begin)
    return min(found)
