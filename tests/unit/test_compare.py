"""Strategies side by side: one past, one luck, and twins that differ only by the strategy."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError

module = import_module("imr_sim.experiment.compare")
STRATEGIES = ("materials", "facilitation", "stepped_support", "open_prrc")
RUN = dict(start="2010-01", policy_start="2014-01", horizon=36, replicates=2)
BEFORE = 48


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.fixture(scope="module")
def draws():
    return imr.prior(9, seed=6)


@pytest.fixture(scope="module")
def comparison(small, draws):
    return imr.compare(small, draws, STRATEGIES, **RUN)


def same(one, other):
    assert [a.name for a in one.arms] == [a.name for a in other.arms]
    for a, b in zip(one.arms, other.arms, strict=True):
        for name in a.curves:
            np.testing.assert_array_equal(a.curves[name], b.curves[name], err_msg=name)
        for name in ("providing_end", "site_months", "supported"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def test_the_reference_joins_by_itself(comparison):
    assert [a.name for a in comparison.arms] == ["none", *STRATEGIES]
    assert comparison.policy_index == BEFORE
    assert len(comparison.months) == BEFORE + 36


def test_all_arms_share_the_past_and_part_afterwards(comparison):
    none = comparison.arms[0]
    for arm in comparison.arms[1:]:
        for name, curve in arm.curves.items():
            np.testing.assert_array_equal(curve[..., :BEFORE], none.curves[name][..., :BEFORE])
        assert any(
            (curve[..., BEFORE:] != none.curves[name][..., BEFORE:]).any()
            for name, curve in arm.curves.items()
            if name not in ("cost_usd", "hours", "fidelity")
        ), arm.name


def test_an_arm_is_the_history_that_simulate_gives(small, draws, comparison):
    for arm in comparison.arms:
        history = imr.simulate(
            small, draws, arm.name, start="2010-01", months=84, policy_start="2014-01", replicates=2
        )
        providing = history.providing
        assert (arm.curves["vamcs_providing"] == providing.sum(axis=-1)).all()
        assert (arm.curves["aware_staff"] == history.aware.sum(axis=-1)).all()
        assert (arm.curves["cost_usd"] == history.cost_usd).all()
        assert (arm.providing_end == providing[:, :, -1]).all()
        assert (arm.site_months == providing[:, :, BEFORE:].sum(axis=2)).all()


def test_the_company_and_order_of_strategies_change_nothing(small, draws, comparison):
    alone = imr.compare(small, draws, STRATEGIES[::-1], **RUN)
    for arm in alone.arms:
        twin = next(a for a in comparison.arms if a.name == arm.name)
        for name, curve in arm.curves.items():
            np.testing.assert_array_equal(curve, twin.curves[name], err_msg=name)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(small, draws, comparison, threads):
    same(imr.compare(small, draws, STRATEGIES, threads=threads, **RUN), comparison)


@pytest.mark.parametrize("size", [1, 5])
def test_the_size_of_batches_changes_nothing(small, draws, comparison, size, monkeypatch):
    monkeypatch.setattr("imr_sim.experiment.driver.CHUNK_HISTORIES", size)
    same(imr.compare(small, draws, STRATEGIES, **RUN), comparison)


class Nothing(imr.Strategy):
    name, label = "nothing", "Nothing by another name"

    def wish(self, view, delivered):
        return imr.Wish.nothing(view)


def test_a_strategy_that_does_nothing_wins_no_site_in_any_history(small, draws):
    none, nothing = imr.compare(small, draws, [Nothing()], **RUN).arms
    for name, curve in nothing.curves.items():
        np.testing.assert_array_equal(curve, none.curves[name], err_msg=name)
    assert (nothing.providing_end == none.providing_end).all()
    assert not nothing.supported.any()


def test_draws_run_a_second_time_disturb_nothing_and_are_the_second_replicate(small, draws):
    run = {**RUN, "replicates": 1}
    once = imr.compare(small, draws, ["facilitation"], luck_draws=0, **run)
    again = imr.compare(small, draws, ["facilitation"], luck_draws=4, **run)
    both = imr.compare(small, draws, ["facilitation"], **RUN)
    same(once, again)
    for arm, pair in zip(again.arms, both.arms, strict=True):
        assert (arm.twice == pair.curves["vamcs_providing"][:4, :, -1]).all()


def test_seeds_0_and_1_are_two_seeds(small, draws):
    zero, one = (imr.compare(small, draws, ["materials"], seed=s, **RUN) for s in (0, 1))
    assert (zero.arms[0].curves["aware_staff"] != one.arms[0].curves["aware_staff"]).any()


def test_no_strategy_spends_more_than_the_budget(small, draws):
    tight = imr.compare(small, draws, STRATEGIES, budget=50_000, **RUN)
    for arm in tight.arms:
        assert arm.curves["cost_usd"].sum(axis=-1).max() <= 50_000
    assert tight.budget_usd == 50_000


def test_progress_runs_from_nothing_to_all_of_it(small, draws):
    seen = []
    imr.compare(small, draws, ["materials"], progress=lambda share, _: seen.append(share), **RUN)
    assert seen == sorted(seen)
    assert seen[0] > 0 and seen[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon": 0},
        {"replicates": 0},
        {"seed": -1},
        {"policy_start": "2010-01"},
        {"reference": "no_such"},
        {"strategies": ["materials", "materials"]},
        {"strategies": ["no_such"]},
        {"strategies": ["none"]},
        {"budget": -1},
    ],
)
def test_requests_that_cannot_work_are_refused(small, wrong):
    with pytest.raises(RequestError):
        imr.compare(small, imr.Parameters(), **{"strategies": STRATEGIES, **RUN, **wrong})
