"""Meeting the same luck makes strategies comparable with few histories.

VAMCs providing at month 60 after the policy date, strategy minus none, on the national system with
60 prior draws. *Same luck*: both arms with one seed. *Own luck*: the arms with two seeds, same
draws. Variances are taken within draws (over seeds), where only luck differs; and in all (over
draws and seeds), where what a strategy truly does differs from draw to draw as well.
"""

from __future__ import annotations

import numpy as np
import pytest

import imr_sim as imr

STRATEGIES = ("materials", "webinars", "champions", "stepped_support", "full_rollout")
SEEDS = 4
DRAWS = 60


@pytest.fixture(scope="module")
def ends():
    """VAMCs providing at the end, by strategy: float64, shape (SEEDS, DRAWS)."""
    system, draws = imr.load_system("va"), imr.prior(DRAWS, seed=0)
    runs = [
        imr.compare(system, draws, STRATEGIES, horizon=60, luck_draws=0, seed=seed)
        for seed in range(SEEDS)
    ]
    return {
        arm.name: np.stack([run.arms[i].curves["vamcs_providing"][:, 0, -1] for run in runs])
        for i, arm in enumerate(runs[0].arms)
    }


def differences(ends, name):
    """Differences with the same luck and with luck of their own; each (pairs, DRAWS)."""
    here, none = ends[name], ends["none"]
    own = [here[i] - none[j] for i in range(SEEDS) for j in range(SEEDS) if i != j]
    return here - none, np.stack(own)


def variances(ends, name):
    """Variance within draws and in all: with the same luck, and with luck of their own."""
    same, own = differences(ends, name)
    here, none = ends[name], ends["none"]
    within = (
        same.var(axis=0, ddof=1).mean(),
        (here.var(axis=0, ddof=1) + none.var(axis=0, ddof=1)).mean(),
    )
    in_all = same.var(axis=1, ddof=1).mean(), own.var(axis=1, ddof=1).mean()
    return within, in_all


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_luck_cuts_the_variance_of_a_difference_to_a_fifth(ends, name):
    within_draws, in_all = variances(ends, name)
    for same, own in (within_draws, in_all):
        assert same <= own / 5


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_luck_estimates_the_same_difference(ends, name):
    same, own = differences(ends, name)
    error = np.hypot(same.mean(axis=1).std(ddof=1), own.mean(axis=1).std(ddof=1))
    assert abs(same.mean() - own.mean()) < 4 * error + 1e-9
