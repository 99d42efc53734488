"""Serial, processes, Dask: the same rows from each, also when workers die."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.experiment import Design, Scenario, sweep
from imr_sim.experiment.store import SHARDS

RANGES = {"media": [0.05, 0.3], "a0": [-6.0, -3.0]}


def scenario(points=40, **changes):
    usual = {"start": "2014-01", "policy_start": "2015-01", "horizon": 12}
    usual |= {"strategies": ["mandate"], "reference": "none", "replicates": 2}
    design = Design.sample("lhs", points, RANGES, seed=3)
    return Scenario(**{"system": imr.load_system("small"), "design": design, **usual, **changes})


def merged(store) -> bytes:
    path = store.folder / "merged.parquet"
    store.merge(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return merged(sweep(scenario(), tmp_path_factory.mktemp("serial") / "s", executor="serial"))


@pytest.mark.parametrize(
    ("executor", "workers", "chunk"),
    [
        ("processes", 2, 7),
        ("dask", 2, 9),
        pytest.param("processes", 1, 80, marks=pytest.mark.slow),
        pytest.param("dask", 1, 20, marks=pytest.mark.slow),
    ],
)
def test_every_executor_gives_the_same_rows(tmp_path, expected, executor, workers, chunk):
    store = sweep(scenario(), tmp_path / "s", executor=executor, workers=workers, chunk=chunk)
    assert merged(store) == expected


def workers_of_this_process() -> list[psutil.Process]:
    """Worker processes, and not the tracker that Python starts beside them."""
    return [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]


def kill_one(folder: Path, done: threading.Event) -> None:
    """Kill one worker process as soon as a shard is there."""
    while not list((folder / SHARDS).glob("*.parquet")):
        time.sleep(0.01)
    workers_of_this_process()[0].kill()
    done.set()


@pytest.mark.parametrize("executor", ["processes", "dask"])
def test_the_chunks_of_a_killed_worker_are_run_again(tmp_path, expected, executor):
    """Two worker processes, one of them killed in the middle."""
    folder, killed = tmp_path / "s", threading.Event()
    killer = threading.Thread(target=kill_one, args=(folder, killed), daemon=True)
    killer.start()
    store = sweep(scenario(), folder, executor=executor, workers=2, chunk=1)
    assert killed.is_set(), "the sweep ended before a worker was killed"
    assert merged(store) == expected


def test_dask_uses_a_scheduler_that_runs_already(tmp_path, expected):
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        store = sweep(scenario(), tmp_path / "s", executor="dask", scheduler=address, chunk=30)
        assert merged(store) == expected


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "imr_sim.experiment.dask_executor", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RequestError, match=r"pip install 'imr-sim\[distributed\]'"):
        sweep(scenario(), tmp_path / "s", executor="dask", workers=1)


def test_an_address_where_nobody_answers_is_refused(tmp_path, monkeypatch):
    from imr_sim.experiment import dask_executor

    monkeypatch.setattr(dask_executor, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(RequestError, match="no Dask scheduler answers"):
        sweep(scenario(), tmp_path / "s", executor="dask", scheduler="tcp://127.0.0.1:9")
