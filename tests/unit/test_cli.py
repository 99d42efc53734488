"""The command line, from its words to its files (system=small)."""

import json
import runpy
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
import yaml

from imr_sim.cli.commands import COMMANDS, request_class
from imr_sim.cli.commands.compare.request import CompareRequest
from imr_sim.cli.commands.simulate.request import SimulateRequest
from imr_sim.cli.help import defaults_of
from imr_sim.cli.main import main
from imr_sim.cli.progress import Progress
from imr_sim.cli.request.keys import check_request, fields_of
from imr_sim.cli.request.overrides import compose_request
from imr_sim.model.parameters import SPECS

TINY = ["system=small", "draws=3", "replicates=2", "start=2018-01", "horizon=12", "quiet=true"]


def composed(*argv):
    return compose_request("compare", argv)


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


def test_defaults_are_valid_requests():
    request = check_request(CompareRequest, composed())
    assert (request.system, request.horizon, request.seed) == ("va", 60, 1)
    assert check_request(SimulateRequest, compose_request("simulate", [])).months == 204


def test_a_parameter_set_and_single_parameters_stand_side_by_side():
    given = composed("parameters.media=0.1", "parameters=prior", "parameters.forgetting=0")
    assert given["parameters"] == {"set": "prior", "media": 0.1, "forgetting": 0}


@pytest.mark.parametrize(
    "name", ["a b", "Résultats", "x,y", "a(1)", "it's", "C:\\new\\", "2026", "[x]"]
)
def test_names_and_paths_are_taken_as_they_stand(name):
    assert composed(f"out={name}")["out"] == name


def test_null_and_quotes_keep_their_meaning():
    assert composed("out=null")["out"] is None
    assert composed("out='null'")["out"] == "null"


def test_seed_zero_is_a_seed():
    assert check_request(CompareRequest, composed("seed=0")).seed == 0


def test_a_budget_may_be_written_in_several_ways():
    budgets = {
        check_request(CompareRequest, composed(f"budget={b}")).budget for b in ("5e6", "5000000")
    }
    assert budgets == {5e6}


def test_help_names_every_command_and_its_keys(capsys):
    overview = done(capsys, "--help")
    assert overview == done(capsys)
    for command in COMMANDS:
        assert f"  {command} " in overview
        assert "Examples:" in done(capsys, command, "--help")
    text = done(capsys, "compare", "--help")
    for key in CompareRequest.model_fields:
        assert f"  {key}=" in text


def test_the_reference_page_is_what_its_script_makes_of_the_table_of_commands():
    """So it holds every key of every command, with its default."""
    script = Path(__file__).parents[2] / "docs/make_cli.py"
    made = runpy.run_path(str(script))
    page = made["PAGE"].read_text(encoding="utf-8")
    assert made["renewed"](page) == page, "run python docs/make_cli.py"
    for command in COMMANDS:
        section = page.split(f"## Keys of `{command}`\n")[1].split("\n## ")[0]
        for key, default in defaults_of(command).items():
            assert f"| `{key}` | `{default}` |" in section


@pytest.mark.parametrize("command", COMMANDS)
def test_every_key_has_a_default_and_every_default_a_key(command):
    assert set(defaults_of(command)) == set(fields_of(request_class(command)))


def test_version(capsys):
    assert done(capsys, "--version").split() == ["imr-sim", version("imr-sim")]


