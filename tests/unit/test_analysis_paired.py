"""Paired comparison and its spread."""

import numpy as np
import pytest

from imr_sim.analysis.paired import p_best, paired
from imr_sim.analysis.spread import components, mean_se, summary


def test_a_strategy_without_effect_differs_by_nothing():
    values = np.arange(12.0).reshape(6, 2)
    same = paired(values, values)
    assert same.difference == (0, 0, 0)
    assert same.p_better == 0
    assert same.mc_se == 0


def test_pairing_removes_the_luck_that_both_share():
    luck = np.random.default_rng(0).normal(size=(50, 4))
    gain = paired(luck + 2, luck)
    assert gain.difference == pytest.approx((2, 2, 2))
    assert gain.p_better == 1
    assert gain.sd == pytest.approx((0, 0), abs=1e-12)


def test_equal_outcomes_are_not_better():
    assert paired(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0]])).p_better == 0.5


def test_interval_is_that_of_single_histories():
    values = np.arange(101.0).reshape(101, 1)
    assert summary(values) == (50, 5, 95)
    assert summary(np.tile(values, (1, 9))) == (50, 5, 95)  # more replicates do not shrink it


def test_histories_without_the_number_are_left_out():
    assert summary(np.array([[1.0, np.nan, 3.0]])).mean == 2
    assert np.isnan(summary(np.full((2, 2), np.nan))).all()


def test_ties_share_being_best():
    outcomes = np.array([[[3.0, 1.0]], [[3.0, 2.0]], [[0.0, 2.0]]])
    assert p_best(outcomes) == pytest.approx([0.25, 0.5, 0.25])


def test_spread_splits_into_parameters_and_luck():
    rng = np.random.default_rng(1)
    values = rng.normal(0, 3, (4000, 1)) + rng.normal(0, 2, (4000, 5))
    assert components(values) == pytest.approx((3, 2), rel=0.05)


def test_luck_alone_leaves_nothing_to_the_parameters():
    values = np.array([[0.0, 2.0], [2.0, 0.0], [0.0, 2.0]])  # equal means, spread within
    assert components(values).draws == 0
    assert components(values).replicates == pytest.approx(2**0.5)


def test_one_replicate_cannot_tell_parameters_from_luck():
    assert np.isnan(components(np.array([[1.0], [2.0]]))).all()


def test_one_draw_has_no_spread_between_draws():
    spread = components(np.array([[1.0, 3.0]]))
    assert np.isnan(spread.draws)
    assert spread.replicates == pytest.approx(2**0.5)


def test_monte_carlo_error_counts_draws_not_histories():
    draws = np.array([[1.0], [2.0], [3.0]])
    copies = np.tile(draws, (1, 100))  # replicates that add no information
    assert mean_se(copies) == pytest.approx(1 / 3**0.5)
    assert mean_se(copies) == pytest.approx(mean_se(draws))


def test_monte_carlo_error_of_one_history_is_unknown():
    assert np.isnan(mean_se(np.array([[1.0]])))
    assert mean_se(np.array([[1.0, 2.0, 3.0]])) == pytest.approx(1 / 3**0.5)
