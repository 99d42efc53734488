"""What the studies are built from: contrasts, rules retargeted, ties generated anew."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.strategies import DEFAULT_STRATEGIES, load_strategy
from imr_sim.system import TieShape, load_system, network_statistics, with_generated_ties

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "experiments"))

import awareness_champions_leadership as acl  # noqa: E402
import network  # noqa: E402
import targeting  # noqa: E402
import turnover_transfer  # noqa: E402
from retarget import affordable, programme_cost, retargeted  # noqa: E402
from study import estimate, usual_costs  # noqa: E402


@pytest.fixture(scope="module")
def small():
    return load_system("small")


def corners(value):
    return {at: np.array([value(*at)]) for at in product((0, 2), repeat=3)}


def test_what_adds_up_has_no_interaction():
    terms = acl._effects(corners(lambda a, c, s: 1 + a + 2 * c + 4 * s), 2)
    assert terms["awareness alone"] == 2 and terms["leadership alone"] == 8
    assert {k: float(v[0]) for k, v in terms.items() if " x " in k or "beyond" in k} == {
        "awareness x champions": 0,
        "awareness x leadership": 0,
        "champions x leadership": 0,
        "all three, beyond their sum": 0,
    }


def test_what_multiplies_has_its_interaction():
    terms = acl._effects(corners(lambda a, c, s: (1 + a) * (1 + c)), 2)
    assert terms["awareness x champions"] == 4  # 9 - 3 - 3 + 1
    assert terms["awareness x leadership"] == 0 and terms["all three, beyond their sum"] == 4


def test_a_rule_that_is_always_better_is_told_apart_and_sure():
    years = np.random.default_rng(1).normal(size=(1, 50)) + np.array([[0.0], [3.0], [0.0]])
    years[0] += np.linspace(-0.5, 0.5, 50)
    rows = targeting._against_best("s", ["random", "largest", "rural_first"], years)
    assert [r["is_best"] for r in rows] == [False, True, False]
    assert [r["told_apart"] for r in rows] == [True, False, True]
    assert rows[1]["p_best_mean"] == 1 and rows[1]["p_best_history"] == 1


def test_rules_that_are_alike_are_not_told_apart_and_share_the_probability():
    years = np.tile(np.random.default_rng(2).normal(size=(1, 40)), (4, 1))
    rows = targeting._against_best("s", list("abcd"), years)
    assert not any(r["told_apart"] for r in rows)
    assert [r["p_best_mean"] for r in rows] == [0.25] * 4


def test_network_luck_is_told_from_the_rest():
    rng = np.random.default_rng(3)
    draws, luck = rng.normal(0, 5, size=(1, 400)), rng.normal(0, 2, size=(6, 400))
    found = network._estimate(draws + luck)
    assert found["network_sd"] == pytest.approx(2, rel=0.1)
    assert found["sd"] == pytest.approx(np.hypot(5, 2), rel=0.1)
    assert found["mean_lo"] < found["mean"] < found["mean_hi"]


def test_the_interval_of_a_mean_shrinks_and_that_of_histories_does_not():
    values = np.random.default_rng(4).normal(size=4000)
    few, many = estimate(values[:250]), estimate(values)
    width = [e["mean_hi"] - e["mean_lo"] for e in (few, many)]
    assert width[1] == pytest.approx(width[0] / 4, rel=0.15)
    assert many["hi"] - many["lo"] == pytest.approx(2 * 1.645, rel=0.06)


@pytest.mark.parametrize("rule", targeting.RULES)
@pytest.mark.parametrize("name", DEFAULT_STRATEGIES)
def test_every_strategy_takes_every_rule_and_keeps_its_levers(name, rule, small):
    was = load_strategy(name)
    now = retargeted(was, rule, 3, small.sites["visn"].to_numpy(), 2)
    assert [(c.lever, c.dose) for c in now.components] == [
        (c.lever, c.dose) for c in was.components
    ]
    assert {c.who.rule for c in now.components} == {rule}
    assert all(
        (a.when.months, a.who.only) == (b.when.months, b.who.only)
        for a, b in zip(now.components, was.components, strict=True)
    )


def test_a_retargeted_strategy_begins_at_no_more_vamcs_than_it_may(small):
    visn = small.sites["visn"].to_numpy()
    names = ("facilitation", "full_rollout", "leadership", "stepped_support")
    arms = [
        retargeted(load_strategy(n), r, 3, visn, 2) for n in names for r in ("random", "largest")
    ]
    found = imr.compare(small, imr.prior(3, seed=1), strategies=arms, horizon=24, luck_draws=0)
    reached = {a.name: a.supported.sum(axis=-1) for a in found.arms if a.name != "none"}
    assert all((n <= 3).all() for n in reached.values())
    assert all((n == 3).any() for n in reached.values())
    by_size = np.argsort(-small.sites["patients"].to_numpy(), kind="stable")[:3]
    served = found.arm("leadership_largest").supported[..., by_size]
    assert served.all()


def test_the_budget_pays_the_whole_programme_at_so_many_vamcs():
    facilitation = load_strategy("facilitation")
    price = programme_cost(facilitation, 60)
    assert price == 24 * 2330
    assert affordable(facilitation, 3.5 * price, 60, 139) == 3
    assert affordable(facilitation, 0.2 * price, 60, 139) == 1
    assert affordable(facilitation, 1e9, 60, 139) == 139


def test_usual_costs_differ_in_no_draw_and_change_nothing_else():
    draws = imr.prior(5, seed=2)
    fixed = usual_costs(draws)
    assert np.ptp(fixed.column("facilitation_month_usd")) == 0
    assert (fixed.column("a0") == draws.column("a0")).all()
    assert fixed.status == draws.status and "costs" in fixed.note


def test_in_the_twin_world_nobody_who_comes_brings_imr(small):
    draws = imr.prior(4, seed=3)
    quiet = draws.replace(**turnover_transfer.NO_IMPORTING, transfer_share=0.0)
    months = 120
    full, twin = (imr.simulate(small, p, months=months, seed=2) for p in (draws, quiet))
    assert full.importer_champions.any() and not twin.importer_champions.any()


def test_the_usual_shape_gives_the_ties_that_load_system_gives(small):
    again = with_generated_ties(small)
    assert again.digest == small.digest and "generated anew" in again.note
    assert with_generated_ties(small, seed=7).digest == load_system("small", seed=7).digest


def test_density_and_ties_between_visns_do_what_they_say(small):
    usual = network_statistics(with_generated_ties(small, 1, network._shape((1.0, 0.25))))
    dense = network_statistics(with_generated_ties(small, 1, network._shape((2.0, 0.0))))
    ratio = dense["mean_degree"] / usual["mean_degree"]
    assert 1.7 < ratio["within"] < 2.2 and 1.8 < ratio["between"] < 2.2
    assert dense.loc["between", "same_visn"] == 1.0
    assert usual.loc["between", "same_visn"] == pytest.approx(0.75, abs=0.02)
    assert dense.loc["coordinators", "same_visn"] == 1.0


@pytest.mark.parametrize("wrong", [{"same_visn_share": 1.2}, {"team_size": 1.0}])
def test_a_shape_that_cannot_be_is_refused(wrong):
    with pytest.raises(RequestError, match=next(iter(wrong))):
        TieShape(**wrong)


def test_not_a_number_is_no_shape_and_a_negative_seed_no_seed(small):
    with pytest.raises(RequestError, match="between_degree"):
        TieShape(between_degree=float("nan"))
    with pytest.raises(RequestError, match="seed=-1"):
        with_generated_ties(small, -1)
