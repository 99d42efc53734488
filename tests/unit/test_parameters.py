"""Every number of the model is declared once, and wrong ones are turned away in words."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError, RequestErrors
from imr_sim.model.parameters import (
    GROUPS,
    INDEX,
    NAMES,
    SPECS,
    as_set,
    parameter_frame,
    prior_cube,
)

EVIDENCE = Path(__file__).parents[2] / "docs" / "evidence.md"
every = pytest.mark.parametrize("spec", SPECS.values(), ids=NAMES)


@every
def test_a_parameter_has_a_unit_a_meaning_and_a_source_or_is_called_an_assumption(spec):
    assert spec.unit and spec.meaning
    assert re.search(r"\bE\d+|assumption", spec.source)


@every
def test_its_default_lies_in_its_range_and_its_prior(spec):
    assert spec.low <= spec.default <= spec.high
    inner = spec.prior.quantile(np.array([0.005, 0.995]), spec.low, spec.high)
    assert inner[0] <= spec.default <= inner[1]


@every
def test_its_range_cuts_off_no_more_than_a_hundredth_of_its_prior(spec):
    if spec.prior.is_fixed:
        assert spec.prior.a == spec.default
    else:
        prior = spec.prior._frozen()
        assert prior.cdf(spec.high) - prior.cdf(spec.low) > 0.99


def test_no_name_is_declared_twice():
    assert sum(len(group) for group in GROUPS.values()) == len(SPECS) == len(NAMES)


def test_sources_that_are_cited_stand_in_the_evidence():
    known = set(re.findall(r"\bE\d+", EVIDENCE.read_text(encoding="utf-8")))
    cited = {e for spec in SPECS.values() for e in re.findall(r"\bE\d+", spec.source)}
    assert cited and cited <= known


def test_all_ten_factors_of_the_decision_have_the_same_prior():
    factors = [spec for spec in GROUPS["decision"] if spec.name not in ("a0", "b_champion")]
    assert len(factors) == 10
    assert len({(spec.prior, spec.default) for spec in factors}) == 1


def test_the_table_has_one_row_a_parameter():
    table = parameter_frame()
    assert table["name"].tolist() == list(NAMES)
    assert set(table["group"]) == set(GROUPS)


def test_an_unknown_name_is_answered_with_the_nearest_one():
    with pytest.raises(RequestError, match="beta_within"):
        imr.Parameters(beta_withn=0.1)


@pytest.mark.parametrize("value", [-0.1, 5.1, float("nan"), float("inf"), "fast", None, True])
def test_a_value_that_cannot_be_is_refused_with_its_range(value):
    with pytest.raises(RequestError) as refused:
        imr.Parameters(beta_within=value)
    assert "beta_within" in str(refused.value)
    assert "0 to 5 (per year per aware tie)" in str(refused.value)


def test_people_are_counted_whole():
    assert imr.Parameters(team_size=3)["team_size"] == 3
    with pytest.raises(RequestError, match="whole people"):
        imr.Parameters(team_size=3.5)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(RequestErrors) as refused:
        imr.Parameters(media=-1, forgeting=0.1, team_size=0)
    assert len(refused.value.errors) == 3


def test_parameters_cannot_be_changed_only_replaced():
    given = imr.Parameters(media=0.2)
    with pytest.raises(AttributeError):
        given.media = 0.3
    with pytest.raises(TypeError):
        given["media"] = 0.3
    changed = given.replace(forgetting=0.0)
    assert (changed.media, changed.forgetting, given.forgetting) == (
        0.2,
        0.0,
        SPECS["forgetting"].default,
    )
    assert pickle.loads(pickle.dumps(changed)) == changed
    assert repr(given) == "Parameters(media=0.2)"


def test_prior_draws_are_the_same_every_time_and_differ_by_seed():
    assert (imr.prior(16).values == imr.prior(16, seed=0).values).all()
    assert (imr.prior(16, seed=0).values != imr.prior(16, seed=1).values).any()


def test_a_parameter_that_is_added_or_moved_leaves_the_prior_draws_of_all_others(monkeypatch):
    before = imr.prior(8, seed=3).frame()
    new = dict.fromkeys(["an_addition", *reversed(NAMES)], SPECS["media"]) | SPECS
    assert next(iter(new)) == "an_addition"
    monkeypatch.setattr("imr_sim.model.parameters.SPECS", new)
    monkeypatch.setattr("imr_sim.model.parameters.NAMES", tuple(new))
    after = imr.prior(8, seed=3).frame()
    np.testing.assert_array_equal(after[list(NAMES)], before)
    assert (after["an_addition"] != after["media"]).all()


def test_every_eighth_of_a_prior_has_one_of_eight_draws():
    cube = prior_cube(8, NAMES, seed=5)
    eighths = np.sort(np.floor(8 * cube), axis=0)
    assert (eighths == np.arange(8)[:, None]).all()
    assert len(np.unique(cube, axis=1).T) == len(NAMES)


def test_prior_draws_lie_in_range_and_are_called_a_prior():
    draws = imr.prior(200, seed=4)
    assert draws.status == "prior" and "judgement" in draws.note
    for name, spec in SPECS.items():
        column = draws.column(name)
        assert spec.low <= column.min() and column.max() <= spec.high
        assert (np.ptp(column) == 0) == spec.prior.is_fixed
    assert len(draws.draw(3)) == len(NAMES)


def test_the_first_draws_of_a_set_are_taken_and_no_more_than_there_are():
    draws = imr.prior(8)
    assert (draws.take(3).values == draws.values[:3]).all()
    for n in (0, 9):
        with pytest.raises(RequestError, match="1 to 8"):
            draws.take(n)


def test_a_parameter_can_be_held_fixed_in_all_draws_and_the_note_says_so():
    draws = imr.prior(8).replace(media=0.5)
    assert (draws.column("media") == 0.5).all()
    assert "media=0.5" in draws.note
    others = [i for name, i in INDEX.items() if name != "media"]
    assert (draws.values[:, others] == imr.prior(8).values[:, others]).all()
    for wrong in ({"medja": 0.5}, {"media": -1}):
        with pytest.raises(RequestError, match="media"):
            imr.prior(8).replace(**wrong)


def test_draws_cannot_be_overwritten():
    with pytest.raises(ValueError, match="read-only"):
        imr.prior(2).values[0, 0] = 1.0


def test_one_set_of_the_users_own_is_not_called_the_default():
    assert as_set(imr.Parameters()).status == "default"
    assert as_set(imr.Parameters(media=0.2)).status == "user"
    assert len(as_set([imr.Parameters(), imr.Parameters(media=0.2)])) == 2
