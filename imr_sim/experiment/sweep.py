"""Run a scenario into a folder: begin, go on where it stopped, and survive what can happen."""

from __future__ import annotations

import os
import time
from pathlib import Path

from imr_sim import limits
from imr_sim.checks import whole_number
from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment.executors import EXECUTORS, end_if_begun_by_import, execute
from imr_sim.experiment.progress import ProgressCall
from imr_sim.experiment.scenario import Scenario
from imr_sim.experiment.store import Store
from imr_sim.strategies.checked import nearest

CHUNK_STAFF_MONTHS = 1_000_000_000  # about a quarter of a minute of one core (docs/scaling.md)
USUAL_CHUNK = 4096  # runs, at most
CHUNKS_A_WORKER = 4


def sweep(
    scenario: Scenario,
    folder: str | Path,
    *,
    executor: str = "processes",
    workers: int | None = None,
    scheduler: str | None = None,
    chunk: int | None = None,
    progress: ProgressCall | None = None,
) -> Store:
    """Run what is missing of a scenario's runs, and keep each chunk as soon as it is done.

    The rows depend on the scenario alone: not on executor, workers, chunks, or on how often the
    sweep was stopped and begun again. A run that fails becomes a row with its message.

    Parameters
    ----------
    scenario : Scenario
    folder : str or Path
        A new one, or one in which the same scenario was begun.
    executor : {"serial", "processes", "dask"}
        This process; several processes of this machine; Dask workers.
    workers : int or None
        Processes, or workers of a local Dask cluster; None for one a core.
    scheduler : str or None
        Address of a running Dask scheduler; None for a local cluster.
    chunk : int or None
        Runs that are handed out and kept at once; None for a number that takes some seconds.
    progress : callable or None
        Called with the share done (0 to 1) and a message.

    Returns
    -------
    Store
        Reads the rows: ``frame()``, ``array(outcome, strategy)``, ``failures()``, ``merge(path)``.

    Raises
    ------
    RequestError
        When an argument cannot work, or the folder holds another scenario's sweep.
    ImrSimError
        When workers died again and again; what is done is kept.
    """
    end_if_begun_by_import()
    _check(executor, workers, scheduler)
    size = whole_number(
        "chunk",
        usual_chunk(scenario, workers) if chunk is None else chunk,
        *limits.CHUNK_RUNS,
    )
    store = Store.begin(Path(folder), scenario)
    with store.locked():
        store.clean()
        finished = store.finished()
        report = _Report(progress, store.runs, sum(stop - first for first, stop in finished))
        tasks = store.missing(size, finished)
        if report.done < store.runs:
            for task, shard in execute(scenario, tasks, executor, workers, scheduler):
                store.write(task, shard)
                report(task[1] - task[0])
            if report.done < store.runs:
                raise ImrSimError(f"{store.runs - report.done:,} runs were not done; resume them")
    return store


def usual_chunk(scenario: Scenario, workers: int | None = None) -> int:
    """Runs a chunk that take some seconds, and chunks enough for every worker.

    So there are few files, little is lost when the sweep is stopped, and nobody waits.
    """
    run = scenario.run
    months = run.dates.before + run.dates.horizon * len(run.strategies)
    some_seconds = CHUNK_STAFF_MONTHS // (scenario.system.n_staff * months)
    shared = scenario.runs // (CHUNKS_A_WORKER * (workers or os.cpu_count() or 1))
    return max(1, min(some_seconds, shared, USUAL_CHUNK))


def _check(executor: str, workers: int | None, scheduler: str | None) -> None:
    if workers is not None:
        whole_number("workers", workers, *limits.WORKERS)
    given, why, write = "", "", ""
    if executor not in EXECUTORS:
        given, why = f"executor={executor}", "there is no such executor"
        write = nearest(executor, EXECUTORS)
    elif executor == "serial" and workers not in (None, 1):
        given, why = f"workers={workers}", "the serial executor works in one process"
        write = "Write executor=processes, or leave workers out."
    elif scheduler is not None and executor != "dask":
        given, why = f"scheduler={scheduler}", f"the executor {executor} has no scheduler"
        write = "Write executor=dask, or leave scheduler out."
    elif scheduler is not None and workers is not None:
        given, why = f"workers={workers}", "a running scheduler has its own workers"
        write = "Leave workers out."
    if given:
        raise RequestError(given, where="sweep", why=why, write=write)


class _Report:
    """Counts runs and passes on the share done, and how many a second."""

    def __init__(self, progress: ProgressCall | None, total: int, done: int) -> None:
        self.progress, self.total, self.done = progress, total, done
        self.began, self.before = time.monotonic(), done

    def __call__(self, runs: int) -> None:
        self.done += runs
        if self.progress:
            rate = (self.done - self.before) / max(time.monotonic() - self.began, 1e-9)
            message = f"{self.done:,} of {self.total:,} runs, {rate:,.3g} a second"
            self.progress(self.done / self.total, message)
