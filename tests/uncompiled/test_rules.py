"""Each rule of behaviour against numbers worked out by hand from docs/odd.md."""

from __future__ import annotations

from math import exp, log, sqrt
from types import SimpleNamespace

import pytest

from imr_sim.model import rules
from imr_sim.model.layout import CHIEF, COORDINATOR, OTHER, PEER
from imr_sim.strategies import LEVERS

NURSE = 5


def given(**values):
    return SimpleNamespace(**values)


def is_(value):
    return pytest.approx(value, rel=1e-12)


def test_the_chance_of_a_month_is_that_of_a_twelfth_of_the_yearly_hazard():
    assert rules.monthly(12 * log(2)) == is_(0.5)
    assert rules.monthly(0.0) == 0
    assert 1 - (1 - rules.monthly(0.8)) ** 12 == is_(1 - exp(-0.8))


def test_each_role_leaves_at_its_own_rate():
    p = given(
        turnover_coordinator=1,
        turnover_chief=2,
        turnover_peer=3,
        turnover_other=4,
        turnover_clinical=5,
    )
    assert [rules.leaving_rate(p, r) for r in (COORDINATOR, CHIEF, PEER, OTHER, NURSE, 2)] == [
        1,
        2,
        3,
        4,
        5,
        5,
    ]


def test_consultation_and_audit_keep_providers_up_to_a_dose_of_1():
    p = given(training_turnover=0.25, audit_turnover=0.64)
    assert rules.retention(p, 0.0, 0.0) == 1
    assert rules.retention(p, 0.5, 0.0) == is_(0.5)
    assert rules.retention(p, 0.0, 0.5) == is_(0.8)
    assert rules.retention(p, 1.0, 1.0) == is_(0.16)
    assert rules.retention(p, 2.0, 2.0) == is_(0.16)


def test_media_reach_roles_at_their_weight():
    p = given(media_weight_coordinator=4, media_weight_chief=3, media_weight_smi=2)
    assert rules.media_weight(p, COORDINATOR, True) == 4
    assert rules.media_weight(p, CHIEF, True) == 3
    assert rules.media_weight(p, NURSE, True) == 2
    assert rules.media_weight(p, NURSE, False) == 1


def test_a_site_is_heard_of_where_it_provides_and_by_its_levers():
    p = given(visibility=1, materials_awareness=10, outreach_awareness=100)
    assert rules.hearing_everybody(p, False, 0.0, 0.0) == 0
    assert rules.hearing_everybody(p, True, 2.0, 0.0) == 21
    assert rules.hearing_everybody(p, False, 0.0, 2.0) == 200


def test_ties_inside_and_outside_add_up():
    assert rules.hearing_from_ties(given(beta_within=2, beta_between=3), 5.0, 7.0) == 31


def test_a_collaborative_adds_contacts_up_to_a_dose_of_1():
    p = given(collaborative_ties=4, collaborative_completion=0.5, beta_between=3, beta_within=100)
    assert rules.hearing_in_collaborative(p, 0.5, 0.2) == is_(3 * 1 * 0.2)
    assert rules.hearing_in_collaborative(p, 2.0, 0.2) == is_(3 * 2 * 0.2)


def test_the_workbook_keeps_the_untrained_away_less_so_when_simplified():
    p = given(workbook_burden=2, simplify_burden=0.5, peer_burden=3)
    assert rules.willingness(p, NURSE, 0.0) == is_(exp(-2))
    assert rules.willingness(p, NURSE, 0.5) == is_(exp(-1.5))
    assert rules.willingness(p, NURSE, 2.0) == is_(exp(-1))
    assert rules.willingness(p, PEER, 1.0) == is_(exp(-3))


def test_support_champions_and_fatigue_follow_the_site():
    site = given(fit=2, recovery=3, ebp=5, leadership=7)
    p = given(support_rate=2, s_fit=0.1, s_recovery=0.2)
    assert rules.support_rate_of_site(p, site) == is_(2 * exp(0.8))
    p = given(champion_rate=3, c_ebp=0.1, c_support=0.5)
    assert rules.champion_rate_of_site(p, site, 0.4) == is_(3 * exp(0.7))
    p = given(champion_fatigue=2, fatigue_leadership=0.1, fatigue_support=0.5)
    assert rules.fatigue_rate(p, site, 0.4) == is_(2 * exp(-0.9))


def factor_by_factor(function, base, expected):
    """The log hazard with nothing, and what one more of each coefficient alone adds to it."""
    nothing = dict.fromkeys(expected, 0)
    assert function(given(**{base: 0.7}, **nothing)) == is_(0.7)
    for name, adds in expected.items():
        added = function(given(**{base: 0.7}, **{**nothing, name: 1})) - 0.7
        assert added == is_(adds), name


