"""However histories are put together, each is the same; and no strategy overspends.

Random strategies (levers, targeting, waves, triggers), capacities and budgets, on the small system.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import imr_sim as imr
from imr_sim.model.batch import Batch, Setting
from imr_sim.strategies import (
    LEVER_INDEX,
    LEVERS,
    Capacity,
    Component,
    ComposedStrategy,
    Strategy,
    When,
    Who,
    Wish,
)

HISTORIES, BEFORE, MONTHS = 5, 12, 18
LIVELY = {"media": 0.5, "support_rate": 4, "a0": 1.5, "d0": -0.5, "turnover_clinical": 0.8}

whos = some.builds(
    Who,
    rule=some.sampled_from(
        ["random", "prrc_first", "most_autonomy_supporting", "least_aware", "rural_first"]
    ),
    sites=some.none() | some.integers(1, 10),
    only=some.sampled_from([(), (), ("not_providing",), ("providing",), ("no_prrc",)]),
)
whens = some.builds(
    When,
    start=some.integers(0, 8),
    months=some.none() | some.integers(1, 12),
    sensitive_period=some.none() | some.integers(1, 12),
)
strategies = some.builds(
    ComposedStrategy,
    name=some.just("random"),
    components=some.lists(
        some.builds(
            Component,
            lever=some.sampled_from(LEVERS),
            dose=some.sampled_from([0.35, 1.0, 2.0]),
            who=whos,
            when=whens,
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
    capacity=some.builds(
        Capacity,
        facilitator_hours_per_month=some.none() | some.floats(0, 150),
        training_seats_per_month=some.none() | some.floats(0, 30),
    ),
)


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


def run(system, strategy, budget, which):
    """Records and books of some of the histories, run together."""
    values = imr.prior(HISTORIES, seed=4).replace(**LIVELY).values
    setting = Setting.of(system, 9, "2008-01", 1)
    batch = Batch(setting, values[which], np.asarray(which), np.zeros(len(which), int))
    records = [batch.advance(BEFORE)]
    batch.begin_policy()
    campaign = batch.campaign(strategy, MONTHS, budget)
    records += [batch.advance_under(campaign) for _ in range(MONTHS)]
    return np.concatenate(records, axis=1), campaign


@settings(max_examples=8)
@given(strategies, some.none() | some.floats(0, 5e5), some.integers(1, HISTORIES - 1))
def test_splitting_a_batch_changes_nothing(small, strategy, budget, split):
    whole, books = run(small, strategy, budget, range(HISTORIES))
    parts = [range(split), range(split, HISTORIES)]
    for part in parts:
        record, own_books = run(small, strategy, budget, part)
        assert (record == whole[part]).all()
        assert (own_books.spent_by_lever == books.spent_by_lever[part]).all()
        assert (own_books.hours == books.hours[part]).all()


class Staggered(Strategy):
    """Facilitates the first site; then, by each history's luck, goes on or visits sites."""

    name = "staggered"
    capacity = Capacity(facilitator_hours_per_month=10)

    def wish(self, view, delivered):
        wish = Wish.nothing(view)
        wish.priority[:] = np.arange(view.luck.shape[1])
        goes_on = (view.luck[:, 0] < 0.5) | (view.month == 0)
        wish.dose("facilitation")[goes_on, 0] = 1
        wish.dose("outreach")[~goes_on] = 1
        return wish


def test_a_lever_that_goes_on_elsewhere_gives_nobody_precedence_here(small):
    """What is supported already comes first, but other histories do not count."""
    values = imr.prior(HISTORIES, seed=4).replace(facilitation_hours=10, outreach_hours=10).values

    def served(which):
        setting = Setting.of(small, 9, "2008-01", 1)
        batch = Batch(setting, values[which], np.asarray(which), np.zeros(len(which), int))
        batch.begin_policy()
        campaign = batch.campaign(Staggered(), 2, None)
        batch.advance_under(campaign)
        return campaign.doses(batch.view(campaign)) > 0

    together = served(range(HISTORIES))
    assert together[..., LEVER_INDEX["facilitation"]].any(), "no history in which it goes on"
    assert together[:, -1, LEVER_INDEX["outreach"]].any(), "no history that visits sites"
    for i in range(HISTORIES):
        assert (served(range(i, i + 1))[0] == together[i]).all()


@settings(max_examples=8)
@given(strategies, some.floats(0, 1e6))
def test_budget_and_hours_are_never_exceeded(small, strategy, budget):
    _, books = run(small, strategy, budget, range(HISTORIES))
    assert (np.rint(books.spent_usd * 100).sum(axis=1) <= budget * 100 + 1e-6).all()
    hours = strategy.capacity.facilitator_hours_per_month
    assert hours is None or (books.hours <= hours).all()
    assert np.allclose(books.spent_by_lever.sum(axis=1), books.spent_usd.sum(axis=1))
