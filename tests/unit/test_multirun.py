"""`--multirun`: a handful of runs, each in its folder."""

import json
import os

import pytest

from imr_sim.cli.main import main

TINY = ["system=small", "draws=1", "months=2", "figures=false", "quiet=true"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(folder):
    return json.loads((folder / "manifest.json").read_text())["config"]


@pytest.mark.parametrize("flag", ["--multirun", "-m"])
def test_each_combination_is_a_run_of_its_own(capsys, here, flag):
    ask = [flag, *TINY, "strategy=none,mandate", "seed=range(0,2)", "out=runs"]
    assert main(["simulate", *ask]) == 0
    asked = [config(here / "runs" / str(i)) for i in range(4)]
    assert [(c["strategy"], c["seed"]) for c in asked] == [
        ("none", 0), ("none", 1), ("mandate", 0), ("mandate", 1)
    ]  # fmt: skip
    out = capsys.readouterr().out
    assert "[3 of 4] strategy=mandate seed=0" in out


def test_lists_and_paths_with_signs_stay_single_values(here):
    ask = ["-m", *TINY, "parameters.media=0.1,0.2", "out=a [b]"]
    assert main(["simulate", *ask]) == 0
    assert sorted(os.listdir("a [b]")) == ["0", "1"]
    assert config(here / "a [b]" / "1")["parameters"]["media"] == 0.2


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["simulate", "-m", "seed=1,x"], "seed=x: it is not a whole number"),
        (["simulate", "-m", "colour=1,2"], "colour"),
        (["simulate", "-m", "seed=range(0,101)"], "more than 100 runs"),
        (["sweep", "-m", "seed=1,2"], "runs many by itself"),
        (["describe", "-m", "system"], "runs many by itself"),
    ],
)
def test_what_cannot_be_run_several_times_is_refused_before_any_run(capsys, argv, words):
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert words in err and out == ""
    assert os.listdir() == []


def test_several_values_without_the_flag_are_still_refused(capsys):
    assert main(["simulate", "seed=1,2"]) == 2
    assert "--multirun" in capsys.readouterr().err
