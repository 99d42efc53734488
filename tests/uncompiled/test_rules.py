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
    nothing = dict.fromkeys(expected, 0) | {"funding_time": 0}
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
        lambda p: rules.decision_log_hazard(p, site, 0.25, True, False, NO_DOSE), "a0", expected
    )
    site.champions, site.importer_champions = 0, 2
    other = {**expected, "b_champion": 0, "b_importer": 1, "b_sensitive": 0, "b_prrc": 1}
    factor_by_factor(
        lambda p: rules.decision_log_hazard(p, site, 0.25, False, True, NO_DOSE), "a0", other
    )


def doses(**dose):
    return [float(dose.get(lever, 0)) for lever in LEVERS]


NO_DOSE = doses()
PROMPTS = [f"prompt_{lever}" for lever in LEVERS if lever in {
    "materials", "meetings", "outreach", "champions", "leadership", "mandate", "training",
    "facilitation", "collaborative", "funding",
}]  # fmt: skip


def test_funding_is_felt_as_staff_time_up_to_a_dose_of_1():
    p, site = given(funding_time=0.5), given(time=2)
    assert rules.felt_time(p, site, NO_DOSE) == 2
    assert rules.felt_time(p, site, doses(funding=0.5)) == is_(2.25)
    assert rules.felt_time(p, site, doses(funding=2)) == is_(2.5)
    coefficient = dict.fromkeys(
        ("b_awareness", "b_champion", "b_importer", "b_leadership", "b_veteran", "b_sensitive",
         "b_prrc", "b_recovery", "b_ebp", "b_fit", "a0"), 0
    )  # fmt: skip
    p = given(**coefficient, b_time=3, funding_time=0.5)
    site = given(champions=0, importer_champions=0, time=2, **dict.fromkeys(
        ("leadership", "veteran", "recovery", "ebp", "fit"), 0
    ))  # fmt: skip
    assert rules.decision_log_hazard(p, site, 0, 0, 0, doses(funding=1)) == is_(7.5)


def test_each_lever_that_asks_adds_its_own_offer_by_its_dose():
    strong = [2.0**k for k in range(len(LEVERS))]
    for name in PROMPTS:
        p = given(asked_again=0, train_trainer_discount=0, **{n: float(n == name) for n in PROMPTS})
        expected = strong[LEVERS.index(name.removeprefix("prompt_"))]
        assert rules.offers(p, strong, 0) == is_(expected), name
    p = given(asked_again=0, train_trainer_discount=0.5, **dict.fromkeys(PROMPTS, 0))
    p.prompt_training = 3
    assert rules.offers(p, doses(train_trainer=2), 0) == is_(3 * 0.5 * 2)
    p = given(asked_again=0.1, train_trainer_discount=1, **dict.fromkeys(PROMPTS, 1))
    for lever in ("simplify", "consensus", "audit", "exchange", "open_prrc"):
        assert rules.offers(p, doses(**{lever: 2}), 0) == 0


def test_who_was_asked_before_accepts_a_share_of_it_lever_by_lever():
    p = given(asked_again=0.1, train_trainer_discount=1, **dict.fromkeys(PROMPTS, 1))
    asked = rules.asked_by(doses(outreach=1, simplify=1), 0)
    assert asked == 2 ** LEVERS.index("outreach")
    assert rules.offers(p, doses(outreach=1), asked) == is_(0.1)
    assert rules.offers(p, doses(outreach=1, funding=1), asked) == is_(1.1)
    asked = rules.asked_by(doses(train_trainer=0.5), asked)
    assert rules.offers(p, doses(training=1), asked) == is_(1)
    assert rules.offers(p, doses(train_trainer=1), asked) == is_(0.1)
    assert rules.asked_by(NO_DOSE, asked) == asked  # never forgotten


def test_what_moves_a_site_moves_it_to_accept_too_as_far_as_it_is_ready():
    site = given(leadership=2, veteran=3, recovery=5, ebp=7, fit=11, time=13, key_aware=0)
    names = {
        "b_leadership": 2, "b_veteran": 3, "b_recovery": 5, "b_ebp": 7, "b_fit": 11, "b_time": 13,
        "b_sensitive": 1, "b_prrc": 1,
    }  # fmt: skip

    def accepting(readiness, offered=0.3, **values):
        p = given(
            offer_setting=0.2,
            readiness=readiness,
            funding_time=1,
            **{**dict.fromkeys(names, 0), **values},
        )
        return rules.accepting_hazard(p, site, offered, 1, 1, NO_DOSE)

    assert accepting(0.5) == is_(0.3 * exp(0.2))
    for name, adds in names.items():
        assert accepting(0.25, **{name: 0.1}) == is_(0.3 * exp(0.2 + 0.025 * adds)), name
    assert accepting(1, offered=0.0, b_fit=9) == 0