def test_each_factor_adds_its_own_part_to_the_log_hazard_of_the_decision():
    site = given(
        champions=1,
        importer_champions=0,
        leadership=2,
        veteran=3,
        recovery=5,
        ebp=7,
        fit=11,
        time=13,
    )
    expected = {
        "b_awareness": 0.5,  # a quarter of the key staff, per half
        "b_champion": 1,
        "b_importer": 0,
        "b_leadership": 2,
        "b_veteran": 3,
        "b_sensitive": 1,
        "b_prrc": 0,
        "b_recovery": 5,
        "b_ebp": 7,
        "b_fit": 11,
        "b_time": 13,
    }
    factor_by_factor(
        lambda p: rules.decision_log_hazard(p, site, 0.25, True, False), "a0", expected
    )
    site.champions, site.importer_champions = 0, 2
    other = {**expected, "b_champion": 0, "b_importer": 1, "b_sensitive": 0, "b_prrc": 1}
    factor_by_factor(lambda p: rules.decision_log_hazard(p, site, 0.25, False, True), "a0", other)


def test_each_lever_adds_its_own_part_to_the_decision():
    dose = [2.0**k for k in range(len(LEVERS))]
    names = ("materials", "meetings", "outreach", "champions", "mandate", "facilitation")
    for name in names:
        p = given(**{f"{n}_decision": float(n == name) for n in names})
        assert rules.decision_lever_terms(p, dose) == dose[LEVERS.index(name)], name


def test_preparations_take_their_months_and_at_least_one():
    p = given(startup_months=8, facilitation_startup=log(2))
    assert rules.startup_probability(p, 0.0) == is_(1 / 8)
    assert rules.startup_probability(p, 1.0) == is_(1 / 4)
    assert rules.startup_probability(given(startup_months=0.5, facilitation_startup=1), 0.0) == 1


def test_training_comes_by_itself_from_trainers_and_from_colleagues():
    p = given(
        training_access=0.1,
        training_rate=2,
        training_completion=0.5,
        train_trainer_discount=0.8,
        train_trainer_second=0.3,
    )
    assert rules.training_hazard(p, 0.0, 0.0, 5.0) == is_(0.1)
    assert rules.training_hazard(p, 2.0, 0.0, 0.0) == is_(0.1 + 2)
    assert rules.training_hazard(p, 0.0, 0.5, 4.0) == is_(0.1 + 0.4 + 0.6)
    assert rules.training_hazard(p, 0.0, 2.0, 4.0) == is_(0.1 + 1.6 + 1.2)


def test_fidelity_moves_to_what_a_team_and_its_support_make_of_it_within_the_scale():
    names = ("g_trained", "g_support", "audit_fidelity", "collaborative_fidelity", "g_leadership")
    expected = {
        "g_trained": 0.5,
        "g_support": 1,  # no more than a dose of 1
        "audit_fidelity": 0.3,
        "collaborative_fidelity": 0.8,  # half of a dose of 1.6
        "g_leadership": 0.2,
    }
    site = given(leadership=0.2)
    for name in names:
        values = {n: float(n == name) for n in names}
        p = given(f_floor=2, collaborative_completion=0.5, **values)
        assert rules.fidelity_target(p, site, 0.5, 2.0, 0.3, 1.6) == is_(2 + expected[name]), name
    p = given(collaborative_completion=1, **dict.fromkeys(names, 0))
    for floor, held in ((0.4, 1), (6.2, 5)):
        p.f_floor = floor
        assert rules.fidelity_target(p, site, 0.0, 0.0, 0.0, 0.0) == held


def test_each_factor_adds_its_own_part_to_the_log_hazard_of_a_stop():
    site = given(champions=0, time=2, fidelity=4.5)
    expected = {
        "d_no_champion": 1,
        "d_support": 0.3,
        "d_leader": 1,
        "d_prrc": 0,
        "d_time": 2,
        "d_fidelity": 1.5,
        "audit_stop": 0.7,
    }
    factor_by_factor(
        lambda p: rules.stop_log_hazard(p, site, 0.3, True, False, 0.7), "d0", expected
    )
    site.champions = 1
    other = {**expected, "d_no_champion": 0, "d_leader": 0, "d_prrc": 1}
    factor_by_factor(lambda p: rules.stop_log_hazard(p, site, 0.3, False, True, 0.7), "d0", other)


def test_leadership_is_culture_leader_engagement_and_less_by_a_mandate():
    p = given(factor_correlation=0.36, mandate_autonomy_cost=0.5)
    assert rules.felt_leadership(p, 1.0, 0.0, 0.0, 0.0) == is_(0.6)
    assert rules.felt_leadership(p, 0.0, 1.0, 0.0, 0.0) == is_(sqrt(0.64))
    assert rules.felt_leadership(p, 0.0, 0.0, 0.3, 2.0) == is_(0.3 - 1)
