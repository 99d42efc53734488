"""Chunks on Dask workers: local ones, or those of a scheduler that runs already."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from itertools import islice
from typing import Any

import pyarrow as pa
from distributed import Client, KilledWorker, LocalCluster, Worker, WorkerPlugin, as_completed
from distributed.comm import CommClosedError

from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment.chunk import Chunks
from imr_sim.experiment.executors import AHEAD, DEATHS, Done, Shards, check_it_travels, undisturbed
from imr_sim.experiment.scenario import Scenario
from imr_sim.experiment.shard import Task

SECONDS_TO_CONNECT = 30
_shards: dict[str, Shards] = {}  # of a worker, by the digest of the scenario


class ScenarioPlugin(WorkerPlugin):
    """Gives the scenario once to every worker, those that join or begin again later included.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.name = scenario, f"imr-sim-{scenario.digest}"

    def setup(self, worker: Worker) -> None:
        """Lay the system out on a worker."""
        pa.set_cpu_count(1)
        _shards[self.scenario.digest] = Shards(self.scenario)

    def teardown(self, worker: Worker) -> None:
        """Forget it."""
        _shards.pop(self.scenario.digest, None)


def dask(
    scenario: Scenario, tasks: Iterator[Task], workers: int | None, scheduler: str | None
) -> Iterator[Done]:
    """Chunks on Dask workers; those of a worker that dies are given to another by Dask.

    Parameters
    ----------
    workers : int or None
        Processes of a cluster on this machine; None for one a core.
    scheduler : str or None
        Address of a running scheduler, e.g. ``"tcp://10.0.0.1:8786"``; it has its own workers.
    """
    with ExitStack() as stack:
        for name in [n for n in logging.root.manager.loggerDict if n.startswith("distributed")]:
            log = logging.getLogger(name)  # what it would say, the errors below say in words
            stack.callback(log.setLevel, log.level)
            log.setLevel(logging.CRITICAL)
        client = _connect(stack, scenario, workers, scheduler)
        plugin = ScenarioPlugin(scenario)
        try:
            check_it_travels(scenario)
            _register(client, plugin)
            stack.callback(_forget, client, plugin)
            yield from _run(client, scenario.digest, tasks)
        except (CancelledError, CommClosedError) as error:
            raise ImrSimError(
                "the Dask scheduler is gone. What is done is kept: resume= goes on"
            ) from error


def _run(client: Client, digest: str, tasks: Iterator[Task]) -> Iterator[Done]:
    running = as_completed()
    out: dict[Any, Task] = {}
    lost = 0
    while True:
        room = AHEAD * max(1, sum(client.nthreads().values())) - len(out)
        for task in islice(tasks, max(0, room)):
            future = client.submit(_on_worker, digest, task, pure=False)
            out[future.key] = task
            running.add(future)
        if not out:
            break
        future = next(running)
        task = out.pop(future.key)
        try:
            shard = future.result()
        except KilledWorker:
            lost += task[1] - task[0]
        else:
            yield task, shard
    if lost:
        raise ImrSimError(
            f"{lost:,} runs are not done: each time, the worker that had them died; is there "
            "enough memory for each worker? What is done is kept: resume= goes on"
        )


def _register(client: Client, plugin: ScenarioPlugin) -> None:
    """Give the plugin to all workers; one that dies meanwhile gets it when it begins again."""
    for attempt in range(DEATHS):
        try:
            client.register_plugin(plugin)
            return
        except (OSError, TimeoutError, RuntimeError, KilledWorker) as error:
            try:
                client.run_on_scheduler(str)  # does it answer?
            except (OSError, TimeoutError, RuntimeError):
                raise CancelledError from error
            if attempt == DEATHS - 1:
                raise ImrSimError(
                    f"Dask workers died {DEATHS} times as they began; is there enough memory for "
                    "each? What is done is kept: resume= goes on"
                ) from error


def _forget(client: Client, plugin: ScenarioPlugin) -> None:
    with suppress(OSError):  # a scheduler that is gone has forgotten
        client.unregister_worker_plugin(plugin.name)


def _on_worker(digest: str, task: Task) -> bytes:
    return _shards[digest](task)


def _connect(
    stack: ExitStack, scenario: Scenario, workers: int | None, scheduler: str | None
) -> Client:
    if scheduler is None:
        Chunks(scenario).warm()
        with undisturbed():  # so its threads, which start the workers, hand this on
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            )
            return stack.enter_context(Client(cluster))
    try:
        return stack.enter_context(Client(scheduler, timeout=SECONDS_TO_CONNECT))
    except (OSError, ValueError, TimeoutError) as error:
        raise RequestError(
            f"scheduler={scheduler}",
            where="sweep",
            why=f"no Dask scheduler answers there ({type(error).__name__})",
            write="Write its address as it prints it, e.g. tcp://10.0.0.1:8786.",
        ) from error
