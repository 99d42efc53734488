"""Who runs the chunks of a sweep: this process, several, or Dask workers. All give the same rows.

Every executor takes the chunks in any order from an iterator, holds only a few at a time, and
yields each with its shard when it is done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait as wait_for
from multiprocessing.reduction import ForkingPickler

import pyarrow as pa

from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment.chunk import Chunks
from imr_sim.experiment.scenario import Scenario
from imr_sim.experiment.shard import Task, encode

EXECUTORS = ("serial", "processes", "dask")
AHEAD = 2  # chunks handed out for each worker, so that none waits
DEATHS = 3  # in a row, with no chunk done in between, before a pool is given up
NO_GUARD = 78  # exit code of a worker process whose script would begin the sweep anew
Done = tuple[Task, bytes]


def execute(
    scenario: Scenario,
    tasks: Iterator[Task],
    executor: str = "processes",
    workers: int | None = None,
    scheduler: str | None = None,
) -> Iterator[Done]:
    """Run chunks of a scenario by the executor of this name; see `imr_sim.experiment.sweep`."""
    if executor == "serial":
        return serial(scenario, tasks)
    if executor == "processes":
        return processes(scenario, tasks, workers or os.cpu_count() or 1)
    try:
        from imr_sim.experiment.dask_executor import dask
    except ImportError as error:
        raise RequestError(
            "executor=dask",
            where="sweep",
            why=f"it needs the extra `distributed` ({error})",
            write="Install it: pip install 'imr-sim[distributed]'.",
        ) from None
    return dask(scenario, tasks, workers, scheduler)


class Shards:
    """Makes the shards of one scenario.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario) -> None:
        self.chunks = Chunks(scenario)

    def __call__(self, task: Task) -> bytes:
        """The shard of these runs."""
        return encode(self.chunks.table(*task), self.chunks.scenario.digest, task)


def serial(scenario: Scenario, tasks: Iterator[Task]) -> Iterator[Done]:
    """One chunk after the other, in this process."""
    shard = Shards(scenario)
    for task in tasks:
        yield task, shard(task)


def processes(scenario: Scenario, tasks: Iterator[Task], workers: int) -> Iterator[Done]:
    """Chunks in processes of this machine; those of a process that dies are run again."""
    check_it_travels(scenario)
    Chunks(scenario).warm()
    again: list[Task] = []
    deaths = 0
    while True:
        with undisturbed():
            pool = ProcessPoolExecutor(
                workers, multiprocessing.get_context("spawn"), _begin_process, (scenario,)
            )
        out: dict[Future[bytes], Task] = {}
        started = pool._processes  # the pool forgets them when it breaks
        try:
            while True:
                with undisturbed():  # processes are started here, as they are needed
                    while len(out) < AHEAD * workers and (task := _next(again, tasks)):
                        again.append(task)  # until the pool has it: it may be broken already
                        future = pool.submit(_in_process, task)
                        out[future] = again.pop()
                if not out:
                    return
                for future in wait(out, return_when=FIRST_COMPLETED).done:
                    result = future.result()
                    deaths = 0
                    yield out.pop(future), result
        except BrokenProcessPool:
            again += out.values()
            deaths += 1
            if any(_exit_code(process) == NO_GUARD for process in started.values()):
                raise RequestError(
                    "executor=processes",
                    where="sweep",
                    why="each process reads the script that called it, and this script has no "
                    "main guard, so that every process would begin the sweep anew",
                    write='Write the call under `if __name__ == "__main__":`, or '
                    "executor='serial'.",
                ) from None
            if deaths == DEATHS:
                raise ImrSimError(
                    f"worker processes died {DEATHS} times in a row; is there enough memory for "
                    f"{workers}? What is done is kept: resume= goes on"
                ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def end_if_begun_by_import() -> None:
    """End a worker process that reads a script without a main guard, before it begins a sweep."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(NO_GUARD)


def check_it_travels(scenario: Scenario) -> None:
    """Raise RequestError when other processes cannot be given the scenario's strategies."""
    why = ""
    for strategy in scenario.run.strategies:
        kind = type(strategy)
        main = sys.modules.get("__main__")
        try:
            ForkingPickler.dumps(strategy)
        except Exception as error:  # whatever a class of the user's raises
            why = f"strategy {strategy.name!r} cannot be pickled: {error}"
        if kind.__module__ == "__main__" and not hasattr(main, "__file__"):
            why = f"its class {kind.__qualname__} was typed in, and other processes cannot read it"
    if why:
        raise RequestError(
            "strategies",
            where="sweep",
            why=why,
            write="Define the class at the top of a file that can be imported, or write "
            "executor='serial'.",
        )


def _exit_code(process: multiprocessing.process.BaseProcess) -> int | None:
    process.join(1)
    return process.exitcode


_shards: Shards | None = None  # of a worker process, for its whole life


def _begin_process(scenario: Scenario) -> None:
    global _shards
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pa.set_cpu_count(1)
    _shards = Shards(scenario)


def _in_process(task: Task) -> bytes:
    assert _shards is not None
    return _shards(task)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however that ended."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait_for([parent.sentinel])
    os._exit(1)


def _next(again: list[Task], tasks: Iterator[Task]) -> Task | None:
    return again.pop() if again else next(tasks, None)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Processes started in here never hear Ctrl-C: the command does, and ends them.

    Python's tracker of semaphores, started with them, clears up after a command that was ended
    in the middle; it need not say so.
    """
    said = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [said, "ignore:resource_tracker"]))
    mask = getattr(signal, "pthread_sigmask", None)  # Windows has none
    before = mask and mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if mask:
            mask(signal.SIG_SETMASK, before)
        if said is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = said
