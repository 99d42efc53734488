"""The commands that fit: what they leave, how they go on, and what they refuse."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from imr_sim.cli.main import main

QUICK = [
    "system=small",
    "draws=20",
    "bank=40",
    "sweeps=1",
    "last_sweeps=1",
    "cheap=1",
    "figures=false",
    "quiet=true",
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys, *arguments) -> str:
    assert main(list(arguments)) == 2
    return capsys.readouterr().err


def test_calibrate_then_judge_then_use(capsys, here):
    assert main(["calibrate", *QUICK, "out=fit"]) == 0
    left = {p.name for p in (here / "fit").iterdir()}
    assert {"posterior.parquet", "points.parquet", "posterior.json", "posterior.nc"} <= left
    assert {"trace.csv", "identifiability.csv", "predictive.csv", "README.txt"} <= left
    assert "checkpoint.npz" not in left and ".part" not in left
    assert json.loads((here / "fit" / "manifest.json").read_text())["status"] == "done"
    assert "a judgement, not a finding" in capsys.readouterr().out
    small = ["bank=120", "worlds=10", "refit_draws=10", "full_worlds=1", "mechanism_histories=100"]
    small += ["fidelity_draws=10", "predictive_draws=20", "looks=2", "figures=false", "quiet=true"]
    assert main(["validate", "system=small", "calibration=fit", *small, "out=judged"]) == 0
    assert len(pd.read_csv("judged/calibration_ranks.csv")) == 10
    assert "parts" not in {p.name for p in (here / "judged").iterdir()}
    use = ["system=small", "parameters=fit/posterior.parquet", "draws=4", "horizon=2"]
    assert main(["compare", *use, "strategies=[mandate]", "figures=false", "quiet=true"]) == 0


def test_forecast_leaves_what_its_readers_rely_on(here):
    assert main(["forecast", *QUICK, "last_year=2018", "out=ahead"]) == 0
    table = pd.read_csv("ahead/forecast.csv")
    columns = ["year", "group", "mean", "lo", "hi", "observed", "n", "in_band"]
    assert list(table.columns[:8]) == columns
    assert sorted(table["year"].unique()) == list(range(2010, 2019))
    draws = pd.read_parquet("ahead/forecast_draws.parquet")
    names = ["draw", "replicate", "year", "group", "share", "reported_share"]
    assert list(draws.columns) == names


def test_a_killed_run_goes_on_to_the_same_draws(here):
    assert main(["calibrate", *QUICK, "last_sweeps=15", "out=whole"]) == 0
    command = [sys.executable, "-m", "imr_sim.cli.main", "calibrate", *QUICK]
    run = subprocess.Popen([*command, "last_sweeps=15", "out=killed"], env=os.environ)
    checkpoint = here / "killed" / "checkpoint.npz"
    until = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < until:
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert checkpoint.exists() and not (here / "killed" / "posterior.parquet").exists()
    assert main(["calibrate", "resume=killed", "quiet=true"]) == 0
    for name in ("posterior.parquet", "points.parquet", "trace.csv"):
        assert (here / "killed" / name).read_bytes() == (here / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["calibrate", "targets=[census_by]"], "there is no such target"),
        (["calibrate", "targets=[census_by_kind,census_margins]"], "the same evidence"),
        (["calibrate", "targets=[]"], "targets"),
        (["calibrate", "train_until=1995"], "nothing was observed"),
        (["calibrate", "bank=10", "draws=20"], "bank=20 or more"),
        (["calibrate", "draws=0"], "it is below 10"),
        (["calibrate", "start=2013-01"], "before the history"),
        (["calibrate", "resume=nowhere"], "there is no run in it"),
        (["calibrate", "resume=nowhere", "draws=20"], "keys that it was begun with"),
        (["forecast", "last_year=soon"], "not a whole number"),
        (["validate", "calibration=nowhere"], "not the result of a calibration"),
        (["validate", "worlds=1"], "it is below 10"),
        (["validate", "wrlds=20"], "Write worlds=... instead"),
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_left(capsys, here, arguments, says):
    assert says in refused(capsys, *arguments)
    assert list(here.iterdir()) == []


def test_a_finished_run_is_not_resumed(capsys, here):
    assert main(["forecast", *QUICK, "last_year=2017", "out=done"]) == 0
    assert "it is complete" in refused(capsys, "forecast", "resume=done")
    assert "no folder of imr-sim calibrate" in refused(capsys, "calibrate", "resume=done")


def test_a_spoilt_checkpoint_is_refused_and_left_as_it_was(capsys, here):
    assert main(["calibrate", *QUICK, "out=run"]) == 0
    manifest = here / "run" / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "status": "interrupted"}))
    (here / "run" / "checkpoint.npz").write_bytes(b"PK not really")
    assert "cannot be read as a checkpoint" in refused(capsys, "calibrate", "resume=run")
    assert (here / "run" / "checkpoint.npz").read_bytes() == b"PK not really"
    assert (here / "run" / "posterior.parquet").exists()
