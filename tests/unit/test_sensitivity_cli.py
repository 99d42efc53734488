"""`imr-sim sensitivity`: from its words to its files, killed and gone on with, refused."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from figure_words import check_layout, words

from imr_sim import plots
from imr_sim.cli.commands.sensitivity.inputs import load_sensitivity
from imr_sim.cli.main import main
from imr_sim.cli.request.read import read_request
from imr_sim.sensitivity.analysis import Settings, analyse
from imr_sim.sensitivity.known import ishigami, sobol_g
from imr_sim.sensitivity.sample import Evaluations, pawn_sample
from imr_sim.sensitivity.words import report
from imr_sim.strategies import Strategy, Wish

TINY = [
    "sensitivity",
    "system=small",
    "start=2017-01",
    "date=2018-12",
    "trajectories=4",
    "samples=16",
    "points=64",
    "replicates=2",
    "top=2",
    "vary=[media,beta_within,a0,b_awareness,forgetting]",
    "executor=serial",
    "quiet=true",
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def done(capsys, *argv):
    code = main(list(argv))
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def asked(*argv):
    return read_request("sensitivity", argv)


@pytest.mark.parametrize("name", ["ishigami", "sobol_g"])
def test_the_command_finds_the_known_indices(capsys, here, name):
    size = ["samples=4096", "methods=[sobol]", "figures=false", "quiet=true"]
    out = done(capsys, "sensitivity", f"function={name}", *size, "out=s")
    table = pd.read_csv("s/indices.csv").dropna(subset="truth")
    assert len(table) == 2 * (3 if name == "ishigami" else 8)
    assert ((table["value"] - table["truth"]).abs() < 0.02).all()
    assert "Largest distance of a Sobol' index from the truth: 0.0" in out
    assert "no luck" in out and "true S1" in out


def test_a_study_leaves_a_folder_that_explains_itself(capsys, here):
    out = done(capsys, *TINY, "outcomes=[vamcs_providing,aware_staff]", "out=s")
    assert out.startswith("PRIOR parameters: 5 parameters varied over their priors: judgements")
    assert "12 INVENTED sites, end of 2018-12" in out
    assert "Mere luck is" in out and "of the variance of one history" in out
    assert "are not distinguishable from no influence" in out
    left = {p.name for p in (here / "s").iterdir()}
    assert {"indices.csv", "convergence.csv", "luck.csv", "designs.csv", "tornado.png"} <= left
    assert {"runs_morris.parquet", "runs_sobol.parquet", "runs_pawn.parquet"} <= left
    assert "runs" not in left and ".part" not in left
    explained = (here / "s/README.txt").read_text()
    assert all(f"{name}: " in explained for name in left - {"README.txt"})
    assert json.loads((here / "s/manifest.json").read_text())["status"] == "done"
    table = pd.read_csv("s/indices.csv")
    assert set(table["outcome"]) == {"vamcs_providing", "aware_staff"}
    assert table[table["method"] == "sobol"]["parameter"].nunique() == 2
    runs = pd.read_parquet("s/runs_sobol.parquet")
    assert len(runs) == 16 * 4 * 2 and {"media", "vamcs_providing"} & set(runs.columns)


def test_replicates_of_a_design_share_their_luck_and_those_of_pawn_do_not():
    model = load_sensitivity(asked(*TINY[1:])).function
    sample = pawn_sample(("media",), 4, 1)
    assert not model.scenario(sample).common_luck
    assert model.scenario(dataclasses.replace(sample, own_luck=False)).common_luck


def test_dates_and_references_fill_themselves_in():
    assert asked().date == "2026-12"
    with_strategy = asked("strategy=training")
    assert (with_strategy.date, with_strategy.reference) == ("2031-12", "none")
    past = load_sensitivity(asked("date=2012-03", "system=small", "vary=[media]")).function
    assert (past.policy_start, past.horizon) == ("2012-04", 0)


def test_only_levers_in_use_are_varied():
    none = load_sensitivity(asked("system=small")).function.factors.names
    under = load_sensitivity(asked("system=small", "strategy=training")).function.factors.names
    asks = {"prompt_training", "asked_again", "readiness", "offer_setting", "giveup_support"}
    trains = {n for n in under if n.startswith("training_")}
    assert set(under) - set(none) == (trains | asks) - set(none)
    assert "training_start_usd" in under and "training_start_usd" not in none


def test_posterior_ranges_are_marginal_and_say_what_they_ignore():
    inputs = load_sensitivity(asked("system=small", "parameters=posterior", "vary=[media,a0]"))
    assert inputs.parameters.status == "posterior"
    assert "taken to be independent" in inputs.parameters.note
    assert "between media and a0" in inputs.function.factors.ignored


def test_a_parameter_that_is_held_is_not_varied_and_keeps_its_value():
    inputs = load_sensitivity(asked("system=small", "parameters.media=0.2"))
    assert "media" not in inputs.function.factors.names
    assert inputs.parameters.column("media")[0] == 0.2


def test_another_practice_moves_what_is_varied_and_what_is_not(here):
    plain = load_sensitivity(asked("system=small")).function
    moved = load_sensitivity(asked("system=small", "practice=invented_training_small")).function
    changed = moved.practice.moves
    assert changed
    for name in changed:
        assert moved.base.column(name)[0] != plain.base.column(name)[0]
        middle = np.array([[0.5]])
        assert moved.factors.values((name,), middle) != plain.factors.values((name,), middle)


def test_the_cost_of_a_strategy_is_a_ratio_of_means(capsys, here):
    wanted = "outcomes=[cost_per_added_vamc_year,added_vamc_years]"
    under = ["strategy=facilitation", "policy_start=2018-01", "date=2022-12", "replicates=8"]
    done(capsys, *TINY, *under, wanted, "methods=[pawn]", "vary=[media]", "out=s")
    runs = pd.read_parquet("s/runs_pawn.parquet").query("strategy == 'facilitation'")
    means = runs.groupby("point")[["added_cost_usd", "added_vamc_years"]].mean()
    ratio = means["added_cost_usd"] / means["added_vamc_years"]
    told = pd.read_csv("s/outcomes.csv").set_index("outcome")
    assert told.loc["cost_per_added_vamc_year", "mean"] == pytest.approx(ratio.mean(), rel=1e-3)


def test_points_that_add_nothing_have_no_cost_and_are_told_once(capsys, here):
    wanted = "outcomes=[cost_per_added_vamc_year]"
    silent = ["parameters.prompt_materials=0", "parameters.materials_awareness=0"]
    under = ["strategy=materials", "policy_start=2018-01", "methods=[pawn]", *silent]
    assert main([*TINY, *under, wanted, "out=s"]) == 1
    said = capsys.readouterr().err
    assert "has no value at" in said and "of 64 points" in said and "Traceback" not in said
    assert json.loads((here / "s/manifest.json").read_text())["status"] == "failed"


class Fails(Strategy):
    """Raises in histories whose first site drew a number below a bound."""

    name, label = "fails", "fails"

    def __init__(self, bound):
        self.bound = bound

    def wish(self, view, delivered):
        if (view.luck[:, 0] < self.bound).any():
            raise ZeroDivisionError("no planner at hand")
        return Wish.nothing(view)


def test_failing_runs_are_counted_and_named(here):
    model = load_sensitivity(asked(*TINY[1:])).function
    model = dataclasses.replace(
        model, strategy=Fails(0.2), folder=here, policy_start="2018-01", horizon=12
    )
    sample = pawn_sample(("media",), 64, 1)
    values = model.evaluate(sample, lambda share, message: None)["vamcs_providing"]
    failed, message = model.failed["pawn"]
    assert failed == np.isnan(values).sum() > 0
    assert "no planner at hand" in message
    with pytest.raises(Exception, match="has no value at"):
        Evaluations.of(sample, "vamcs_providing", values)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["samples=100"], "Write 64 or 128"),
        (["points=1000"], "Write 512 or 1024"),
        (["methods=[delta]"], "methods"),
        (["methods=[sobol,sobol]"], "stands twice"),
        (["replicates=1"], "below 2"),
        (["vary=[medea]"], "media"),
        (["ranges={medea: [0, 1]}"], "media"),
        (["ranges={media: [0.3, 0.1]}"], "does not rise"),
        (["vary=[media]", "parameters.media=0.1"], "held and varied"),
        (["parameters=default"], "no spread"),
        (["parameters=nowhere.parquet"], "no parameter set or file"),
        (["outcomes=[adoption]"], "no such outcome"),
        (["outcomes=[added_vamcs]"], "Add strategy="),
        (["strategy=training", "date=2019-01"], "before the strategy begins"),
        (["strategy=training", "reference=training"], "they are the same"),
        (["date=2003-12"], "is none"),
        (["function=rosenbrock"], "Write ishigami"),
        (["executor=threads"], "Write serial"),
        (["trajectries=4"], "Write trajectories="),
        (["resume=nowhere"], "there is no run in it"),
        (["resume=nowhere", "samples=64"], "keys that it was begun with"),
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_left(capsys, here, argv, says):
    small = [] if "resume" in argv[0] else ["system=small"]
    assert main(["sensitivity", *small, *argv]) == 2
    out, err = capsys.readouterr()
    assert out == "" and says in err, err
    assert list(here.iterdir()) == []


def test_a_missing_extra_gives_one_line_that_names_it(here):
    hide = "import sys; sys.modules['SALib'] = None; sys.modules['SALib.analyze'] = None\n"
    run = "from imr_sim.cli.main import main; sys.exit(main(['sensitivity', 'system=small']))"
    said = subprocess.run([sys.executable, "-c", hide + run], capture_output=True, text=True)
    assert said.returncode == 2 and len(said.stderr.splitlines()) == 1
    assert "extra `sensitivity`" in said.stderr and "pip install" in said.stderr
    assert list(here.iterdir()) == []


def test_a_killed_study_goes_on_to_the_same_tables(capsys, here):
    size = ["samples=128", "methods=[sobol]", "figures=false"]
    done(capsys, *TINY, *size, "out=whole")
    command = [sys.executable, "-m", "imr_sim.cli.main", *TINY, *size, "out=killed"]
    process = subprocess.Popen(command)
    until = time.monotonic() + 120
    while not list(here.glob("killed/runs/sobol/shards/*.parquet")):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (here / "killed/indices.csv").exists()
    done(capsys, "sensitivity", "resume=killed", "executor=serial", "quiet=true")
    for name in ("indices.csv", "convergence.csv", "luck.csv", "runs_sobol.parquet"):
        assert (here / "killed" / name).read_bytes() == (here / "whole" / name).read_bytes()


@pytest.fixture(scope="module")
def result():
    return analyse(sobol_g(), Settings(trajectories=8, top=5, samples=128, points=128))


STAMP = "PRIOR parameters: 8 parameters varied over their priors: judgements, not findings"
FIGURES = {
    "tornado": lambda r: plots.plot_tornado(
        r.indices, r.noise, r.outcomes, STAMP, "IMR: 139 VAMCs"
    ),
    "screening": lambda r: plots.plot_screening(r.indices, "y", STAMP, "IMR: 139 VAMCs"),
    "heat_map": lambda r: plots.plot_heat_map(r.indices, r.outcomes, STAMP, "IMR: 139 VAMCs"),
    "convergence": lambda r: plots.plot_convergence(r.convergence, "y", STAMP, "IMR: 139 VAMCs"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_legible_and_say_what_they_are_of(result, name):
    figure = FIGURES[name](result)
    seen = words(figure)
    check_layout(figure, seen)
    said = " ".join(text.get_text() for text in seen)
    assert "PRIOR parameters" in said and "139 VAMCs" in said
    assert min(text.get_fontsize() for text in seen) >= 8


def test_the_report_says_what_is_not_told_from_no_influence():
    noisy = analyse(ishigami(), Settings(methods=("sobol",), samples=1024))
    text = report(noisy, "y", {})
    row = next(line for line in text.splitlines() if line.startswith("x3"))
    assert row.split("]")[1].startswith("*"), "S1 of x3 is 0"
    assert "x1 decides" in text or "x2 decides" in text
    assert "not converged" in text or "moved by more than" in text
