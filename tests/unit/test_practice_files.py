"""A practice in a file: run from the command line untouched, or refused with one clear message."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest
import yaml

import imr_sim as imr
from imr_sim.cli.main import main
from imr_sim.paths import configs
from imr_sim.strategies import SiteFacts

SMALL = "system=small"
MINE = """\
name: My practice
start: "2012-03"
parameters:
  media: {scale: 2}
  caseload: 8
support:
  months: 12
  strategy:
    components:
      - lever: training
        who: {rule: list, stations: [X01, X12]}
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def done(capsys, *argv):
    code = main(list(argv))
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def test_a_file_says_all_of_a_practice(here):
    (here / "mine.yaml").write_text(MINE)
    mine = imr.load_practice("mine.yaml")
    assert (mine.name, mine.start, mine.invented) == ("My practice", "2012-03", False)
    assert mine.moves_in_words == "media x 2, caseload = 8"
    assert (mine.support.start, mine.support.end) == (0, 12)
    assert imr.load_practice(here / "mine.yaml").parameters == mine.parameters
    assert imr.load_practice(mine) is mine


def test_support_can_be_a_strategy_of_the_library(here):
    (here / "mine.yaml").write_text(
        'name: M\nstart: "2010-01"\nsupport: {months: 6, strategy: webinars}'
    )
    assert imr.load_practice("mine.yaml").support.strategy.name == "webinars"


