"""A trial file says what can be, or one says what it says wrong."""

import pytest
import yaml

from imr_sim.errors import RequestError
from imr_sim.trials import load_trial, trial_from, trial_names
from imr_sim.trials.outcomes import items_of
from tests.trials.files import one_arm, outcome, plan

WRONG = {
    "no name": (plan(name=None), "name", "missing"),
    "a name that is no word": (plan(name="a b"), "name", "letters, digits"),
    "no practice": (plan(practice=None), "practice", "missing"),
    "no arms": (plan(arms=None), "arms", "missing"),
    "an empty list of arms": (plan(arms=[]), "arms", "arms are none"),
    "arms that are no list": (plan(arms={"a": 1}), "arms", "list"),
    "an arm that is a number": (plan(arms=[3]), "arms[0]", "keys and values"),
    "two arms of one name": (
        plan(arms=[{"name": "a", "sites": 3}, {"name": "a", "sites": 3}]),
        "two have one name",
        "a name for each",
    ),
    "no outcomes": (plan(outcomes=[]), "outcomes are none", "Write outcomes"),
    "an unknown key": (plan(armz=[]), "armz", "arms"),
    "an unknown key of sites": (plan(sites={"engagd": 1.0}), "engagd", "engaged"),
    "the key that Python uses for from": (plan(sites={"source": "va"}), "sites.source", "from"),
    "where is not for files": (plan(where="here"), "where", "no such key"),
    "an unknown status": (plan(status="maybe"), "maybe", "V (read)"),
    "an unknown practice": (plan(practice="imrr"), "imrr", "imr"),
    "a practice without a name": (plan(practice={"difficulty": 1.0}), "practice.name", "missing"),
    "an unknown parameter": (
        plan(practice={"name": "X", "parameters": {"mediaa": 1.0}}),
        "mediaa",
        "media",
    ),
    "a parameter out of range": (
        plan(practice={"name": "X", "parameters": {"media": -1.0}}),
        "media=-1",
        "number from",
    ),
    "a difficulty beyond the scale": (
        plan(practice={"name": "X", "difficulty": 9}),
        "difficulty",
        "at most 4",
    ),
    "a difficulty with a negative spread": (
        plan(practice={"name": "X", "difficulty": {"mean": 0.0, "sd": -1.0}}),
        "sd",
        "at least 0",
    ),
    "a share above one": (plan(sites={"engaged": 1.5}), "engaged", "at most 1"),
    "shares that add up to more than one": (
        plan(sites={"engaged": 0.7, "providing": 0.7}),
        "more than 1",
        "shares",
    ),
    "fidelity where none provides": (plan(sites={"fidelity": 3.0}), "fidelity", "providing"),
    "staff of real sites": (plan(sites={"from": "va", "staff": 20}), "staff", "Leave out staff"),
    "a choice among invented sites": (plan(sites={"chosen": "largest"}), "all alike", "chosen"),
    "words for a number": (plan(sites={"aware": "half"}), "aware", "number"),
    "truth for a number": (one_arm(sites=True), "sites", "whole number"),
    "no sites in an arm": (one_arm(sites=0), "sites", "at least 1"),
    "half a site": (one_arm(sites=2.5), "sites", "whole number"),
    "a lever that is none": (one_arm(components=[{"lever": "money"}]), "money", "Write one of"),
    "a dose above two": (
        one_arm(components=[{"lever": "training", "dose": 3.0}]),
        "dose",
        "at most 2",
    ),
    "no dose at all": (one_arm(components=[{"lever": "training", "dose": {}}]), "no dose", "1.0"),
    "one lever twice": (
        one_arm(components=[{"lever": "training"}, {"lever": "training"}]),
        "twice",
        "doses by month",
    ),
    "a strategy and components": (
        one_arm(strategy="facilitation", components=[{"lever": "training"}]),
        "both say",
        "one of them",
    ),
    "an unknown strategy": (one_arm(strategy="facilitatoin"), "facilitatoin", "facilitation"),
    "a strategy that is a number": (one_arm(strategy=3), "3", "Write"),
    "a strategy with a wrong key": (
        one_arm(strategy={"components": [], "capacityy": {}}),
        "capacityy",
        "capacity",
    ),
    "an unknown kind": (outcome(kind="adopted"), "adopted", "accepted"),
    "no months": (outcome(months=[]), "months", "[12, 24]"),
    "month nought": (outcome(months=[0]), "months", "at least 1"),
    "a month twice": (outcome(months=[6, 6]), "twice", "[12, 24]"),
    "a threshold for a start": (outcome(threshold=4.0), "threshold", "leave it out"),
    "fidelity without a threshold": (outcome(kind="fidelity_at_least"), "threshold", "4.0"),
    "a threshold off the scale": (
        outcome(kind="fidelity_at_least", threshold=7.0),
        "threshold",
        "at most 5",
    ),
    "a report beyond everybody": (outcome(report={"doing": 1.2}), "doing", "at most 1"),
    "a report of a mean": (outcome(kind="mean_fidelity", report={}), "mean", "Leave out report"),
    "a difference to no arm": (outcome(minus="nobody"), "nobody", "usual"),
    "observed at another month": (one_arm(observed={"started@7": 3}), "started@7", "started@6"),
    "observed of another outcome": (one_arm(observed={"begun@6": 3}), "begun@6", "started@6"),
    "more sites than there are": (one_arm(observed={"started@6": 13}), "13 of 12", "at most"),
    "more than were counted": (
        one_arm(observed={"started@6": {"count": 7, "of": 6}}),
        "7 of 6",
        "at most",
    ),
    "a mean for a count": (
        one_arm(observed={"started@6": {"mean": 0.4, "se": 0.1}}),
        "does not fit",
        "count",
    ),
    "a mean without its error": (
        one_arm(observed={"started@6": {"mean": 0.4}}),
        "standard error",
        "se",
    ),
    "bounds the wrong way round": (one_arm(observed={"started@6": [9, 3]}), "lower", "[lower"),
    "no bound at all": (one_arm(observed={"started@6": [None, None]}), "not one of", "[71, null]"),
    "a negative count": (one_arm(observed={"started@6": -1}), "count", "at least 0"),
    "words for a count": (one_arm(observed={"started@6": "six"}), "started@6", "keys and values"),
    "a run-in without months": (plan(run_in={"keep": "not_started"}), "run_in.months", "missing"),
    "a run-in that keeps what is not": (plan(run_in={"months": 3, "keep": "some"}), "some", "all"),
    "an impossible start": (plan(start="2004-13"), "start", "2010-01"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_said_with_its_place_and_what_to_write(case):
    content, *words = WRONG[case]
    with pytest.raises(RequestError) as error:
        trial_from(content, "my.yaml")
    for word in ("my.yaml", *words):
        assert word in str(error.value)


@pytest.mark.parametrize("content", [None, 3, [], "trial"])
def test_a_file_holds_keys_and_values(content):
    with pytest.raises(RequestError, match="keys and values"):
        trial_from(content, "my.yaml")


def test_a_file_that_is_not_there_or_not_yaml_is_said(tmp_path):
    with pytest.raises(RequestError, match="cannot be read"):
        load_trial(tmp_path / "none.yaml")
    for text in ("a: [", "a: 1\na: 2", "a: !!python/object:os.system x"):
        path = tmp_path / "bad.yaml"
        path.write_text(text)
        with pytest.raises(RequestError):
            load_trial(path)
    with pytest.raises(RequestError, match="no trial has this name"):
        load_trial("e88")


def test_forms_of_an_observation_mean_what_they_say():
    arms = one_arm(
        observed={"started@6": 3, "started@12": [5, None], "providing@12": {"count": 2, "of": 10}}
    )
    items = {item.name: item for item in items_of(trial_from(arms, "my.yaml"))}
    assert items["helped: started@6"].observed.count == 3
    assert items["helped: started@12"].observed.low == 5
    assert items["helped: started@12"].observed.high is None
    assert items["helped: providing@12"].sites == 10
    assert items["helped: providing@12"].arm_sites == 12


def test_repeated_counts_of_the_same_sites_inform_once():
    trial = trial_from(one_arm(observed={"started@6": 3, "started@12": 5}), "my.yaml")
    fitted = {i.name: i.fitted for i in items_of(trial)}
    assert fitted["helped: started@12"] and not fitted["helped: started@6"]


def test_an_arm_may_be_shown_without_being_fitted():
    trial = trial_from(one_arm(observed={"started@6": 3}, fitted=False), "my.yaml")
    assert not any(item.fitted for item in items_of(trial))


def test_a_trial_without_observations_is_a_plan():
    assert not trial_from(plan(), "my.yaml").published
    assert trial_from(one_arm(observed={"started@6": 3}), "my.yaml").published


def test_doses_hold_from_their_month_on_and_within_the_lever_s_time():
    arms = one_arm(
        components=[{"lever": "training", "dose": {0: 1.0, 12: 0.5}, "start": 3, "months": 18}]
    )
    part = trial_from(arms, "my.yaml").arms[0].components[0]
    assert [part.at(m) for m in (0, 2, 3, 14, 15, 20, 21)] == [0, 0, 1, 1, 0.5, 0.5, 0]


@pytest.mark.parametrize("name", trial_names())
def test_every_shipped_trial_says_where_it_is_from_and_what_is_assumed(name):
    trial = load_trial(name)
    assert trial.name == name
    assert trial.evidence and trial.source != "assumption" and trial.assumed


def test_a_file_and_its_values_are_the_same_trial(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump(plan()))
    assert load_trial(path).arms == trial_from(plan(), "x").arms
