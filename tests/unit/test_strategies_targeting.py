"""Who comes first, and when a site's turn is: rules read the planner's view and nothing else."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from planner_views import FACTS, B, S, campaign, providing, run, view

from imr_sim.errors import RequestError
from imr_sim.strategies import (
    LEVER_INDEX,
    NEVER,
    RULES,
    Capacity,
    Component,
    ComposedStrategy,
    PlannerView,
    When,
    Who,
    load_strategy,
    strategy_names,
)

FACILITATION = LEVER_INDEX["facilitation"]


def first_sites(who, sites=3, **changes):
    """Sites facilitated in the first history when hours suffice for few of them."""
    strategy = ComposedStrategy(
        "s", (Component("facilitation", 1.0, who),), capacity=Capacity(sites * 14.4)
    )
    dose = campaign(strategy).doses(view(**changes))[0, :, FACILITATION]
    return set(np.flatnonzero(dose).tolist())


def top(values, n=3):
    return set(np.argsort(-np.asarray(values, dtype=float))[:n].tolist())


def test_each_rule_serves_the_sites_it_names_first():
    seen = view()
    assert first_sites(Who("largest")) == {9, 10, 11}
    assert first_sites(Who("most_central")) == {0, 1, 2}
    assert first_sites(Who("most_autonomy_supporting")) == top(seen.leadership_survey[0])
    assert first_sites(Who("least_aware")) == top(-seen.awareness_survey[0])
    assert first_sites(Who("random")) == first_sites(Who("all")) == top(seen.luck[0])
    assert first_sites(Who("list", stations=("407", "402", "400"))) == {7, 2, 0}
    assert first_sites(Who("list", stations=("407", "402", "400")), sites=1) == {7}
    assert first_sites(Who("rural_first")) == {2, 6, 10}
    assert first_sites(Who("rural_first"), sites=9) == set(range(S)) - {0, 4, 8}
    prrc = set(np.flatnonzero(seen.has_prrc[0]).tolist())
    assert first_sites(Who("prrc_first"), sites=len(prrc)) == prrc


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"all", "visn_by_visn", "list"}))
def test_a_number_of_sites_takes_those_first_in_line_and_no_more_ever(rule):
    strategy = ComposedStrategy("s", (Component("materials", 1.0, Who(rule, sites=5)),))
    work = campaign(strategy)
    run(work, 10)
    assert (work.supported.sum(axis=1) == 5).all()


def test_a_share_of_the_sites_is_a_number_of_them():
    work = campaign(ComposedStrategy("s", (Component("materials", 1.0, Who("random", share=0.5)),)))
    run(work, 3)
    assert (work.supported.sum(axis=1) == 6).all()


def test_random_targeting_is_the_history_s_luck_and_differs_between_histories():
    work = campaign(ComposedStrategy("s", (Component("materials", 1.0, Who("random", sites=4)),)))
    chosen = work.doses(view()).any(axis=2)
    assert len({tuple(row) for row in chosen}) > 1
    again = campaign(ComposedStrategy("t", (Component("exchange", 2.0, Who("random", sites=4)),)))
    assert (again.doses(view()).any(axis=2) == chosen).all()


@pytest.mark.parametrize("visns", [(), (22, 1, 4)])
def test_a_stepped_wedge_adds_one_visn_a_step(visns):
    who = Who("visn_by_visn", visns=visns)
    strategy = ComposedStrategy("w", (Component("materials", 1.0, who, When(2, wave_months=3)),))
    given = run(campaign(strategy), 12).any(axis=3)
    assert not given[:2].any()
    orders = set()
    for b in range(B):
        steps = [sorted(set(FACTS.visn[given[m, b]].tolist())) for m in (2, 4, 5, 7, 8, 11)]
        assert [len(s) for s in steps] == [1, 1, 2, 2, 3, 3]
        orders.add((steps[0][0], *(set(steps[2]) - set(steps[0]))))
    assert orders == {(22, 1)} if visns else len(orders) > 1
    assert all(given[m].sum() % (4 * B) == 0 for m in range(12))


def test_only_the_visns_named_are_served():
    work = campaign(ComposedStrategy("v", (Component("materials", 1.0, Who(visns=(4,))),)))
    run(work, 1)
    assert (work.supported == (FACTS.visn == 4)).all()


def test_waves_let_so_many_sites_join_at_a_time():
    when = When(months=12, wave_sites=5, wave_months=6)
    work = campaign(ComposedStrategy("w", (Component("materials", 1.0, Who("random"), when),)))
    given = run(work, 14)[..., LEVER_INDEX["materials"]] > 0
    joined = np.maximum.accumulate(given).sum(axis=2)
    assert (joined[[0, 5, 6, 11, 12]].T == [5, 5, 10, 10, 12]).all()
    assert (given.sum(axis=0) <= 12).all()


def test_with_months_a_site_that_joined_is_supported_whatever_happens_there():
    component = Component("materials", 1.0, Who(only=("not_providing",)), When(months=4))
    given = run(
        campaign(ComposedStrategy("m", (component,))),
        8,
        each=lambda month: {"status": providing(0) if month >= 1 else providing(5)},
    )[:, 0, :, 0]
    assert given[:, 0].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert given[:, 5].tolist() == [0, 1, 1, 1, 1, 0, 0, 0]


def test_without_months_support_lasts_as_long_as_its_conditions():
    component = Component("audit", 1.0, Who(only=("providing",)))
    given = run(
        campaign(ComposedStrategy("a", (component,))),
        6,
        each=lambda month: {"status": providing(2) if month in (1, 2, 4) else providing()},
    )[:, 0, 2, LEVER_INDEX["audit"]]
    assert given.tolist() == [0, 1, 1, 0, 1, 0]


def test_prrc_filters_split_the_sites():
    seen = view()
    for only, there in (("prrc", seen.has_prrc), ("no_prrc", ~seen.has_prrc)):
        component = Component("materials", 1.0, Who(only=(only,)))
        doses = campaign(ComposedStrategy("p", (component,))).doses(seen)
        assert (doses.any(axis=2) == there).all()


def test_a_larger_dose_first_and_a_smaller_one_after():
    levers = (
        Component("facilitation", 2.0, Who("list", stations=("401",)), When(months=2)),
        Component("facilitation", 1.0, Who("list", stations=("401",)), When(months=5)),
    )
    dose = run(campaign(ComposedStrategy("f", levers)), 7)[:, 0, 1, FACILITATION]
    assert dose.tolist() == [2, 2, 1, 1, 1, 0, 0]


def test_a_lever_waits_for_the_one_it_follows():
    levers = (
        Component("champions", 1.0, Who("list", stations=("401",)), When(start=3)),
        Component("training", 1.0, when=When(after="champions")),
    )
    given = run(campaign(ComposedStrategy("f", levers)), 6)[:, 0] > 0
    assert np.argwhere(given[..., LEVER_INDEX["training"]]).tolist() == [[4, 1], [5, 1]]


def test_stepped_support_facilitates_only_where_nothing_happened_in_six_months():
    def world(month):
        return {"status": providing(0, *([1] if month >= 3 else []), *([2] if month == 4 else []))}

    given = run(campaign(load_strategy("stepped_support")), 26, each=world)[:, 0, :, FACILITATION]
    assert not given[:6].any()
    assert np.flatnonzero(given[6]).tolist() == list(range(3, S))
    assert not given[:, :3].any()
    assert (given[6:24, 3:] > 0).all() and not given[24:].any()


def test_stepped_support_does_not_leave_a_site_that_begins_under_facilitation():
    given = run(
        campaign(load_strategy("stepped_support")),
        20,
        each=lambda month: {"status": providing(4) if month >= 8 else providing()},
    )[:, 0, 4, FACILITATION]
    assert (given[6:20] > 0).all()


def test_sensitive_period_response_waits_and_then_stays_a_year():
    def world(month):
        since = np.full((B, S), NEVER, dtype=np.int16)
        if month > 4:
            since[:, 6] = month - 4
        return {"months_since_leader_change": since}

    given = run(campaign(load_strategy("sensitive_period_response")), 24, each=world)
    facilitated = given[:, 0, :, FACILITATION]
    assert np.flatnonzero(facilitated.any(axis=1)).tolist() == list(range(5, 17))
    assert np.flatnonzero(facilitated.any(axis=0)).tolist() == [6]
    assert (facilitated[5:17, 6] == 1).all()


class Guarded:
    """Passes on what a PlannerView has and notes any attempt to read something else."""

    def __init__(self, seen):
        self._seen, self.asked = seen, set()

    def __getattr__(self, name):
        self.asked.add(name)
        return getattr(self._seen, name)


def test_no_strategy_reads_more_than_the_view():
    allowed = {f.name for f in fields(PlannerView)}
    for name in strategy_names():
        work, seen = campaign(load_strategy(name)), Guarded(view(7))
        work.doses(seen)
        assert seen.asked <= allowed


def test_a_view_is_not_changed_by_who_looks_at_it():
    seen, same = view(3), view(3)
    for name in strategy_names():
        campaign(load_strategy(name)).doses(seen)
    for field in fields(PlannerView):
        before, after = getattr(same, field.name), getattr(seen, field.name)
        assert before is after or np.array_equal(before, after)


@pytest.mark.parametrize(
    ("who", "message"),
    [
        (Who(visns=(1, 5)), r"components\[0\].who.visns: 5: the system has no such visn"),
        (Who("list", stations=("4011",)), r"stations: 4011: .* Write one of .*401"),
    ],
)
def test_a_place_that_does_not_exist_is_refused_before_the_first_month(who, message):
    with pytest.raises(RequestError, match=message):
        campaign(ComposedStrategy("x", (Component("materials", 1.0, who),)))
