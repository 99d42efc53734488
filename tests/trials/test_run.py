"""A trial in the model sees what its file sets up."""

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.given import give_start
from imr_sim.model.state import AWARE, DELIVERING, PREPARING, PROVIDING
from imr_sim.trials import trial, trial_from
from imr_sim.trials.effects import new_study, study_parameters
from imr_sim.trials.run import run_trial
from tests.trials.files import one_arm, outcome, plan

DRAWS = imr.prior(6, seed=3)
FEW = {"sites": 40, "threads": 1}


def shares(content, sites=40, seed=1, threads=1, draws=DRAWS):
    study = trial_from(content, "my.yaml")
    effects = new_study(study, study_parameters(draws, seed), seed)
    keys = np.arange(len(draws), dtype=np.uint32)
    return run_trial(study, draws.values, effects, keys, seed, sites=sites, threads=threads)


def value(found, name):
    column = next(k for k, item in enumerate(found.items) if item.name == name)
    return found.value[:, column]


def smoothed(share, sites):
    return (share * sites + 0.5) / (sites + 1)


def test_sites_that_have_accepted_stand_as_accepted_from_the_first_month():
    found = shares(outcome(kind="accepted", months=[1]) | {"sites": {"engaged": 1.0}})
    assert np.allclose(value(found, "helped: started@1"), smoothed(1.0, 48))


def test_half_of_the_sites_provides_when_the_file_says_half():
    content = outcome(kind="started", months=[1]) | {"sites": {"providing": 0.5}}
    assert np.allclose(value(shares(content), "usual: started@1"), smoothed(0.5, 48))


def test_nobody_starts_what_nobody_can_hear_of():
    silent = dict.fromkeys(
        ("media", "external_aware", "external_experienced", "visibility", "beta_within"), 0.0
    )
    content = one_arm(components=[{"lever": "audit"}])
    content |= {"practice": {"name": "X", "parameters": silent}, "sites": {"aware": 0.0}}
    assert np.allclose(value(shares(content), "helped: started@12"), smoothed(0.0, 48))


def test_who_provides_at_the_start_has_a_team_that_delivers():
    setting = Setting.of(imr.load_system("small"), 1, "2004-01", threads=1)
    batch = Batch(setting, DRAWS.values, np.arange(6), np.zeros(6, int))
    shape = (6, setting.world.n_sites)
    half = np.zeros(shape, bool)
    half[:, ::2] = True
    give_start(
        batch,
        aware=np.zeros(shape),
        engaged=np.ones(shape, bool),
        providing=half,
        fidelity=np.full(shape, 3.0),
    )
    sites, flags = batch.state.sites, batch.state.flags
    assert (sites["status"][half] == PROVIDING).all()
    assert (sites["status"][~half] == PREPARING).all()
    assert (sites["delivering"][half] == 4).all() and (sites["delivering"][~half] == 0).all()
    assert (sites["aware"] == sites["delivering"]).all()
    assert (flags[:, DELIVERING] & ~flags[:, AWARE] == 0).all()
    assert (flags[:, DELIVERING] & ~setting.world.smi == 0).all()


def test_counters_of_informed_ties_agree_with_who_is_aware():
    setting = Setting.of(imr.load_system("small"), 1, "2004-01", threads=1)
    batch = Batch(setting, DRAWS.values, np.arange(6), np.zeros(6, int))
    shape = (6, setting.world.n_sites)
    give_start(
        batch,
        aware=np.full(shape, 0.6),
        engaged=np.zeros(shape, bool),
        providing=np.zeros(shape, bool),
        fidelity=np.full(shape, 3.0),
    )
    bits = np.unpackbits(batch.state.flags[:, AWARE].view(np.uint8), bitorder="little")
    aware = bits.reshape(6, -1).astype(int)
    world = setting.world
    heard = np.zeros_like(aware)
    for slot in range(aware.shape[1]):
        tellers = world.tellers[world.teller_ptr[slot] : world.teller_ptr[slot + 1]]
        heard[:, slot] = aware[:, tellers].sum(axis=1)
    told = batch.state.within.astype(int) + batch.state.between.astype(int)
    assert np.array_equal(told, heard)
    assert 0.4 < (aware.sum(axis=1) / world.key_count.sum()).mean() < 0.8


def test_results_do_not_depend_on_threads_or_on_which_draws_are_run_together():
    whole = shares(plan()).value
    assert np.array_equal(whole, shares(plan(), threads=3).value)
    assert np.array_equal(whole[:2], shares(plan(), draws=DRAWS.take(2)).value[:, :])


def test_same_seed_same_table_and_another_seed_another():
    tables = [trial(trial_from(plan(), "x"), DRAWS, seed=s, **FEW).table() for s in (0, 0, 1)]
    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])


def test_a_strategy_of_zero_dose_is_the_same_as_nothing():
    nothing = [{"lever": "facilitation", "dose": 0.0}]
    content = plan(
        arms=[
            {"name": "zero", "sites": 12, "components": nothing},
            {"name": "bare", "sites": 12},
            {"name": "none", "sites": 12, "strategy": "none"},
        ]
    )
    found = shares(content)
    for when in ("started@12", "providing@12"):
        same = [value(found, f"{arm}: {when}") for arm in ("zero", "bare", "none")]
        assert np.array_equal(same[0], same[1]) and np.array_equal(same[0], same[2])