def test_preparations_take_their_months_and_at_least_one_longer_where_the_practice_is_hard():
    p = given(startup_months=8, facilitation_startup=log(2), startup_difficulty=1, difficulty=0)
    assert rules.startup_probability(p, 0.0) == is_(1 / 8)
    assert rules.startup_probability(p, 1.0) == is_(1 / 4)
    p.startup_difficulty, p.difficulty = log(4), 0.5
    assert rules.startup_probability(p, 0.0) == is_(1 / 16)
    p.startup_months, p.facilitation_startup = 0.5, 1
    assert rules.startup_probability(p, 0.0) == is_(1)


def test_support_keeps_a_preparing_site_from_giving_up():
    p = given(giveup_rate=2, giveup_support=log(4))
    assert rules.giving_up_rate(p, NO_DOSE) == 2
    for lever in ("facilitation", "training", "collaborative", "funding"):
        assert rules.giving_up_rate(p, doses(**{lever: 0.5})) == is_(1), lever
    everything = doses(facilitation=0.2, training=2, collaborative=1, funding=0.1)
    assert rules.giving_up_rate(p, everything) == is_(0.5)
    assert rules.giving_up_rate(p, doses(audit=1, materials=1)) == 2


def test_training_comes_by_itself_from_trainers_and_from_colleagues():
    p = given(
        training_access=0.1,
        training_rate=2,
        training_completion=0.5,
        train_trainer_discount=0.8,
        train_trainer_second=0.3,
    )
    assert rules.led_training_hazard(p, doses(training=2)) == is_(2)
    assert rules.led_training_hazard(p, doses(training=2, train_trainer=0.5)) == is_(2.4)
    assert rules.training_hazard(p, 0.0, 0.0, 5.0) == is_(0.1)
    assert rules.training_hazard(p, 2.0, 0.0, 0.0) == is_(0.1 + 2)
    assert rules.training_hazard(p, 0.4, 0.5, 4.0) == is_(0.1 + 0.4 + 0.6)
    assert rules.training_hazard(p, 1.6, 2.0, 4.0) == is_(0.1 + 1.6 + 1.2)


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
        p = given(f_floor=2, collaborative_completion=0.5, difficulty=0, **values)
        assert rules.fidelity_target(p, site, 0.5, 2.0, 0.3, 1.6) == is_(2 + expected[name]), name
    p = given(collaborative_completion=1, difficulty=0.75, **dict.fromkeys(names, 0))
    p.f_floor = 3
    assert rules.fidelity_target(p, site, 0.0, 0.0, 0.0, 0.0) == is_(2.25)
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
        "funding_stop": 0.4,
    }
    dose = doses(audit=0.7, funding=0.4)
    factor_by_factor(
        lambda p: rules.stop_log_hazard(p, site, 0.3, True, False, dose), "d0", expected
    )
    site.champions = 1
    other = {**expected, "d_no_champion": 0, "d_leader": 0, "d_prrc": 1}
    factor_by_factor(lambda p: rules.stop_log_hazard(p, site, 0.3, False, True, dose), "d0", other)
    p = given(**dict.fromkeys((*expected, "d0"), 0) | {"d_time": 1, "funding_stop": -2})
    p.funding_time = 0.5
    much = doses(funding=2)
    assert rules.stop_log_hazard(p, site, 0.3, False, True, much) == is_(2.5 - 2)


def test_leadership_is_culture_leader_engagement_and_less_by_a_mandate():
    p = given(factor_correlation=0.36, mandate_autonomy_cost=0.5)
    assert rules.felt_leadership(p, 1.0, 0.0, 0.0, 0.0) == is_(0.6)
    assert rules.felt_leadership(p, 0.0, 1.0, 0.0, 0.0) == is_(sqrt(0.64))
    assert rules.felt_leadership(p, 0.0, 0.0, 0.3, 2.0) == is_(0.3 - 1)
