"""The second stage: levers from trials, given draws of the passive world."""

import json
from dataclasses import replace

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.calibration.left_out import Refits, lever_table, scores, verdicts
from imr_sim.calibration.lever_files import write_joint
from imr_sim.calibration.lever_fit import FIT, fit_levers
from imr_sim.calibration.lever_ranks import rank_levers
from imr_sim.calibration.lever_space import PASSIVE, LeverSpace
from imr_sim.calibration.space import normal_scores
from imr_sim.errors import RequestError
from imr_sim.model.parameters import INDEX, NAMES, SPECS, prior_cube
from imr_sim.model.shipped import by_study
from imr_sim.trials import trial_from
from tests.trials.files import one_arm, plan

DRAWS = imr.prior(30, seed=5)
SMALL = replace(FIT, particles=24, sweeps=1, last_sweeps=1)


def study(count, name="s", **changes):
    helped = {"name": "helped", "sites": 12, "components": [{"lever": "training"}]}
    content = plan(
        name=name,
        sites={"from": "invented", "staff": 20, "providing": 1.0},
        practice={"name": f"practice of {name}", "difficulty": {"mean": 0.0, "sd": 0.3}},
        arms=[{**helped, "observed": {"high@12": count}}],
        outcomes=[{"name": "high", "kind": "fidelity_at_least", "threshold": 3.5, "months": [12]}],
    )
    return trial_from({**content, **changes}, "x")


@pytest.fixture(scope="module")
def fit():
    return fit_levers(DRAWS, [study(12), study(11, "t")], SMALL, sites=12, threads=1)


def points(space, n=400):
    return normal_scores(prior_cube(n, space.names, 1))


def test_every_axis_that_is_a_parameter_follows_its_prior():
    space = LeverSpace((study(3),), DRAWS)
    z = points(space, 2000)
    values = space.values(z)
    for i, name in enumerate(space.names):
        if name in SPECS and name not in space.prompts:
            spec = SPECS[name]
            wanted = spec.prior.quantile(np.array([0.25, 0.5, 0.75]), spec.low, spec.high)
            assert np.allclose(np.quantile(values[:, i], (0.25, 0.5, 0.75)), wanted, rtol=0.02), (
                name
            )


def test_every_passive_draw_is_reached_and_as_often_as_any_other():
    space = LeverSpace((study(3),), DRAWS)
    z = np.zeros((3000, len(space.names)))
    z[:, space.names.index(PASSIVE)] = normal_scores((np.arange(3000) + 0.5) / 3000)
    media = space.parameters(z)[:, INDEX["media"]]
    _, counts = np.unique(media, return_counts=True)
    assert len(counts) == len(DRAWS) and (counts == 100).all()


def test_a_point_changes_only_what_has_an_axis():
    space = LeverSpace((study(3),), DRAWS)
    z = points(space)
    rows = space.parameters(z)
    still = [n for n in NAMES if n not in space.names]
    place = {tuple(row) for row in DRAWS.values[:, [INDEX[n] for n in still]].tolist()}
    assert {tuple(row) for row in rows[:, [INDEX[n] for n in still]].tolist()} <= place


def test_fidelity_that_was_high_raises_what_makes_it_high(fit):
    prior = LeverSpace(fit.space.trials, DRAWS)
    before = prior.values(points(prior, 2000)).mean(axis=0)
    after = fit.frame().mean()
    gain = [
        (after[name] - before[prior.names.index(name)]) / SPECS[name].prior.b
        for name in ("g_trained",)
    ]
    assert gain[0] > 0


def test_a_killed_fit_goes_on_to_the_same_bytes(fit, tmp_path):
    path = tmp_path / "fit.npz"

    class Killed(Exception):
        pass

    def kill(share, message):
        if share > 0.65:
            raise Killed

    again = dict(sites=12, threads=2, checkpoint=path)
    with pytest.raises(Killed):
        fit_levers(DRAWS, fit.space.trials, SMALL, progress=kill, **again)
    resumed = fit_levers(DRAWS, fit.space.trials, SMALL, **again)
    assert resumed.z.tobytes() == fit.z.tobytes()
    assert all(resumed.by_target[t].tobytes() == fit.by_target[t].tobytes() for t in fit.by_target)