WRONG = {
    "unknown key": (MINE + "colour: red\n", "colour: there is no such key"),
    "key twice": (MINE + "name: Again\n", "stands twice"),
    "no name": (MINE.replace("name: My practice\n", ""), "name: it is missing"),
    "name of odd signs": (MINE.replace("My practice", "$x$"), "does not fit into titles"),
    "no month": (MINE.replace("2012-03", "2012-13"), "2012-13", "2010-01"),
    "unknown parameter": (MINE.replace("media:", "medai:"), "'medai'", "Write one of media"),
    "parameter in words": (MINE.replace("{scale: 2}", "high"), "parameters.media='high'"),
    "two moves": (MINE.replace("{scale: 2}", "{scale: 2, shift: 1}"), "one thing to do"),
    "unknown move": (MINE.replace("scale", "scael"), "scael", "Write scale"),
    "negative scale": (MINE.replace("{scale: 2}", "{scale: -2}"), "media.scale=-2"),
    "value out of range": (MINE.replace("{scale: 2}", "-1"), "media=-1", "from 0 to 5"),
    "moved out of range": (MINE.replace("{scale: 2}", "{scale: 999}"), "in draw 0", "0 to 5"),
    "unknown station": (MINE.replace("X12", "X99"), "stations: X99", "no such station"),
    "unknown lever": (MINE.replace("training", "trainng"), "trainng", "training"),
    "support without months": (MINE.replace("  months: 12\n", ""), "support.months: it is missing"),
    "support from a path": (
        'name: M\nstart: "2010-01"\nsupport: {months: 6, strategy: s.yaml}',
        "'s.yaml'",
        "Write the keys",
    ),
    "a list": ("- IMR\n", "holds keys and values"),
    "no YAML": ("name: [\n", "not YAML"),
    "a tag": (MINE + "x: !!python/object/apply:os.system [echo]\n", "without tags"),
    "another tag": (MINE + "x: !!python/object:os.PathLike {}\n", "without tags"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_refused(case, capsys, here):
    text, *words = case
    (here / "mine.yaml").write_text(text)
    assert main(["simulate", SMALL, "practice=mine.yaml", "draws=2", "out=run"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err and err.startswith("imr-sim: ")
    for word in words:
        assert word in err, err
    assert [p.name for p in here.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["practice=imrr"], "Write imr."),
        (["practice=missing.yaml"], "No such file"),
        (["practice="], "practice="),
        (["practice=invented_training"], "no such station"),
        (["practice=invented_training_small", "policy_start=2011-12"], "first 24 months"),
        (["practice=invented_training_small", "months=20"], "2012-01: it is not within"),
    ],
    ids=str,
)
def test_a_practice_that_does_not_fit_is_refused(argv, word, capsys, here):
    assert main(["simulate", SMALL, "draws=2", "out=run", *argv]) == 2
    assert word in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_compare_refuses_a_policy_within_the_support(capsys):
    ask = ["compare", SMALL, "practice=invented_training_small", "strategies=[mandate]"]
    assert main([*ask, "policy_start=2011-12"]) == 2
    assert "first 24 months" in capsys.readouterr().err


def test_a_second_practice_is_simulated(capsys, here):
    out = done(capsys, "simulate", SMALL, "practice=invented_training_small", "draws=2", "out=run")
    assert "TRANSFERRED" in out and "INVENTED practice Practice X" in out
    assert "charged to no strategy" in out
    curves = pd.read_csv(here / "run/curves.csv")
    assert curves["date"].min() == "2010-01-01"
    paid = curves[(curves["quantity"] == "support_usd") & (curves["mean"] > 0)]
    assert len(paid) == 24
    explained = (here / "run/README.txt").read_text()
    assert explained.startswith("INVENTED PRACTICE. TRANSFERRED") and "{" not in explained
    config = yaml.safe_load((here / "run/config.yaml").read_text())
    assert config["practice"] == "invented_training_small"
    assert (config["start"], config["policy_start"]) == ("2010-01", "2012-01")


def test_a_practice_of_ones_own_is_compared_and_hashed(capsys, here):
    (here / "mine.yaml").write_text(MINE)
    ask = ["compare", SMALL, "practice=mine.yaml", "draws=3", "horizon=12", "strategies=[mandate]"]
    out = done(capsys, *ask, "policy_start=2015-01", "out=run")
    assert "IMR" not in out.replace("for IMR, not for My practice", "")
    assert "providing My practice in the last month" in out
    said = json.loads((here / "run/manifest.json").read_text())["inputs"]
    assert said["practice"] == {"name": "My practice", "invented": False}
    digest = hashlib.sha256(MINE.encode()).hexdigest()
    assert said["files"]["practice"] == {"path": "mine.yaml", "sha256": digest}
    assert said["parameters"]["status"] == "transferred"
    explained = (here / "run/README.txt").read_text()
    assert "VAMCs providing My practice over time" in explained
    titles = "".join((here / f"run/{f}.svg").read_text() for f in ("adoption", "forest", "map"))
    assert "providing My practice" in titles and "wins for My practice" in titles
    done(capsys, *ask, "policy_start=2015-01", "out=again", "threads=1", "figures=false")
    for name in ("summary.csv", "curves.parquet", "sites.parquet"):
        assert (here / "run" / name).read_bytes() == (here / "again" / name).read_bytes()


def test_what_the_user_fixes_wins_over_the_practice(capsys, here):
    (here / "mine.yaml").write_text(MINE)
    ask = ["simulate", SMALL, "practice=mine.yaml", "draws=2", "months=24", "parameters=prior"]
    out = done(capsys, *ask, "parameters.media=0.1", "figures=false", "out=run")
    assert "media x 2" in out and "held fixed: media=0.1" in out
    nothing = ["parameters.media=0", "parameters.external_aware=0"]
    nothing.append("parameters.external_experienced=0")
    ask[2] = "practice=still.yaml"
    (here / "still.yaml").write_text(MINE.split("support:")[0])
    done(capsys, *ask, *nothing, "figures=false", "out=silent")
    assert not pd.read_parquet(here / "silent/site_months.parquet")["aware"].any()


def test_imr_is_the_default_and_leaves_every_number_as_it_was(capsys, here):
    ask = ["simulate", SMALL, "draws=2", "months=36", "figures=false"]
    out = done(capsys, *ask, "out=one")
    assert "TRANSFERRED" not in out and "INVENTED practice" not in out
    done(capsys, *ask, f"practice={configs() / 'practice' / 'imr.yaml'}", "out=two")
    for name in ("curves.csv", "site_months.parquet"):
        assert (here / "one" / name).read_bytes() == (here / "two" / name).read_bytes()
    config = yaml.safe_load((here / "one/config.yaml").read_text())
    assert (config["practice"], config["start"]) == ("imr", "2004-01")


def test_describe_lists_the_practices_and_marks_invented_ones(capsys):
    out = done(capsys, "describe", "practices")
    assert "imr: Illness Management and Recovery" in out
    assert "invented_training: INVENTED: " in out
    assert "media x 0.5" in out


def test_the_file_that_the_page_shows_fits_the_va_system(here):
    page = (configs().parent / "docs/practices.md").read_text(encoding="utf-8")
    (here / "shown.yaml").write_text(page.split("```yaml\n")[1].split("```")[0])
    shown = imr.load_practice("shown.yaml")
    shown.check(SiteFacts.of(imr.load_system()))
    assert shown.adapt(imr.prior(200, seed=1)).practice == shown.name
