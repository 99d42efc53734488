"""A wrong request: exit code 2, one message that says what, where and what to write, no trace."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from imr_sim.cli.main import main
from imr_sim.model.parameters import prior
from imr_sim.system import load_system, save_system

SMALL = "system=small"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A user's system folder: sites.csv, staff.csv, ties.csv, network.graphml."""
    folder = tmp_path_factory.mktemp("exported") / "mine"
    save_system(load_system("small"), folder)
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def mine(here, exported):
    """A copy of the user's system in the working folder, to be spoiled."""
    return Path(shutil.copytree(exported, here / "mine"))


def refused(capsys, argv, *words):
    """Run in the working folder; assert a clean refusal whose message holds `words`."""
    before = sorted(os.walk("."))
    code = main(argv)
    out, err = capsys.readouterr()
    assert code == 2, (code, out, err)
    assert out == ""
    assert "Traceback" not in err
    assert err.startswith("imr-sim: ")
    assert err.count("imr-sim: ") == 1
    assert sorted(os.walk(".")) == before, "something was left behind"
    for word in words:
        assert str(word) in err, err


COMPARE = {
    "misspelt key": (["horizn=5"], "horizn", "Write horizon="),
    "added unknown key": (["+horizn=5"], "horizn", "Write horizon="),
    "key of no command": (["colour=red"], "colour", "Its keys: system"),
    "key of another command": (["months=12"], "months"),
    "no key at all": (["facilitation"], "facilitation", "key=value"),
    "an option instead of a key": (["--horizon=5"], "--horizon=5", "key=value"),
    "bracket left open": (["strategies=[none"], "strategies=[none"),
    "key removed": (["~horizon"], "horizon", "Write horizon=value"),
    "list without brackets": (["strategies=none,mandate"], "Write strategies=[none,mandate]"),
    "code to run": (["+_target_=os.system"], "_target_", "never runs code"),
    "code to run in a value": (["strategies=[{_target_:os.system}]"], "never runs code"),
    "interpolation of nothing": (["out=${nothing.here}"], "nothing.here"),
    "horizon of zero": (["horizon=0"], "horizon=0", "Write a whole number"),
    "horizon of one and a half": (["horizon=1.5"], "horizon=1.5", "not a whole number"),
    "horizon of a millennium": (["horizon=12000"], "horizon=12000", "1 to 2,400"),
    "horizon true": (["horizon=true"], "not a whole number"),
    "budget of lots": (["budget=lots"], "budget=lots", "budget=5e6"),
    "negative budget": (["budget=-1"], "budget=-1", "budget=5e6"),
    "infinite budget": (["budget=inf"], "budget=inf", "finite"),
    "no draws": (["draws=0"], "draws=0", "from 1"),
    "more draws than the set holds": (["parameters=default", "draws=7"], "draws=7", "holds 1"),
    "no replicates": (["replicates=0"], "replicates=0", "from 1"),
    "negative seed": (["seed=-1"], "seed=-1", "from 0"),
    "seed in words": (["seed=lucky"], "seed=lucky", "whole number"),
    "no threads": (["threads=0"], "threads=0", "from 1"),
    "thirteenth month": (["start=2004-13"], "start=2004-13", "2004-01"),
    "year without month": (["policy_start=2021"], "policy_start=2021", "2021-01"),
    "history that starts after the policy": (["start=2028-01"], "2028-01", "2027-01"),
    "figures maybe": (["figures=maybe"], "figures=maybe", "true or false"),
    "unknown strategy": (["strategies=[facilitatoin]"], "facilitatoin", "facilitation"),
    "no strategies": (["strategies=[]"], "strategies=[]", "at least one"),
    "only the reference": (["strategies=[none]"], "strategies=[none]", "reference"),
    "one strategy twice": (["strategies=[mandate,mandate]"], "mandate", "once"),
    "strategies that are no list": (["strategies=mandate"], "strategies=mandate", "list"),
    "unknown reference": (["reference=nothing"], "nothing"),
    "strategy file that is missing": (["strategies=[my.yaml]"], "my.yaml"),
    "unknown parameter": (["parameters.medai=0.1"], "medai", "media"),
    "negative rate": (["parameters.media=-0.1"], "media", "from 0"),
    "parameter not a number": (["parameters.media=nan"], "media", "not a finite number"),
    "parameter in words": (["parameters.media=high"], "media", "not a number"),
    "unknown parameter set": (["parameters=posteriour"], "posteriour", "Write posterior"),
    "parameter file that is missing": (["parameters=draws.parquet"], "draws.parquet"),
}


@pytest.mark.parametrize("case", COMPARE.values(), ids=COMPARE)
def test_compare_refuses(case, capsys, here):
    argv, *words = case
    refused(capsys, ["compare", SMALL, *argv], *words)


