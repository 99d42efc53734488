"""Scripts that call a sweep without a main guard, and strategies that no other process can read."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

import imr_sim as imr
from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment import Design, Scenario, sweep
from imr_sim.experiment.store import SHARDS
from imr_sim.strategies import Strategy, Wish

SCENARIO = """
    import imr_sim as imr
    def scenario(strategy):
        return imr.Scenario(
            system=imr.load_system("small"),
            design=imr.Design.sample("lhs", 6, {"media": (0.05, 0.3)}, seed=1),
            strategies=[strategy], policy_start="2004-06", horizon=3,
        )
"""
OWN = """
    class Own(imr.Strategy):
        name = label = "own"
        def wish(self, view, delivered):
            return imr.strategies.Wish.nothing(view)
"""


def script(folder, text, how="file") -> subprocess.CompletedProcess:
    text = textwrap.dedent(SCENARIO) + textwrap.dedent(text)
    (folder / "script.py").write_text(text)
    arguments = ["script.py"] if how == "file" else ["-c", text]
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_missing_main_guard_is_named(tmp_path, workers):
    ended = script(tmp_path, f"imr.sweep(scenario('champions'), 'out', workers={workers})")
    last = ended.stderr.strip().splitlines()[-1]
    assert "main guard" in last and '__name__ == "__main__"' in last
    assert "memory" not in ended.stderr
    assert ended.stderr.count("Traceback") == 1  # that of the script itself


def test_with_a_guard_a_class_of_the_script_travels(tmp_path):
    call = "if __name__ == '__main__': print(len(imr.sweep(scenario(Own()), 'out').frame()))"
    ended = script(tmp_path, textwrap.dedent(OWN) + call)
    assert (ended.returncode, ended.stdout.strip()) == (0, "6"), ended.stderr


def test_a_class_that_was_typed_in_is_named(tmp_path):
    call = "imr.sweep(scenario(Own()), 'out')"
    ended = script(tmp_path, textwrap.dedent(OWN) + call, how="-c")
    assert "was typed in" in ended.stderr.strip().splitlines()[-1]


def local_class(name):
    class Local(Strategy):
        label = name

        def wish(self, view, delivered):
            return Wish.nothing(view)

    Local.name = name
    return Local()


def scenario(strategy):
    return Scenario(
        system=imr.load_system("small"),
        design=Design.sample("lhs", 6, {"media": (0.05, 0.3)}, seed=1),
        strategies=[strategy],
        policy_start="2004-06",
        horizon=3,
    )


@pytest.mark.parametrize("executor", ["processes", "dask"])
def test_a_strategy_that_cannot_be_pickled_is_named(tmp_path, executor):
    with pytest.raises(RequestError, match="cannot be pickled"):
        sweep(scenario(local_class("own")), tmp_path / "s", executor=executor, workers=1)
    assert len(sweep(scenario(local_class("own")), tmp_path / "s", executor="serial").frame()) == 6


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_full_disk_ends_a_sweep_with_one_message(tmp_path, monkeypatch, after):
    """What is done stays, nothing temporary does, and the sweep can go on."""
    import os

    whole = sweep(scenario("none"), tmp_path / "whole", executor="serial", chunk=1)
    real, written = os.fsync, []

    def full(descriptor):
        written.append(descriptor)
        if os.fstat(descriptor).st_size and len(written) > 4 + 2 * after:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ImrSimError, match="No space left on device") as error:
        sweep(scenario("none"), tmp_path / "s", executor="serial", chunk=1)
    assert str(error.value).count("\n") == 0
    monkeypatch.undo()
    assert len(list((tmp_path / "s" / SHARDS).iterdir())) == after
    assert not list((tmp_path / "s").rglob("*.tmp"))
    again = sweep(scenario("none"), tmp_path / "s", executor="serial", chunk=1)
    assert again.frame().equals(whole.frame())


def test_a_full_disk_leaves_nothing_of_a_merge(tmp_path, monkeypatch):
    import os

    store = sweep(scenario("none"), tmp_path / "s", executor="serial")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ImrSimError, match="No space left on device"):
        store.merge(tmp_path / "rows.parquet")
    assert not list(tmp_path.glob("rows*"))
