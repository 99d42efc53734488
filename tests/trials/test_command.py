"""`imr-sim trial` from a shell, and its figure."""

import subprocess
import sys

import pandas as pd
import pytest
import yaml

from imr_sim.plots import plot_trials
from tests.trials.files import plan

NAN = float("nan")
COLUMNS = "trial arm outcome month sites observed mean q05 q25 q50 q75 q95 p_value".split()


def imr_sim(*arguments, cwd):
    command = [sys.executable, "-m", "imr_sim.cli.main", "trial", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial")
    path = folder / "my plan, it's mine.yaml"
    path.write_text(yaml.safe_dump(plan()))
    keys = ["parameters=prior", "draws=4", "sites=20", "out=out"]
    return folder, imr_sim(path.name, "e53_job_seekers", *keys, cwd=folder)


def test_names_and_files_stand_before_the_keys(done):
    folder, ended = done
    assert ended.returncode == 0, ended.stderr
    table = pd.read_csv(folder / "out" / "trial.csv")
    assert list(table.columns[: len(COLUMNS)]) == COLUMNS
    assert set(table["trial"]) == {"plan", "e53_job_seekers"}
    assert table.loc[table["trial"] == "e53_job_seekers", "observed"].tolist() == [12, 8, 2, 0]


def test_a_plan_says_its_power(done):
    folder, ended = done
    assert "leaves out zero" in ended.stdout
    power = pd.read_csv(folder / "out" / "power.csv")
    assert power["power"].between(0, 1).all()
    names = {p.name for p in (folder / "out").iterdir()}
    assert {"trial.png", "trial.svg", "manifest.json", "README.txt"} <= names


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "there is no trial"),
        (["nosuch"], "no trial has this name"),
        (["plan.yaml", "e53_job_seekers", "plan.yaml"], "named twice"),
        (["missing.yaml"], "cannot be read"),
        (["e53_job_seekers", "sites=0"], "sites"),
        (["e53_job_seekers", "siets=9"], "siets"),
    ],
)
def test_a_wrong_request_ends_with_2_and_writes_nothing(arguments, words, tmp_path):
    ended = imr_sim(*arguments, cwd=tmp_path)
    assert ended.returncode == 2 and words in ended.stderr
    assert "Traceback" not in ended.stderr and not list(tmp_path.iterdir())


def test_the_figure_shows_what_was_observed_in_and_out_of_the_band():
    row = {"label": "A study", "arm": "helped", "outcome": "started", "month": 12, "sites": 40}
    band = {"share_q05": 0.1, "share_q50": 0.3, "share_q95": 0.6}
    rows = [
        {**row, **band, "share_observed_low": low, "share_observed_high": high, "in_band": inside}
        for low, high, inside in (
            (0.2, 0.2, True),
            (0.9, 1.0, False),
            (float("nan"),) * 2 + (None,),
        )
    ]
    figure = plot_trials(pd.DataFrame(rows), "Title", "prior parameters")
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "20%" in words and "90%-100%" in words