COMMANDS = (
    "compare, simulate, sweep, sensitivity, discover, trial, diffusion, calibrate, forecast, "
    "validate, describe"
)
OTHERS = {
    "unknown command": (["comparre"], "comparre", COMMANDS),
    "command of a later version": (
        ["optimize"],
        "optimize",
        COMMANDS,
    ),
    "unknown topic": (["describe", "sistem"], "sistem", "system"),
    "no topic": (["describe"], "system|parameters|practices|strategies|trials|schedule"),
    "key that a topic lacks": (["describe", "parameters", "out=x"], "out=x", "no keys"),
    "system that does not exist": (["describe", "system", "system=nowhere"], "nowhere"),
    "two strategies in one history": (["simulate", SMALL, "strategies=[none]"], "strategies"),
    "policy before the history": (["simulate", SMALL, "policy_start=2003-12"], "2003-12"),
    "policy after the history": (["simulate", SMALL, "months=12", "policy_start=2010-01"], "2010"),
    "no months": (["simulate", SMALL, "months=0"], "months=0"),
    "events sometimes": (["simulate", SMALL, "events=sometimes"], "events=sometimes"),
    "unknown study": (["simulate", SMALL, "study=census"], "study=census", "facility_census"),
    "a date of no study": (["simulate", SMALL, "study_date=2012-03"], "there is no study"),
    "a size of no study": (["simulate", SMALL, "study_size=90"], "there is no study"),
    "study after the history": (
        ["simulate", SMALL, "study=national_survey", "study_date=2021-01"],
        "study_date=2021-01",
        "204 months",
    ),
    "study before the history": (
        ["simulate", SMALL, "study=facility_census", "months=24"],
        "study_date=2017-04",
        "24 months",
    ),
    "more sites than there are": (
        ["simulate", SMALL, "study=interview_study", "study_size=13"],
        "study_size=13",
        "2 to 12",
    ),
    "a survey of nobody": (
        ["simulate", SMALL, "study=national_survey", "study_size=0"],
        "study_size=0",
    ),
}


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_other_commands_refuse(case, capsys, here):
    argv, *words = case
    refused(capsys, argv, *words)


def test_several_errors_are_told_at_once(capsys, here):
    refused(capsys, ["compare", "horizon=0", "seed=x", "budget=-1"], "horizon=0", "seed=x", "-1")


def test_output_folder_that_exists(capsys, here):
    (here / "taken").mkdir()
    refused(capsys, ["compare", SMALL, "out=taken"], "taken", "exists already")


@pytest.mark.parametrize("argv", [["compare"], ["simulate"], ["describe", "system"]], ids=" ".join)
def test_output_folder_that_cannot_be_made(argv, capsys, here):
    (here / "file").write_text("not a folder")
    refused(capsys, [*argv, SMALL, "out=file/below"], "below", "not a folder")


