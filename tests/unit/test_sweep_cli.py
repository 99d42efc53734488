"""`imr-sim sweep`: begun, interrupted, gone on with, looked at, merged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import yaml

from imr_sim.cli.commands.sweep.inputs import load_sweep
from imr_sim.cli.main import main
from imr_sim.cli.request.read import read_request
from imr_sim.errors import RequestError
from imr_sim.experiment import Store

TINY = [
    "sweep",
    "system=small",
    "start=2018-01",
    "policy_start=2019-01",
    "horizon=6",
    "at=[]",
    "executor=serial",
    "quiet=true",
]
RANGES = "design.ranges={media: [0.05, 0.3], a0: [-6, -3]}"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def done(capsys, *argv):
    """Run a command that must succeed; its standard output."""
    code = main(list(argv))
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def refused(capsys, argv, words):
    assert main(list(argv)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err, err


def test_a_sweep_leaves_a_folder_that_explains_itself(capsys, here):
    out = done(
        capsys,
        *TINY,
        RANGES,
        "design.points=6",
        "strategies=[champions]",
        "reference=none",
        "out=s",
    )
    assert "6 of 6 runs worked, 0 failed." in out
    assert "DEFAULT parameters" in out and "INVENTED" in out
    frame = pd.read_parquet(here / "s/shards")
    assert list(zip(frame.point, frame.strategy, strict=True)) == [
        (p, s) for p in range(6) for s in ("none", "champions")
    ]
    said = json.loads((here / "s/manifest.json").read_text())
    assert (said["status"], said["command"]) == ("done", "sweep")
    assert said["config"] == yaml.safe_load((here / "s/config.yaml").read_text())
    explained = (here / "s/README.txt").read_text()
    for path in here.joinpath("s").iterdir():
        assert path.name in ("README.txt", ".lock") or f"{path.name}: " in explained


def test_status_and_merge_tell_of_a_sweep(capsys, here):
    done(capsys, *TINY, RANGES, "design=grid", "design.points=4", "out=s")
    assert "s: done\n4 of 4 runs finished (100%)" in done(capsys, "sweep", "status", "s")
    assert "4 rows, written to s/runs.parquet" in done(capsys, "sweep", "merge", "s")
    done(capsys, "sweep", "merge", "s", "out=one.parquet")
    merged = pd.read_parquet("one.parquet")
    assert sorted(zip(merged.media, merged.a0, strict=True)) == [
        (0.05, -6), (0.05, -3), (0.3, -6), (0.3, -3)
    ]  # fmt: skip
    refused(capsys, ["sweep", "merge", "s", "out=one.parquet"], "exists already")
    refused(capsys, ["sweep", "status"], "does not name one sweep")
    refused(capsys, ["sweep", "status", "nowhere"], "no sweep")


def test_poisoned_points_are_rows_and_the_command_succeeds(capsys, here):
    lines = ["media,a0", *["0.1,-4"] * 5, "nan,-4", "99,-4", "0.2,"]
    (here / "mine.csv").write_text("\n".join(lines) + "\n")
    out = done(capsys, *TINY, "design=mine.csv", "out=s")
    assert "5 of 8 runs worked, 3 failed." in out
    assert "1 x media=nan: it is not a finite number" in out
    frame = pd.read_parquet(here / "s/shards")
    assert frame["error"].notna().tolist() == [False] * 5 + [True] * 3
    files = json.loads((here / "s/manifest.json").read_text())["inputs"]["files"]
    assert files["design"]["path"] == "mine.csv"


def test_a_sweep_in_which_nothing_works_has_failed(capsys, here):
    (here / "mine.csv").write_text("media\n99\n98\n")
    assert main([*TINY, "design=mine.csv", "out=s"]) == 1
    assert "every run failed; the first: media=99" in capsys.readouterr().err
    assert json.loads((here / "s/manifest.json").read_text())["status"] == "failed"


def test_posterior_draws_are_points_with_luck_of_their_own():
    request = read_request("sweep", ["system=small", "design=posterior", "design.points=12"])
    scenario = load_sweep(request).scenario
    assert len(scenario.design) == scenario.runs == 12
    assert not scenario.common_luck


def test_a_preset_comes_after_what_is_written(here):
    (here / "mine.yaml").write_text("design: sobol\nreplicates: 3\nparameters: prior\n")
    request = read_request("sweep", ["experiment=mine.yaml", "replicates=2"])
    assert (request.design.kind, request.replicates) == ("sobol", 2)
    assert request.parameters["set"] == "prior"
    assert request.experiment == "mine.yaml"
    assert read_request("sweep", []).design.kind == "lhs", "a preset leaves no trace"


def test_the_request_of_an_earlier_sweep_is_a_preset(capsys, here):
    done(capsys, *TINY, RANGES, "design.points=3", "out=s")
    done(capsys, "sweep", "experiment=s/config.yaml", "out=again")
    one, two = (pd.read_parquet(here / name / "shards") for name in ("s", "again"))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["design=lsh"], "design=lsh: no design or file"),
        (["design.pints=5"], "design.pints"),
        (["design.points=0"], "design.points=0: it is below 1"),
        (["design.points=x"], "not a whole number"),
        (["design.ranges={media: 3}"], "design.ranges"),
        (["design.ranges={medea: [0, 1]}"], "media"),
        (["vary=media"], "vary"),
        (["vary=[medea]"], "media"),
        (["design=posterior", "vary=[media]"], "have values already"),
        (["executor=threads"], "Write serial, processes or dask"),
        (["executor=serial", "workers=2"], "one process"),
        (["scheduler=tcp://x"], "has no scheduler"),
        (["experiment=nothing"], "no preset or file"),
        (["experiment=posterior"], "no such key"),
        (["policy_start=2003-01"], "policy_start"),
        (["at=[2040-01]"], "not within"),
        (["outcomes=[adoption]"], "no such outcome"),
        (["parameters=prior", "replicates=2", "parameters.medea=1"], "media"),
        (["resume=nowhere", "quiet=true"], "there is no run in it"),
        (["resume=nowhere", "seed=2"], "keys that it was begun with"),
        (["strategies=[none]", "reference=none"], "nothing to compare"),
    ],
)
def test_a_wrong_request_is_refused(capsys, here, argv, words):
    refused(capsys, ["sweep", *argv], words)
    assert os.listdir() == []


def test_a_folder_of_another_command_is_no_sweep(capsys, here):
    done(capsys, "simulate", "system=small", "draws=1", "months=2", "figures=false", "out=h")
    refused(capsys, ["sweep", "resume=h"], "no folder of imr-sim sweep")


def test_a_sweep_whose_files_changed_does_not_go_on(capsys, here):
    from imr_sim.paths import configs

    text = (configs() / "strategy/mandate.yaml").read_text().replace("name: mandate", "name: mine")
    (here / "mine.yaml").write_text(text)
    done(capsys, *TINY, RANGES, "design.points=3", "strategies=[mine.yaml]", "out=s")
    before = (here / "s/manifest.json").read_text()
    changed = (configs() / "strategy/training.yaml").read_text()
    (here / "mine.yaml").write_text(changed.replace("name: training", "name: mine"))
    refused(capsys, ["sweep", "resume=s"], "would be mixed")
    assert (here / "s/manifest.json").read_text() == before


LONG = [*TINY, RANGES, "design.points=3000", "out=s", "chunk=50"]


def start(*argv):
    command = [sys.executable, "-m", "imr_sim.cli.main", *argv]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def shards(folder):
    return list(folder.glob("s/shards/*.parquet"))


def wait_for_a_shard(folder, process):
    while not shards(folder):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("executor", "number"),
    [
        ("processes", signal.SIGINT),
        ("serial", signal.SIGTERM),
        pytest.param("processes", signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param("serial", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_an_interrupted_sweep_ends_at_once_and_goes_on(capsys, here, executor, number):
    process = start(*LONG, f"executor={executor}")
    wait_for_a_shard(here, process)
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=20) == 130
    assert time.monotonic() - began < 2
    _, err = process.communicate(timeout=20)
    assert err.splitlines()[-1].startswith("imr-sim: interrupted")
    assert "Traceback" not in err
    assert json.loads((here / "s/manifest.json").read_text())["status"] == "interrupted"
    done_before = len(shards(here))
    assert "interrupted" in done(capsys, "sweep", "status", "s")
    out = done(capsys, "sweep", "resume=s", "executor=serial", "chunk=1000")
    assert "3,000 of 3,000 runs worked" in out
    assert len(shards(here)) >= done_before
    said = json.loads((here / "s/manifest.json").read_text())
    assert said["status"] == "done" and len(said["resumed"]) == 1
    assert len(pd.read_parquet(here / "s/shards")) == 3000


def test_a_killed_sweep_leaves_no_workers_behind(here):
    import psutil

    process = start(*LONG, "executor=processes", "workers=2")
    wait_for_a_shard(here, process)
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


def test_what_is_asked_of_a_sweep_that_does_not_exist_is_refused_before_it_is_made(here):
    with pytest.raises(RequestError):
        read_request("sweep", ["resume=s"])
    assert os.listdir() == []


def test_a_row_becomes_its_history_in_one_step(capsys, here):
    keys = ["strategies=[none,mandate]", "replicates=2", "seed=5", "luck=own"]
    done(capsys, *TINY, RANGES, "design.points=3", *keys, "out=s")
    row = ["sweep=s", "row=[2,1]", "strategy=mandate", "figures=false", "quiet=true", "out=h"]
    done(capsys, "simulate", *row)
    rows = Store("s").frame()
    wanted = rows[(rows.point == 2) & (rows.replicate == 1) & (rows.strategy == "mandate")]
    months = pd.read_parquet("h/site_months.parquet")
    last = months[months["month"] == months["month"].max()]
    assert last["providing"].sum() == wanted["vamcs_providing"].item()
    assert last["aware"].sum() == wanted["aware_staff"].item()
    manifest = json.loads((here / "h/manifest.json").read_text())
    assert manifest["scenario"] == Store("s").about["scenario"] and manifest["seed"] == 5


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["row=[0,0]"], "a row is one of a sweep"),
        (["sweep=s"], "a row is one of a sweep"),
        (["sweep=nowhere", "row=[0,0]"], "nowhere"),
        (["sweep=s", "row=[3,0]"], "point=3"),
        (["sweep=s", "row=[0,1]"], "replicate=1"),
        (["sweep=s", "row=[0,0]", "strategy=champions"], "strategy=champions"),
        (["sweep=s", "row=[0]"], "row"),
    ],
)
def test_a_row_that_there_is_not_is_refused(capsys, here, keys, words):
    done(capsys, *TINY, RANGES, "design.points=3", "out=s")
    refused(capsys, ["simulate", *keys, "out=h"], words)
    assert not (here / "h").exists()
