"""Who is left out, and which sites a strategy wins."""

import numpy as np
import pandas as pd
import pytest

from imr_sim.analysis.equity import equity, gini
from imr_sim.analysis.sites import site_outcomes

SITES = pd.DataFrame(
    {"visn": [2, 2, 1, 1], "rurality": ["urban", "urban", "highly rural", "insular"]}
)


def history(*states):
    return np.array(states, bool)[:, None, :]


def test_worst_visn_and_rural_gap_by_hand():
    even = equity(history([1, 0, 0, 1], [1, 1, 0, 0]), SITES)
    assert even.worst_visn_share.ravel().tolist() == [0.5, 0.0]
    assert even.rural_gap.ravel().tolist() == [50, 100]  # the insular site counts as neither


def test_no_rural_site_means_no_rural_gap():
    sites = SITES.assign(rurality="urban")
    assert np.isnan(equity(history([1, 0, 0, 1]), sites).rural_gap).all()


def test_gini_by_hand():
    assert gini(np.array([0.5, 0.5, 0.5])) == 0
    assert gini(np.array([0.0, 1.0])) == 0.5
    assert gini(np.array([1.0, 3.0])) == pytest.approx(0.25)
    assert gini(np.zeros(3)) == 0


def test_sites_are_won_and_lost_against_their_twins():
    strategy = history([1, 1, 0, 0], [1, 0, 0, 0])
    twin = history([1, 0, 1, 0], [0, 0, 1, 0])
    months = np.array([[[12, 6, 0, 0]], [[12, 0, 0, 0]]], np.int16)
    twin_months = np.array([[[12, 0, 3, 0]], [[0, 0, 9, 0]]], np.int16)
    result = site_outcomes(strategy, twin, months, twin_months, history([1, 1, 1, 0], [1, 0, 1, 0]))
    assert result["p_providing"].tolist() == [1, 0.5, 0, 0]
    assert result["p_because_of_strategy"].tolist() == [0.5, 0.5, 0, 0]
    assert result["p_lost_because_of_strategy"].tolist() == [0, 0, 1, 0]
    assert result["months_added"].tolist() == [6, 3, -6, 0]
    assert result["p_supported"].tolist() == [1, 0.5, 1, 0]
    assert result["p_providing_se"].tolist() == [0, 0.5, 0, 0]


def test_wins_and_losses_add_up_to_the_difference():
    rng = np.random.default_rng(4)
    strategy, twin = rng.random((2, 9, 3, 20)) < 0.5
    nothing = np.zeros((9, 3, 20), np.int16)
    result = site_outcomes(strategy, twin, nothing, nothing, strategy)
    net = result["p_because_of_strategy"] - result["p_lost_because_of_strategy"]
    assert net.to_numpy() == pytest.approx(strategy.mean((0, 1)) - twin.mean((0, 1)))