def test_output_folder_on_a_full_or_read_only_disk(capsys, here, monkeypatch):
    def no_room(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", no_room)
    refused(capsys, ["compare", SMALL, "out=results"], "results", "Read-only file system")


def spoil(path, old, new, count=1):
    """Replace text in a file; the test is void if it does not stand there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), "utf-8")


def spoil_cell(path, column, value, row=0):
    """Set one cell of a CSV file."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[row, column] = value
    table.to_csv(path, index=False)


def drop_column(path, column):
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.drop(columns=column).to_csv(path, index=False)


SPOILT = {
    "no sites.csv": (lambda f: (f / "sites.csv").unlink(), "sites.csv"),
    "empty sites": (lambda f: (f / "sites.csv").write_text(""), "sites.csv", "empty"),
    "not UTF-8": (
        lambda f: (f / "sites.csv").write_bytes((f / "sites.csv").read_bytes() + b"\xff\xfe\xe9"),
        "sites.csv",
        "UTF-8",
    ),
    "missing column": (lambda f: drop_column(f / "sites.csv", "latitude"), "latitude"),
    "latitude of 400": (lambda f: spoil_cell(f / "sites.csv", "latitude", "400"), "400", "row"),
    "latitude in words": (lambda f: spoil_cell(f / "sites.csv", "latitude", "north"), "north"),
    "no patients": (lambda f: spoil_cell(f / "sites.csv", "patients", "-5"), "-5"),
    "unknown rurality": (lambda f: spoil_cell(f / "sites.csv", "rurality", "leafy"), "leafy"),
    "unknown column": (lambda f: spoil(f / "sites.csv", "latitude", "lattitude"), "lattitude"),
    "unknown role": (lambda f: spoil_cell(f / "staff.csv", "role", "wizard"), "wizard"),
    "staff of an unknown site": (lambda f: spoil_cell(f / "staff.csv", "station", "000"), "000"),
    "ties to unknown staff": (lambda f: spoil_cell(f / "ties.csv", "to", "nobody"), "nobody"),
    "broken GraphML": (
        lambda f: ((f / "ties.csv").unlink(), (f / "network.graphml").write_text("<graphml>")),
        "network.graphml",
    ),
}


@pytest.mark.parametrize("case", SPOILT.values(), ids=SPOILT)
def test_spoilt_system_is_refused(case, capsys, mine):
    spoiler, *words = case
    spoiler(mine)
    refused(capsys, ["compare", "system=mine"], *words)


def test_duplicate_stations_are_refused(capsys, mine):
    sites = mine / "sites.csv"
    spoil_cell(sites, "station", pd.read_csv(sites, dtype=str).station[0], row=1)
    refused(capsys, ["compare", "system=mine"], "station", "sites.csv")


DRAWS = {
    "truncated": (lambda p: p.write_bytes(p.read_bytes()[:-200]), "draws.parquet"),
    "no Parquet": (lambda p: p.write_text("media,0.1\n"), "draws.parquet"),
    "an unknown column": (lambda p: pd.read_parquet(p).assign(medai=1.0).to_parquet(p), "medai"),
    "a gap": (lambda p: pd.read_parquet(p).assign(media=float("nan")).to_parquet(p), "media"),
    "out of range": (lambda p: pd.read_parquet(p).assign(media=-1.0).to_parquet(p), "media"),
    "words": (lambda p: pd.read_parquet(p).assign(media="high").to_parquet(p), "media"),
    "no draws": (lambda p: pd.read_parquet(p).iloc[:0].to_parquet(p), "draws.parquet"),
}


@pytest.mark.parametrize("case", DRAWS.values(), ids=DRAWS)
def test_spoilt_draws_are_refused(case, capsys, here):
    spoiler, *words = case
    prior(4, seed=0).frame().to_parquet(here / "draws.parquet")
    spoiler(here / "draws.parquet")
    refused(capsys, ["compare", SMALL, "parameters=draws.parquet"], *words)


STRATEGY = """\
name: mine
label: Mine
description: One of my own.
components:
  - lever: facilitation
    dose: 1.0
    who: {rule: random, sites: 3}
    when: {months: 12}
"""
SPOILT_STRATEGY = {
    "Python tag": ("dose: 1.0", "dose: !!python/object/apply:os.getcwd []", "tags"),
    "unknown lever": ("lever: facilitation", "lever: facilitatoin", "facilitatoin", "facilitation"),
    "negative dose": ("dose: 1.0", "dose: -1.0", "dose", "-1.0"),
    "dose in words": ("dose: 1.0", "dose: high", "dose", "high"),
    "misspelt key": ("who:", "whom:", "whom", "who"),
    "unknown rule": ("rule: random", "rule: randomly", "randomly", "random"),
    "no time at all": ("months: 12", "months: 0", "months", "0"),
    "VISN that does not exist": ("sites: 3", "visns: [99]", "99", "visn"),
    "station that does not exist": ("rule: random, sites: 3", "rule: list, stations: [X9]", "X9"),
    "no name": ("name: mine\n", "", "name"),
    "a key twice": ("label: Mine", "label: Mine\nlabel: Yours", "label"),
    "no YAML": ("{rule: random, sites: 3}", "{rule: random", "line"),
    "words instead of a strategy": (STRATEGY, "facilitate everywhere", "facilitate everywhere"),
}


@pytest.mark.parametrize("case", SPOILT_STRATEGY.values(), ids=SPOILT_STRATEGY)
@pytest.mark.parametrize("command", ["compare", "simulate"])
def test_spoilt_strategy_file_is_refused(command, case, capsys, here):
    old, new, *words = case
    (here / "mine.yaml").write_text(STRATEGY)
    spoil(here / "mine.yaml", old, new)
    key = "strategies=[mine.yaml]" if command == "compare" else "strategy=mine.yaml"
    refused(capsys, [command, SMALL, key], "mine.yaml", *words)


def test_two_files_that_call_themselves_the_same_are_refused(capsys, here):
    (here / "one.yaml").write_text(STRATEGY)
    (here / "two.yaml").write_text(STRATEGY)
    refused(capsys, ["compare", SMALL, "strategies=[one.yaml,two.yaml]"], "mine", "two.yaml")


@pytest.mark.parametrize(
    "argv",
    [["compare", "horizn=5"], ["compare", SMALL, "strategies=[mine.yaml]"], ["comparre"]],
    ids=" ".join,
)
def test_a_process_of_its_own_refuses_as_well(argv, tmp_path):
    (tmp_path / "mine.yaml").write_text(STRATEGY.replace("1.0", "!!python/name:os.system"))
    command = [sys.executable, "-m", "imr_sim.cli.main", *argv]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("imr-sim: ")
    assert "Traceback" not in ended.stderr
    assert os.listdir(tmp_path) == ["mine.yaml"]
