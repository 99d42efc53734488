"""Speed, memory and bytes of sweeps, and what they survive; the figures of docs/scaling.md.

    python benchmarks/sweep.py --json sweep.json                # all parts; some 20 minutes
    python benchmarks/sweep.py overhead workers --json two.json

Parts: overhead (of the runner over the engine), workers (two against one), memory (100,000 small
runs), kill (2,000 national histories killed twenty times), poison (50 bad points in 5,000).
``--scale 0.1`` makes all of them smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import psutil
from machine import describe
from report import rounded

import imr_sim as imr
from imr_sim.experiment import Design, Scenario, Store, sweep
from imr_sim.experiment.driver import CHUNK_HISTORIES
from imr_sim.experiment.store import SHARDS
from imr_sim.model.batch import Batch, Setting
from imr_sim.strategies import Strategy, Wish

NATIONAL = {"start": "2004-01", "policy_start": "2021-01", "horizon": 0}
VARY = ("media", "beta_within", "a0")
COMMAND = [sys.executable, "-m", "imr_sim.cli.main", "sweep"]
REPEATS = 3
START = 6  # seconds: a start, and some; kills fall before, while and after workers are at work


def national(points: int, **changes: object) -> Scenario:
    system, design = imr.load_system("va"), Design.sample("lhs", points, vary=VARY)
    return Scenario(**{"system": system, "design": design, **NATIONAL, **changes})


def content(folder: Path) -> bytes:
    """The merged table of a sweep, byte by byte."""
    with tempfile.TemporaryDirectory() as place:
        Store(folder).merge(Path(place) / "all.parquet")
        return (Path(place) / "all.parquet").read_bytes()


def overhead(place: Path, scale: float) -> dict[str, float]:
    """CPU seconds of a serial sweep against the engine alone, on the same batches, in turn."""
    n = max(CHUNK_HISTORIES, round(4 * scale) * CHUNK_HISTORIES)
    scenario = national(n)
    setting = Setting.of(scenario.system, scenario.seed, "2004-01", threads=1)
    zeros = np.zeros(CHUNK_HISTORIES, int)

    def engine() -> None:
        for first in range(0, n, CHUNK_HISTORIES):
            point = np.arange(first, first + CHUNK_HISTORIES)
            Batch(setting, scenario.values(point, zeros), zeros, zeros).advance(204)

    engine()  # compiled and warm
    times: dict[str, list[float]] = {"engine": [], "sweep": []}
    for i in range(REPEATS):
        for name, work in (
            ("engine", engine),
            ("sweep", lambda i=i: sweep(scenario, place / f"o{i}", executor="serial", chunk=n)),
        ):
            began = time.process_time()
            work()
            times[name].append(time.process_time() - began)
    best = {name: min(values) for name, values in times.items()}
    # Neighbours change the machine's speed from minute to minute: pairs in turn, their middle.
    ratios = [s / e for e, s in zip(times["engine"], times["sweep"], strict=True)]
    return {
        "histories": n,
        "engine_ms_a_history": 1000 * best["engine"] / n,
        "sweep_ms_a_history": 1000 * best["sweep"] / n,
        "overhead": float(np.median(ratios)) - 1,
    }


def workers(place: Path, scale: float) -> dict[str, float]:
    """Runs a second of one and of two workers, between the first and the last shard."""
    scenario = national(max(32, round(384 * scale)))
    found: dict[str, float] = {"histories": scenario.runs}
    for executor in ("processes", "dask"):
        for n in (1, 2):
            marks: list[float] = []
            before = time.process_time()
            sweep(
                scenario,
                place / f"{executor}{n}",
                executor=executor,
                workers=n,
                chunk=8,
                progress=lambda *_, marks=marks: marks.append(time.perf_counter()),
            )
            found[f"{executor}_{n}_parent_ms_a_run"] = (
                1000 * (time.process_time() - before) / scenario.runs
            )
            first = min(2 * n, len(marks) - 2)  # by then all workers are at work
            found[f"{executor}_{n}_a_second"] = (
                8 * (len(marks) - 1 - first) / (marks[-1] - marks[first])
            )
        one, two = (found[f"{executor}_{n}_a_second"] for n in (1, 2))
        found[f"{executor}_two_over_one"] = two / one
    return found


def memory(place: Path, scale: float) -> dict[str, float]:
    """Resident memory of the whole sweep from its tenth part on, and bytes a run."""
    scenario = Scenario(
        system=imr.load_system("small"),
        design=Design.sample("lhs", round(100_000 * scale), vary=VARY),
        **{**NATIONAL, "at": ["2012-12"]},
    )
    seen: list[tuple[float, int]] = []

    def note(done: float, _: str) -> None:
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        seen.append((done, sum(process.memory_info().rss for process in family)))

    began = time.perf_counter()
    store = sweep(scenario, place / "m", executor="processes", workers=2, chunk=500, progress=note)
    seconds = time.perf_counter() - began
    later = [rss for done, rss in seen if done >= 0.1]
    size = sum(p.stat().st_size for p in store.folder.rglob("*") if p.is_file())
    shards = sum(p.stat().st_size for p in (store.folder / SHARDS).iterdir())
    return {
        "runs": scenario.runs,
        "runs_a_second": scenario.runs / seconds,
        "rss_mb_at_a_tenth": later[0] / 1e6,
        "rss_mb_most_after": max(later) / 1e6,
        "rss_mb_least_after": min(later) / 1e6,
        "most_over_tenth": max(later) / later[0],
        "bytes_a_run_in_shards": shards / scenario.runs,
        "bytes_a_run_in_all": size / scenario.runs,
    }


def kill(place: Path, scale: float) -> dict[str, float]:
    """A national sweep killed at random moments, gone on with each time, against one left alone."""
    points, times = round(2000 * scale), max(3, round(20 * scale))
    ask = ["design.points=" + str(points), f"vary=[{','.join(VARY)}]", "horizon=0", "at=[]"]
    ask += ["executor=processes", "workers=2", "chunk=10", "quiet=true"]
    began = time.perf_counter()
    subprocess.run([*COMMAND, *ask, "out=whole"], cwd=place, check=True, stdout=subprocess.DEVNULL)
    whole = time.perf_counter() - began
    moments, killed, unfinished = random.Random(1), 0, 0
    argv = [*COMMAND, *ask, "out=part"]
    while True:
        process = subprocess.Popen(argv, cwd=place, stdout=subprocess.DEVNULL)
        if killed < times:
            try:
                process.wait(moments.uniform(0.5, whole / times + START))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                killed += 1
            process.wait()
        if process.wait() == 0:
            break
        unfinished += len(list((place / "part" / SHARDS).glob("*.tmp")))
        if (place / "part" / "manifest.json").exists():
            argv = [*COMMAND, "resume=part", "quiet=true"]
        else:
            subprocess.run(["rm", "-rf", "part"], cwd=place, check=True)
    frame = Store(place / "part").frame()
    runs = list(zip(frame["point"], frame["replicate"], strict=True))
    return {
        "histories": points,
        "killed": killed,
        "unfinished_files_left_by_kills": unfinished,
        "same_bytes_merged": content(place / "part") == content(place / "whole"),
        "runs_twice": len(runs) - len(set(runs)),
        "runs_missing": points - len(set(runs)),
    }


class Fails(Strategy):
    """Raises in the runs of some points, told by a luck that is theirs."""

    name, label = "fails", "fails"
    bound = 0.0

    def wish(self, view, delivered):
        if (view.luck[:, 0] < self.bound).any():
            raise ValueError("this strategy knows no answer")
        return Wish.nothing(view)


def poison(place: Path, scale: float) -> dict[str, object]:
    """Bad points among many: not a number, out of range, and a strategy that raises."""
    n, bad = round(5000 * scale), round(50 * scale)
    design = Design.sample("lhs", n, vary=VARY)
    usual = {**NATIONAL, "start": "2016-01", "horizon": 3, "seed": 1, "common_luck": False}
    system, values = imr.load_system("small"), design.values.copy()
    where = np.random.default_rng(1).choice(n, n, replace=False)
    a_third = bad // 3
    values[where[:a_third], 0] = np.nan
    values[where[a_third : 2 * a_third], 1] = 1e9
    setting = Setting.of(system, 1, "2016-01", threads=1)
    batch = Batch(setting, np.tile(_defaults(), (n, 1)), np.arange(n), 0)
    batch.begin_policy()
    luck = batch.policy.luck[:, 0]
    sound = np.setdiff1d(np.arange(n), where[: 2 * a_third])
    strategy = Fails()
    strategy.bound = float(np.sort(luck[sound])[bad - 2 * a_third])
    scenario = Scenario(
        system=system,
        design=Design(design.names, values, "poisoned"),
        strategies=[strategy],
        **usual,
    )
    store = sweep(scenario, place / "p", executor="serial")
    failures = list(store.failures())
    return {
        "points": n,
        "failure_rows": len(failures),
        "results": int(np.isfinite(store.array("vamcs_providing", "fails")).sum()),
        "messages": sorted({message.split("=")[0][:60] for _, _, message in failures}),
    }


def _defaults() -> np.ndarray:
    return np.array([imr.Parameters()[name] for name in imr.Parameters()])


PARTS = {"overhead": overhead, "workers": workers, "memory": memory, "kill": kill, "poison": poison}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args()
    found: dict[str, object] = {
        "date": date.today().isoformat(),
        "machine": describe(),
        "busy_before": os.getloadavg()[0],
    }
    if asked.json and asked.json.exists():
        found = json.loads(asked.json.read_text())
    for part in asked.parts:
        with tempfile.TemporaryDirectory() as place:
            found[part] = PARTS[part](Path(place), asked.scale)
        print(part, json.dumps(found[part], indent=2), flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(rounded(found), indent=2) + "\n")


if __name__ == "__main__":
    main()