def test_a_checkpoint_of_other_trials_is_refused(fit, tmp_path):
    path = tmp_path / "fit.npz"
    fit_levers(DRAWS, [study(12)], SMALL, sites=6, threads=1, checkpoint=path)
    with pytest.raises(RequestError, match="another"):
        fit_levers(DRAWS, [study(3)], SMALL, sites=6, threads=1, checkpoint=path)


def test_trials_without_anything_to_fit_are_refused():
    with pytest.raises(RequestError, match="none of them"):
        fit_levers(DRAWS, [trial_from(plan(), "x")], SMALL)
    shown = trial_from(one_arm(observed={"started@6": 3}, fitted=False), "x")
    with pytest.raises(RequestError, match="none of them"):
        fit_levers(DRAWS, [shown], SMALL)


def test_draws_of_the_fit_predict_trials_and_carry_the_parameters_of_studies(fit):
    draws = fit.parameters()
    assert len(draws) == len(fit) and "fitted to 2 trials" in draws.note
    result = imr.trial(study(3), draws, sites=12, threads=1)
    assert np.array_equal(draws.extra["studies"]["setting_sd"], fit.frame()["setting_sd"])
    assert len(result.table()) == 1


def test_without_a_discount_no_study_is_a_selected_success():
    space = LeverSpace((study(3),), DRAWS, ("success_shift",))
    assert "success_shift" not in space.names
    assert (space.studies(points(space))["success_shift"] == 0).all()


def test_each_study_is_judged_without_itself(fit):
    table = verdicts(fit, Refits(fit, draws=20))
    assert set(table["trial"]) == {"s", "t"} and table["refitted"].all()
    assert (table["q05"] <= table["q95"]).all() and (table["log_score"] < 0).all()
    assert table.loc[table["trial"] == "s", "observed"].item() == 12


def test_scores_of_prior_points_are_standard_normal_whatever_makes_them_up(fit):
    space = fit.space
    found = scores(space, points(space, 2000))
    assert np.abs(found.mean(axis=0)).max() < 0.1
    assert np.abs(found.std(axis=0) - 1).max() < 0.1


def test_the_table_of_levers_says_which_study_tells(fit):
    table = lever_table(fit)
    assert list(table["parameter"]) == list(fit.space.names)
    assert {"without_s", "without_t", "verdict"} <= set(table.columns)


def test_ranks_of_made_up_trials_are_spread_over_the_whole_range():
    table = rank_levers(DRAWS, [study(6), study(6, "t")], 200, 60, 1, sites=12, threads=1)
    assert table["coverage_90"].mean() == pytest.approx(0.9, abs=0.06)
    assert table["coverage_50"].mean() == pytest.approx(0.5, abs=0.1)


def test_joint_draws_are_written_with_all_that_predicts_trials(fit, tmp_path):
    draws, manifest = tmp_path / "draws.parquet", tmp_path / "draws.json"
    levers = tmp_path / "levers.parquet"
    write_joint(fit, draws, manifest, levers)
    told = json.loads(manifest.read_text())
    shipped = replace(imr.read_draws(draws), extra=told)
    assert np.array_equal(by_study(shipped.extra, levers)["t"], fit.by_target["t"])
    assert by_study(DRAWS.extra, levers) == {}
    assert imr.read_draws(draws).values.tobytes() == fit.parameters().values.tobytes()
    assert told["studies"]["setting_sd"] == fit.frame()["setting_sd"].tolist()
    media = DRAWS.column("media")[told["passive_rows"]]
    assert np.array_equal(media, fit.parameters().column("media"))