def test_help_answers_at_once():
    """Nothing heavy is imported for it; the start of Python itself is not counted."""
    code = (
        "import sys, imr_sim.cli.main as m; m.main(['--help']);"
        "sys.exit(any(x in sys.modules for x in ('numpy', 'hydra', 'pydantic', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_compare_writes_all_it_promises(capsys, here):
    out = done(capsys, "compare", *TINY, "strategies=[mandate,facilitation]", "out=run")
    run = here / "run"
    summary = pd.read_csv(run / "summary.csv")
    assert set(summary.strategy) == {"none", "mandate", "facilitation"}
    curves, sites = pd.read_parquet(run / "curves.parquet"), pd.read_parquet(run / "sites.parquet")
    assert set(curves.strategy) == set(sites.strategy) == set(summary.strategy)
    assert curves.month.max() == 11
    for figure in ("adoption", "forest", "cost", "map"):
        assert (run / f"{figure}.png").stat().st_size > 0
        assert (run / f"{figure}.svg").stat().st_size > 0
    explained = (run / "README.txt").read_text()
    for path in run.iterdir():
        assert path.name == "README.txt" or f"{path.name}: " in explained
    said = json.loads((run / "manifest.json").read_text())
    assert said["status"] == "done"
    assert said["config"] == yaml.safe_load((run / "config.yaml").read_text())
    assert said["inputs"]["parameters"]["draws"] == 3
    assert said["inputs"]["system"]["invented"] is True
    assert "summary.csv" in out
    assert f"{said['inputs']['parameters']['status']} parameters" in out


def test_same_seed_same_bytes(capsys, here):
    ask = ["compare", *TINY, "strategies=[mandate]", "figures=false"]
    done(capsys, *ask, "out=one", "threads=1")
    done(capsys, *ask, "out=two")
    done(capsys, *ask, "out=other", "seed=2")
    for name in ("summary.csv", "curves.parquet", "sites.parquet"):
        assert (here / "one" / name).read_bytes() == (here / "two" / name).read_bytes()
    assert (here / "one/summary.csv").read_bytes() != (here / "other/summary.csv").read_bytes()


def test_a_history_is_written_site_by_site(capsys, here):
    ask = ["system=small", "draws=2", "months=24", "quiet=true"]
    done(capsys, "simulate", *ask, "events=true", "out=run")
    months = pd.read_parquet(here / "run/site_months.parquet")
    assert len(months) == 2 * 24 * 12
    curves = pd.read_csv(here / "run/curves.csv")
    last = curves[(curves.quantity == "vamcs_providing") & (curves.month == 23)]
    providing = months[months.month == months.month.max()].providing.sum() / 2
    assert last["mean"].item() == pytest.approx(providing)
    assert (here / "run/events.parquet").exists()
    assert (here / "run/timeline.png").exists()


def test_a_strategy_file_of_ones_own_is_compared_and_hashed(capsys, here, monkeypatch):
    from imr_sim.paths import configs

    text = (configs() / "strategy" / "mandate.yaml").read_text()
    (here / "mine.yaml").write_text(text.replace("name: mandate", "name: mine"))
    done(capsys, "compare", *TINY, "strategies=[mandate,mine.yaml]", "figures=false", "out=run")
    summary = pd.read_csv(here / "run/summary.csv").set_index("strategy")
    assert summary.loc["mine", "vamcs_providing"] == summary.loc["mandate", "vamcs_providing"]
    files = json.loads((here / "run/manifest.json").read_text())["inputs"]["files"]
    assert files["strategy mine"]["path"] == "mine.yaml"


def test_describe_shows_every_topic(capsys):
    assert "INVENTED" in done(capsys, "describe", "system", "system=small").upper()
    media = f"media = {SPECS['media'].default:g} per year"
    assert media in done(capsys, "describe", "parameters")
    assert "facilitation" in done(capsys, "describe", "strategies")
    assert "turnover" in done(capsys, "describe", "schedule")


def test_an_exported_system_can_be_compared(capsys, here):
    out = done(capsys, "describe", "system", "system=small", "out=mine")
    assert "sites.csv" in out
    spoken = ["system=mine" if a == "system=small" else a for a in TINY]
    done(capsys, "compare", *spoken, "strategies=[mandate]", "figures=false", "out=run")


def test_a_failure_is_one_line_with_details_in_a_file(capsys, here, monkeypatch):
    from imr_sim.cli.commands.compare import command as compare

    def broken(*_):
        raise ZeroDivisionError("the sky fell")

    monkeypatch.setattr(compare, "run", broken)
    assert main(["compare", *TINY, "out=run"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "the sky fell" in err and "run/error.txt" in err
    assert "broken" in (here / "run/error.txt").read_text()
    assert json.loads((here / "run/manifest.json").read_text())["status"] == "failed"


def test_a_failure_on_a_full_disk_is_still_one_line(capsys, here, monkeypatch):
    from imr_sim.cli.commands.compare import command as compare
    from imr_sim.cli.run_folder import RunFolder

    def full(*_):
        monkeypatch.setattr(RunFolder, "write_text", full)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compare, "write", full)
    assert main(["compare", *TINY, "out=run"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert err.count("No space left on device") == 2


def test_a_reader_that_has_seen_enough_is_no_failure(here):
    command = f"'{sys.executable}' -m imr_sim.cli.main describe parameters | head -1"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Parameters")


def test_progress_tells_the_time_left(capsys, monkeypatch):
    clock = iter([100.0, 110.0, 130.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    progress = Progress()
    progress(0.0, "preparing")
    progress(0.2, "mandate")
    progress(0.6, "training")
    first, second, third = capsys.readouterr().err.splitlines()
    assert first == "imr-sim: 0% done, time left not known yet: preparing"
    assert second == "imr-sim: 20% done, time left not known yet: mandate"
    assert third == "imr-sim: 60% done, about 20 s left: training"
    Progress(quiet=True)(0.5, "mandate")
    assert capsys.readouterr().err == ""