def test_a_strategy_written_out_does_what_its_components_do():
    written = {"components": [{"lever": "outreach", "when": {"months": 3}}]}
    content = plan(
        arms=[
            {"name": "strategy", "sites": 12, "strategy": written},
            {"name": "parts", "sites": 12, "components": [{"lever": "outreach", "months": 3}]},
        ]
    )
    found = shares(content)
    assert np.array_equal(value(found, "strategy: started@12"), value(found, "parts: started@12"))


def test_non_responders_have_not_started():
    content = plan(
        sites={"aware": 0.8, "engaged": 0.5},
        run_in={"months": 6, "keep": "not_started", "components": [{"lever": "outreach"}]},
        outcomes=[{"name": "accepted", "kind": "accepted", "months": [1]}],
    )
    kept, everybody = shares(content), shares({**content, "run_in": None})
    assert (value(kept, "usual: accepted@1") < 0.3).all()
    assert (value(everybody, "usual: accepted@1") >= smoothed(0.5, 48) - 1e-9).all()


def test_sites_of_a_real_system_take_part_by_lot_and_the_others_get_nothing():
    content = plan(
        sites={"from": "small", "chosen": "not_started", "engaged": 1.0},
        passive={"months": 24},
        arms=[{"name": "a", "sites": 3}, {"name": "b", "sites": 4}],
        outcomes=[{"name": "accepted", "kind": "accepted", "months": [1]}],
    )
    assert (shares(content).value > 0.9).all()


def test_more_sites_than_the_system_has_are_refused():
    with pytest.raises(RequestError, match="12 sites"):
        shares(plan(sites={"from": "small"}))


def test_a_parameter_moved_out_of_its_range_is_refused():
    content = plan(practice={"name": "X", "parameters": {"media_weight_smi": {"scale": 1e6}}})
    with pytest.raises(RequestError, match="outside its range"):
        shares(content)


@pytest.mark.parametrize("kind", ["accepted", "started", "providing", "veterans_reached"])
def test_every_kind_of_outcome_has_a_spread(kind):
    content = outcome(kind=kind, months=[12]) | {"sites": {"providing": 0.5}}
    table = trial(trial_from(content, "x"), DRAWS, **FEW).table()
    assert (table["q05"] <= table["q50"]).all() and (table["q50"] <= table["q95"]).all()
    assert table["q95"].gt(0).all()


def test_sites_that_say_yes_without_doing_it_are_counted_as_the_survey_counts_them():
    plain, said = (
        shares(outcome(kind="providing", months=[6], report=report))
        for report in (None, {"doing": 0.9, "others": 0.3})
    )
    assert np.allclose(said.value, 0.3 + 0.6 * plain.value)


def test_the_table_compares_with_what_was_observed():
    content = one_arm(
        observed={"started@12": 12, "started@6": [11, None], "providing@12": {"count": 0, "of": 9}}
    )
    table = trial(trial_from(content | {"sites": {"aware": 0.0}}, "x"), DRAWS, **FEW).table()
    row = table.set_index(["outcome", "month"])
    assert row.loc[("started", 12), "p_value"] < 0.05
    assert not row.loc[("started", 12), "in_band"]
    assert np.isnan(row.loc[("started", 6), "observed"])
    assert row.loc[("started", 6), "observed_low"] == 11
    assert row.loc[("providing", 12), "sites"] == 9


def test_a_larger_plan_sees_more():
    def power(sites):
        arms = [
            {"name": "on", "sites": sites},
            {"name": "off", "sites": sites},
        ]
        content = plan(
            arms=arms,
            sites={"aware": 1.0},
            outcomes=[{"name": "accepted", "kind": "accepted", "months": [24]}],
        )
        return trial(trial_from(content, "x"), DRAWS, **FEW).power()

    chance = power(20).iloc[0]
    assert chance["arm"] == "on" and chance["minus"] == "off"
    assert chance["difference"] == pytest.approx(0, abs=0.02)
    assert chance["power"] < 0.15  # two arms that are treated alike: an error of the interval


def test_an_effect_of_the_study_is_shared_by_its_arms_and_differs_between_studies():
    a, b = (trial_from(plan(name=name), "x") for name in ("a", "b"))
    studies = study_parameters(DRAWS, 1)
    assert np.array_equal(new_study(a, studies, 1).offer, new_study(a, studies, 1).offer)
    assert not np.array_equal(new_study(a, studies, 1).offer, new_study(b, studies, 1).offer)


def test_only_a_published_study_is_discounted():
    studies = study_parameters(DRAWS, 1)
    seen = trial_from(one_arm(observed={"started@6": 3}), "x")
    discount = new_study(seen, studies, 1).offer - new_study(seen, studies, 1, discount=False).offer
    assert np.allclose(discount, studies["success_shift"])
    planned = trial_from(plan(), "x")
    same = (
        new_study(planned, studies, 1).offer,
        new_study(planned, studies, 1, discount=False).offer,
    )
    assert np.array_equal(*same)


def test_studies_of_one_practice_share_its_difficulty():
    hard = {"name": "hard", "difficulty": {"mean": 1.0, "sd": 0.5}}
    a, b = (trial_from(plan(name=name, practice=hard), "x") for name in ("a", "b"))
    studies = study_parameters(DRAWS, 1)
    assert np.array_equal(new_study(a, studies, 1).difficulty, new_study(b, studies, 1).difficulty)
