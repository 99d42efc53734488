"""What a campaign delivers: never more than its money, hours and seats; exact books."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planner_views import FACTS, VALUES, B, S, campaign, providing, run, view

from imr_sim.errors import RequestError
from imr_sim.strategies import (
    LEVER_INDEX,
    LEVERS,
    NEVER,
    PROVIDING,
    Campaign,
    Capacity,
    Component,
    ComposedStrategy,
    Strategy,
    When,
    Who,
    Wish,
)

FACILITATION, TRAINING = LEVER_INDEX["facilitation"], LEVER_INDEX["training"]


class Whim(Strategy):
    """Wishes for random doses of every lever, everywhere, in a new order every month."""

    name = "whim"

    def __init__(self, seed=0, hours=None, seats=None, budget_usd=None):
        self.seed, self.capacity, self.budget_usd = seed, Capacity(hours, seats), budget_usd

    def wish(self, view, delivered):
        rng = np.random.default_rng([self.seed, view.month])
        wish = Wish(rng.random(view.luck.shape))
        for lever in LEVERS:
            wish.dose(lever)[:] = rng.choice([-1, 0, 0.35, 1, 2, 7], size=view.luck.shape)
        return wish


def test_a_wish_without_limits_comes_true_between_no_dose_and_two():
    work = campaign(Whim())
    doses = work.doses(view())
    for i in range(B):  # each history is asked by itself
        wished = Whim().wish(view().only(i), work.delivered.only(i))
        for lever in set(LEVERS) - {"facilitation"}:
            assert (doses[i, :, LEVER_INDEX[lever]] == np.clip(wished.dose(lever), 0, 2)).all()
    assert doses.shape == (B, S, len(LEVERS)) and doses.flags.c_contiguous


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    budget=st.floats(0, 3e6),
    own=st.none() | st.floats(0, 3e6),
    hours=st.none() | st.floats(0, 400),
    seats=st.none() | st.floats(0, 60),
)
def test_nothing_scarce_is_ever_exceeded_in_any_history(seed, budget, own, hours, seats):
    work = campaign(Whim(seed, hours, seats, own), 12, budget)
    doses = run(work, 12, seed)
    limit = budget if own is None else min(budget, own)
    assert (np.rint(work.spent_usd * 100).sum(axis=1) <= limit * 100 + 1e-6).all()
    assert (work.hours <= (np.inf if hours is None else hours)).all()
    assert np.allclose(work.spent_by_lever.sum(axis=1), work.spent_usd.sum(axis=1))
    begun = np.zeros((B, S, len(LEVERS)), dtype=bool)
    for dose in doses:
        first = (dose > 0) & ~begun
        begun |= dose > 0
        taken = sum(
            (dose * first)[..., LEVER_INDEX[lever]].sum(axis=1) * VALUES[f"{lever}_seats"]
            for lever in ("training", "train_trainer", "collaborative")
        )
        assert (taken <= (np.inf if seats is None else seats) + 1e-9).all()


def test_the_books_hold_every_cent_of_what_was_delivered():
    who = Who("list", stations=("400", "405"))
    strategy = ComposedStrategy(
        "two", (Component("champions", 0.5, who), Component("training", 1.0, who, When(months=2)))
    )
    work = campaign(strategy, 3)
    run(work, 3)
    assert work.spent_usd[0].tolist() == [2 * (1150 + 28000), 2 * (400 + 1000), 2 * 400]
    assert work.spent_by_lever[0, TRAINING] == 2 * 29000


def test_a_budget_is_spent_to_the_last_site_that_it_can_pay_for():
    strategy = ComposedStrategy("p", (Component("materials", 1.0, when=When(months=1)),))
    work = campaign(strategy, 2, budget_usd=5 * 150)
    doses = run(work, 2)
    assert ((doses[0] > 0).any(axis=2).sum(axis=1) == 5).all()
    assert (work.spent_usd == [750, 0]).all()
    almost = campaign(strategy, 2, budget_usd=5 * 150 - 0.01)
    run(almost, 2)
    assert (almost.spent_usd.sum(axis=1) == 600).all()


@pytest.mark.parametrize("components", [(), tuple(Component(lever, 0) for lever in LEVERS)])
def test_a_strategy_of_zero_dose_does_and_costs_exactly_nothing(components):
    work = campaign(ComposedStrategy("zero", components), 6, budget_usd=0)
    assert not run(work, 6).any()
    assert not work.spent_usd.any() and not work.hours.any() and not work.supported.any()
    assert (work.months_since_supported(6) == NEVER).all()


def test_sites_that_are_supported_keep_their_support_when_others_would_come_first():
    class Fickle(Strategy):
        capacity = Capacity(facilitator_hours_per_month=3 * 14.4)

        def wish(self, view, delivered):
            wish = Wish(np.random.default_rng(view.month).random(view.luck.shape))
            wish.dose("facilitation")[:] = 1
            return wish

    facilitated = run(campaign(Fickle()), 12)[..., FACILITATION] > 0
    assert (facilitated.sum(axis=2) == 3).all()
    assert (facilitated == facilitated[0]).all()


def test_the_last_money_goes_to_sites_that_are_supported_already():
    class Growing(Strategy):
        def wish(self, view, delivered):
            wish = Wish(np.tile(view.sites.patients, (len(view.luck), 1)))
            wish.dose("meetings")[:, : 4 if view.month == 0 else S] = 1
            return wish

    given = run(campaign(Growing(), 2, budget_usd=400 * 9), 2)[:, 0].any(axis=2)
    assert [np.flatnonzero(month).tolist() for month in given] == [[0, 1, 2, 3], [0, 1, 2, 3, 11]]


def test_the_next_sites_join_when_the_first_have_had_their_months():
    strategy = ComposedStrategy(
        "waves",
        (Component("facilitation", 1.0, Who("largest"), When(months=4)),),
        capacity=Capacity(facilitator_hours_per_month=3 * 14.4),
    )
    facilitated = run(campaign(strategy), 16)[:, 0, :, FACILITATION] > 0
    assert (facilitated.sum(axis=0) == 4).all()
    assert [np.flatnonzero(facilitated[m]).tolist() for m in (0, 4)] == [[9, 10, 11], [6, 7, 8]]


def test_a_site_short_of_facilitators_still_gets_its_other_levers():
    strategy = ComposedStrategy(
        "both", (Component("materials"), Component("facilitation")), capacity=Capacity(20)
    )
    doses = run(campaign(strategy), 1)[0, 0]
    assert (doses[:, LEVER_INDEX["materials"]] == 1).all()
    assert (doses[:, FACILITATION] > 0).sum() == 1


def test_a_seat_is_taken_once_and_training_goes_on_without_another():
    strategy = ComposedStrategy(
        "t", (Component("training", 1.0, when=When(months=3)),), capacity=Capacity(None, 9)
    )
    trained = run(campaign(strategy), 5)[:, 0, :, TRAINING]
    assert (trained > 0).sum(axis=1).tolist() == [2, 4, 6, 6, 6]


def test_facilitation_loses_strength_at_scale_but_not_its_price():
    def strength(sites, dose=1.0):
        who = Who("random", sites=sites)
        work = campaign(ComposedStrategy("f", (Component("facilitation", dose, who),)))
        doses = run(work, 1)[0, 0, :, FACILITATION]
        assert work.spent_usd[0, 0] == pytest.approx(sites * 2330 * dose)
        assert work.hours[0, 0] == pytest.approx(sites * 14.4 * dose)
        return doses.max()

    assert strength(1) == strength(2) == 1
    assert strength(12, dose=2.0) == pytest.approx(2 * (1 - 0.55 * 10 / 28))


def test_at_full_scale_only_the_penalty_is_left():
    values = {**VALUES, "facilitation_scale_sites": np.full(B, 6.0)}
    work = Campaign(ComposedStrategy("f", (Component("facilitation"),)), FACTS, values, 1)
    assert work.doses(view())[..., FACILITATION] == pytest.approx(0.45)


def test_support_is_remembered_and_so_is_whether_imr_was_provided_since():
    who = Who("list", stations=("403",))
    work = campaign(ComposedStrategy("m", (Component("materials", 1.0, who, When(start=2)),)))
    run(work, 6, each=lambda month: {"status": providing(3, 7) if month == 4 else providing()})
    since = work.months_since_supported(6)
    assert since.dtype == np.int16
    assert (since[:, 3] == 4).all() and (np.delete(since, 3, axis=1) == NEVER).all()
    assert work.providing_since_supported[:, 3].all()
    assert work.providing_since_supported.sum() == B


def test_a_lever_without_a_cost_of_some_kind_is_free_of_it():
    work = campaign(ComposedStrategy("m", (Component("materials"),)), 2)
    run(work, 2)
    assert (work.spent_usd == [12 * 150, 0]).all()


@pytest.mark.parametrize("budget", [-1, float("nan"), float("inf")])
def test_a_budget_that_cannot_be_spent_is_refused(budget):
    with pytest.raises(RequestError, match="no amount of money"):
        campaign(Whim(), 1, budget)


def test_strategies_cannot_write_to_the_books():
    work = campaign(Whim())
    with pytest.raises(ValueError, match="read-only"):
        work.delivered.months("training")[:] = 1


# Sites that want more than there is, and what then binds.
SCARCE = {
    "hours": (Capacity(facilitator_hours_per_month=30), None),
    "seats": (Capacity(training_seats_per_month=8), None),
    "money": (Capacity(), 60_000),
}


@pytest.mark.parametrize("limit", [*SCARCE, None])
def test_the_books_say_what_turned_sites_away_and_what_is_left(limit):
    capacity, budget = SCARCE.get(limit, (Capacity(), 1e9))
    both = (Component("facilitation"), Component("training"))
    work = campaign(ComposedStrategy("both", both, capacity=capacity), 3, budget)
    run(work, 3)
    found = work.limits()
    for name in SCARCE:
        assert ((found[name] > 0) == (name == limit)).all(), name
    assert found["wished"].all() and found["acted"].all()
    if budget is None:
        assert np.isnan(found["left_usd"]).all()
    else:
        assert np.allclose(found["left_usd"], budget - work.spent_usd.sum(axis=1))


def test_a_budget_that_starts_nobody_and_a_strategy_that_never_acts_are_told_apart():
    poor = campaign(ComposedStrategy("f", (Component("facilitation"),)), 2, budget_usd=1000)
    idle = campaign(ComposedStrategy("n", ()), 2, budget_usd=1000)
    for work in (poor, idle):
        run(work, 2)
        assert not work.limits()["acted"].any() and (work.limits()["left_usd"] == 1000).all()
    assert poor.limits()["wished"].all() and (poor.limits()["money"] == 2).all()
    assert not idle.limits()["wished"].any() and not idle.limits()["money"].any()


@given(low=st.floats(-1e6, 2), high=st.floats(0, 1e6))
def test_doses_that_were_clipped_are_on_the_books(low, high):
    class Odd(Strategy):
        name = "odd"

        def wish(self, view, delivered):
            wish = Wish.nothing(view)
            wish.dose("materials")[0, :2] = low, high
            return wish

    work = campaign(Odd(), 1)
    doses = work.doses(view())
    assert doses.min() >= 0 and doses.max() <= 2
    lowest, highest = work.limits()["lowest_dose"], work.limits()["highest_dose"]
    below = [x for x in (low, high) if x < -1e-9]
    above = [x for x in (low, high) if x > 2 + 1e-9]
    assert np.isnan(lowest).all() if not below else (lowest == min(below)).all()
    assert np.isnan(highest).all() if not above else (highest == max(above)).all()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    budget=st.floats(1e4, 2e6),
    months=st.integers(1, 40),
    later=st.integers(1, 30),
    hours=st.none() | st.floats(10, 200),
    only=st.sampled_from([(), ("not_providing",), ("prrc",)]),
)
def test_no_site_is_left_without_the_support_it_was_begun_with(
    seed, budget, months, later, hours, only
):
    horizon = 48
    plan = ComposedStrategy(
        "bundle",
        (
            Component("facilitation", 1.0, Who("random", only=only), When(months=months)),
            Component("training", 1.0, when=When(months=later, after="facilitation")),
            Component("champions", 0.5, Who("largest"), When(start=6, months=5)),
            Component("meetings", 1.0, Who(only=("providing",)), When(after="training")),
        ),
        capacity=Capacity(hours),
        budget_usd=budget,
    )
    rng = np.random.default_rng(seed)
    status = rng.choice([0, 0, 2], size=(horizon, B, S)).astype(np.uint8)
    work = campaign(plan, horizon)
    doses = run(work, horizon, seed, lambda month: {"status": status[month]})
    assert (np.rint(work.spent_usd * 100).sum(axis=1) <= budget * 100 + 1e-6).all()
    for lever, length in (("facilitation", months), ("training", later), ("champions", 5)):
        has = doses[..., LEVER_INDEX[lever]] > 0
        first = np.where(has.any(axis=0), has.argmax(axis=0), horizon)
        due = np.minimum(length, horizon - first)
        assert (has.sum(axis=0) == due).all(), lever
    begun = (doses[..., FACILITATION] > 0).any(axis=0)
    trained = (doses[..., TRAINING] > 0).any(axis=0)
    in_time = (doses[:-1, ..., FACILITATION] > 0).any(axis=0)
    assert (trained >= in_time).all() and (trained <= begun).all()
    had_training = np.cumsum(doses[..., TRAINING] > 0, axis=0) - (doses[..., TRAINING] > 0) > 0
    monitored = doses[..., LEVER_INDEX["meetings"]] > 0
    assert (monitored == (had_training & (status == PROVIDING))).all()


def test_more_money_begins_with_more_sites_and_all_of_it_is_put_to_use():
    plan = ComposedStrategy("visits", (Component("outreach", when=When(months=6)),))
    cost = 6 * 130_000
    for sites in range(S + 1):
        work = campaign(plan, 12, (sites * cost + cost - 1) / 100)
        run(work, 12)
        assert (work.supported.sum(axis=1) == min(sites, S)).all()
        assert (np.rint(work.spent_usd * 100).sum(axis=1) == min(sites, S) * cost).all()


def test_what_pauses_is_paid_for_when_it_goes_on():
    plan = ComposedStrategy("watch", (Component("champions", 1.0, Who(only=("not_providing",))),))
    work = campaign(plan, 10, (1500 + 10 * 800) * 3)
    seen = [0, 1, 2]

    def each(month):
        return {"status": providing(*seen) if 3 <= month < 6 else providing()}

    doses = run(work, 10, 0, each)[..., LEVER_INDEX["champions"]] > 0
    first = doses[0]
    assert (first.sum(axis=1) == 3).all()
    for month in range(10):
        paused = each(month)["status"] == PROVIDING
        assert ((doses[month] & first) == (first & ~paused)).all()  # what is set free serves others


def test_a_prrc_that_was_opened_stays_open():
    plan = ComposedStrategy(
        "centers", (Component("open_prrc", 1.0, Who("largest", sites=2), When(months=3)),)
    )
    for budget in (None, 1e9):
        doses = run(campaign(plan, 12, budget), 12)[..., LEVER_INDEX["open_prrc"]]
        assert ((doses > 0).sum(axis=(0, 2)) == 2 * 12).all()


def test_a_strategy_in_python_says_how_long_it_means_to_help():
    class Short(Strategy):
        name = "short"

        def wish(self, view, delivered):
            wish = Wish.nothing(view)
            had = delivered.months("outreach")
            wish.dose("outreach")[:] = had < 2
            wish.plan("outreach", np.ones(view.luck.shape), 2.0 - had)
            return wish

    class Silent(Short):
        def wish(self, view, delivered):
            wish = super().wish(view, delivered)
            wish.plans.clear()
            return wish

    money = 1300 * 2 * 5
    short, silent = campaign(Short(), 10, money), campaign(Silent(), 10, money)
    run(short, 1), run(silent, 1)
    assert (short.supported.sum(axis=1) == 5).all()
    assert (silent.supported.sum(axis=1) == 1).all()  # for all one knows it lasts to the horizon
