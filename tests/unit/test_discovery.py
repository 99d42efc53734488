"""Scenario discovery: a box that is there is found, one that is not is called noise."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from figure_words import check_layout, words

from imr_sim import plots
from imr_sim.cli.main import main
from imr_sim.sensitivity.discovery import Cases, discover
from imr_sim.sensitivity.discovery.boxes import Box, Limit, find_boxes
from imr_sim.sensitivity.discovery.find import FOUND, NOISE, wilson
from imr_sim.sensitivity.discovery.words import report

NAMES = ("media", "a0", "b_fit", "beta_within", "forgetting")


def cases(seed=1, n=400, noise=0.3, inside=True):
    """The cheaper one is as good where media > .6 and a0 <= .5, but for some noise."""
    rng = np.random.default_rng(seed)
    values = rng.random((n, len(NAMES)))
    box = (values[:, 0] > 0.6) & (values[:, 1] <= 0.5)
    gain = np.where(box & inside, 0.5, -0.5)
    difference = gain[:, None] + noise * rng.normal(size=(n, 2))
    return Cases(
        "webinars", "training", (1e6, 3e6), "vamcs_providing", 0.0, NAMES, values, difference, 0
    )


def of(frame, kind):
    return frame[frame["kind"] == kind]


def test_a_box_that_is_there_is_found_with_its_limits():
    found = discover(cases(), permutations=50)
    (row,) = of(found.boxes, "as good").to_dict("records")
    assert row["verdict"] == FOUND and row["p"] <= 1 / 51 + 1e-12
    assert row["density_lo"] > 0.7 and row["coverage_lo"] > 0.6
    limits = of(found.limits, "as good").set_index("parameter")
    assert set(limits.index) == {"media", "a0"}, "no third condition that adds nothing"
    assert limits.loc["media", "low"] == pytest.approx(0.6, abs=0.05)
    assert limits.loc["a0", "high"] == pytest.approx(0.5, abs=0.05)
    assert (limits.loc[["media", "a0"], "quasi_p"] < 0.001).all()
    text = report(found, cases())
    assert "webinars is as good when " in text and "More than noise" in text
    assert re.search(r"media above 0\.\d+ per year \(\d\d% of draws\)", text)


def test_a_large_box_is_not_taken_for_the_noise_that_small_ones_reach():
    (row,) = of(discover(cases(), permutations=50).boxes, "worse").to_dict("records")
    assert row["verdict"] == FOUND and row["mass"] > 0.4 and row["density"] > 0.9


def test_densities_are_of_draws_that_did_not_make_the_box():
    found, those = discover(cases(), permutations=20), cases()
    held = ~found.half
    inside = found.kinds["as good"].holds(those.values[held])
    (row,) = of(found.boxes, "as good").to_dict("records")
    assert row["density"] == those.good[held][inside].mean()
    assert row["mass"] == inside.mean()
    assert row["coverage"] == (inside & those.good[held]).sum() / those.good[held].sum()
    assert row["density_lo"] < row["density"] < row["density_hi"]


def test_boxes_found_on_noise_are_called_noise():
    """Of forty boxes on pure noise, at a level of .05 and a held-out check, hardly any passes."""
    verdicts = []
    for seed in range(20):
        those = cases(seed, n=200, noise=2.0, inside=False)
        verdicts += discover(those, permutations=40, seed=seed).boxes["verdict"].tolist()
    assert verdicts.count(FOUND) <= 3
    text = report(discover(cases(0, 200, 2.0, False), permutations=40), cases(0, 200, 2.0, False))
    assert verdicts[0] == NOISE and "NOT TOLD FROM NOISE" in text


def test_where_all_draws_are_alike_no_condition_is_made_up():
    alike = cases(noise=0.0, inside=False)
    found = discover(alike, permutations=20)
    assert found.limits.empty and (found.boxes["verdict"] == NOISE).all()
    assert "No condition tells" in report(found, alike)


def test_a_limit_that_adds_nothing_has_a_large_quasi_p():
    those = cases()
    box = Box((Limit(0, 0.6, np.inf), Limit(1, -np.inf, 0.5), Limit(4, 0.05, np.inf)))
    from imr_sim.sensitivity.discovery.find import _limit

    everywhere = np.ones(len(those), bool)
    ps = [_limit("as good", box, x, those, those.good, everywhere)["quasi_p"] for x in box.limits]
    assert ps[0] < 0.001 and ps[1] < 0.001 and ps[2] > 0.05


def test_the_same_seed_gives_the_same_boxes_and_leaves_numpy_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = (discover(cases(), permutations=20, seed=0) for _ in range(2))
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    pd.testing.assert_frame_equal(one.boxes, two.boxes)
    other = discover(cases(), permutations=20, seed=1)
    assert (other.half != one.half).any()


def test_limits_of_one_parameter_become_one():
    values = np.linspace(0, 1, 200)[:, None]
    middle = (values[:, 0] > 0.4) & (values[:, 0] < 0.6)
    good, _ = find_boxes(values, middle, 3, 0.05, 1)
    (limit,) = good.limits
    assert limit.low == pytest.approx(0.4, abs=0.01)
    assert limit.high == pytest.approx(0.6, abs=0.01)


def test_intervals_of_shares_stay_between_none_and_all():
    assert wilson(0, 10)[1] == 0 and wilson(10, 10)[2] == 1
    assert wilson(0, 0)[1:] == (0.0, 1.0)


@pytest.mark.parametrize("inside", [True, False])
def test_the_figure_is_legible(inside):
    those = cases(inside=inside, noise=0.3 if inside else 2.0)
    found = discover(those, permutations=20)
    draws = pd.DataFrame(those.values, columns=list(NAMES))
    draws = draws.assign(as_good=those.good, sought=found.half)
    units = {"media": "per year"}
    stamp = "posterior parameters: a note"
    figure = plots.plot_discovery(draws, found.boxes, found.limits, units, stamp, "139 VAMCs")
    seen = words(figure)
    check_layout(figure, seen)
    said = " ".join(text.get_text() for text in seen)
    assert ("NOT TOLD FROM NOISE" in said) is not inside
    assert min(text.get_fontsize() for text in seen) >= 8


TINY = [
    "discover",
    "system=small",
    "start=2017-01",
    "policy_start=2018-01",
    "horizon=12",
    "draws=60",
    "permutations=20",
    "parameters=prior",
    "executor=serial",
    "quiet=true",
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_runs_both_strategies_and_tells_the_cheaper(capsys, here):
    assert main([*TINY, "strategies=[facilitation,webinars]", "out=d"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("PRIOR parameters") and "12 INVENTED sites" in out
    assert "webinars (US$" in out and "As good means: vamcs_providing under webinars" in out
    left = {p.name for p in (here / "d").iterdir()}
    assert {"boxes.csv", "limits.csv", "draws.csv", "runs.parquet", "discovery.png"} <= left
    assert "runs" not in left
    explained = (here / "d/README.txt").read_text()
    assert all(f"{name}: " in explained for name in left - {"README.txt"})
    draws, runs = pd.read_csv("d/draws.csv"), pd.read_parquet("d/runs.parquet")
    wide = runs.pivot(index=["point", "replicate"], columns="strategy", values="vamcs_providing")
    mean = (wide["webinars"] - wide["facilitation"]).groupby("point").mean()
    np.testing.assert_allclose(draws["difference"], mean, atol=1e-6)
    assert (draws["as_good"] == (draws["difference"] >= -1)).all()


def test_an_existing_sweep_is_used_as_it_is(capsys, here):
    made = ["system=small", "start=2017-01", "policy_start=2018-01", "horizon=6", "at=[]"]
    made += ["design=posterior", "parameters=prior", "design.points=50", "replicates=2"]
    both = "strategies=[webinars,mandate]"
    assert main(["sweep", *made, both, "reference=none", "executor=serial", "out=s"]) == 0
    before = sorted((here / "s").rglob("*"))
    use = ["sweep=s", both, "permutations=20", "figures=false", "quiet=true", "out=d"]
    assert main(["discover", *use]) == 0
    assert "50 draws x 2 replicates" in capsys.readouterr().out
    assert sorted((here / "s").rglob("*")) == before
    said = json.loads((here / "d/manifest.json").read_text())
    assert said["inputs"]["system"]["name"] == "small" and said["config"]["horizon"] == 6
    assert main(["discover", "sweep=s", "strategies=[webinars,training]"]) == 2
    assert "not among the strategies" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["strategies=[training]"], "strategies"),
        (["strategies=[training,training]"], "nothing to compare"),
        (["strategies=[training,trainin]"], "training"),
        (["outcome=added_vamcs"], "cannot be compared on it"),
        (["outcome=cost_usd"], "cannot be compared on it"),
        (["parameters=default"], "one draw"),
        (["draws=10"], "below 40"),
        (["draws=1001"], "holds 1000"),
        (["least=0.6"], "too large"),
        (["sweep=nowhere"], "no sweep"),
        (["tolerance=-1"], "below 0"),
        (["policy_start=2003-01"], "begins in"),
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_left(capsys, here, argv, says):
    assert main(["discover", "system=small", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == "" and says in err, err
    assert list(here.iterdir()) == []
