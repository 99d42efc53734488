"""Cost per added VAMC-year and the frontier."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imr_sim.analysis.cost import cost_ratio, frontier


def test_ratio_is_of_the_means():
    cost, years = np.array([[10.0], [30.0]]), np.array([[1.0], [3.0]])
    assert cost_ratio(cost, years, seed=1)[:3] == (10, 10, 10)
    assert cost_ratio(np.array([[10.0], [10.0]]), years, seed=1).ratio == 5


def test_interval_covers_the_ratio_and_is_repeatable():
    rng = np.random.default_rng(2)
    cost, years = rng.normal(100, 10, (80, 2)), rng.normal(20, 8, (80, 2))
    first = cost_ratio(cost, years, seed=0)
    assert first.lo < first.ratio < first.hi
    assert first == cost_ratio(cost, years, seed=0)
    assert first != cost_ratio(cost, years, seed=1)


def test_a_strategy_that_adds_nothing_has_no_ratio_but_a_reason():
    ratio = cost_ratio(np.array([[5.0], [5.0]]), np.array([[-1.0], [0.5]]), seed=1)
    assert np.isnan(ratio[:3]).all()
    assert ratio.reason == "dominated: costs more, adds no VAMC-years"


def test_the_reference_against_itself_has_no_ratio():
    nothing = np.zeros((3, 2))
    assert cost_ratio(nothing, nothing, seed=1).reason == "adds no VAMC-years"


def test_an_uncertain_gain_has_no_upper_bound():
    years = np.array([[-4.0], [5.0]])  # a quarter of the resamples has no gain
    ratio = cost_ratio(np.array([[10.0], [10.0]]), years, seed=1)
    assert ratio.ratio == 20
    assert ratio.lo == 2
    assert ratio.hi == np.inf


def test_one_history_has_no_interval():
    ratio = cost_ratio(np.array([[10.0]]), np.array([[2.0]]), seed=1)
    assert ratio.ratio == 5
    assert np.isnan([ratio.lo, ratio.hi]).all()


def test_frontier_by_hand():
    names = ["none", "cheap", "costly mix", "dear", "worse", "best"]
    cost = np.array([0.0, 10, 30, 40, 35, 100])
    years = np.array([0.0, 10, 11, 20, 9, 22])
    table = frontier(names, cost, years).set_index("strategy")
    assert table["status"].to_dict() == {
        "none": "frontier",
        "cheap": "frontier",
        "costly mix": "extendedly dominated",  # 20 a year, then 10/9: dear is the better step
        "dear": "frontier",
        "worse": "dominated",  # cheap costs less and does more
        "best": "frontier",
    }
    steps = table["cost_per_vamc_year_on_frontier"]
    assert steps[["cheap", "dear", "best"]].tolist() == [1, 3, 30]
    assert steps[["none", "costly mix", "worse"]].isna().all()


def test_frontier_does_not_hang_on_the_order_given():
    cost, years = np.array([100.0, 0, 40]), np.array([22.0, 0, 20])
    assert set(frontier(["c", "a", "b"], cost, years)["status"]) == {"frontier"}


def test_doing_harm_for_nothing_is_dominated():
    table = frontier(["none", "harm"], np.array([0.0, 0.0]), np.array([0.0, -2.0]))
    assert table["status"].tolist() == ["frontier", "dominated"]


@pytest.mark.parametrize("seed", [0, 1])
def test_resampling_keeps_cost_and_effect_of_a_draw_together(seed):
    years = np.random.default_rng(3).lognormal(1, 1, (40, 1))
    ratio = cost_ratio(7 * years, years, seed=seed)
    assert ratio[:3] == pytest.approx((7, 7, 7))


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda p: (p[0] * 10.0, p[1] * 5.0)),
        min_size=1,
        max_size=9,
    ),
    st.randoms(use_true_random=False),
)
def test_a_place_on_the_frontier_never_hangs_on_the_order_and_equal_ones_share_it(points, random):
    def found(order):
        cost, years = (np.array([points[i][k] for i in order]) for k in (0, 1))
        table = frontier([str(i) for i in order], cost, years).set_index("strategy")
        return table.drop(columns=["cost_usd", "vamc_years"]).sort_index()

    plain = found(range(len(points)))
    order = list(range(len(points)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(found(order), plain)
    for i, one in enumerate(points):
        better = [p for p in points if p != one and p[0] <= one[0] and p[1] >= one[1]]
        assert (plain["status"][str(i)] == "dominated") == bool(better)
        for j, other in enumerate(points):
            if one == other:
                assert plain["status"][str(i)] == plain["status"][str(j)]


@given(st.integers(0, 10**6), st.floats(-50, 50), st.floats(-5, 5))
def test_no_cost_per_vamc_year_is_ever_negative(seed, cost, years):
    rng = np.random.default_rng(seed)
    ratio = cost_ratio(rng.normal(cost, 20, (30, 1)), rng.normal(years, 2, (30, 1)), seed)
    numbers = np.array(ratio[:3])
    assert np.isnan(numbers).all() == bool(ratio.reason)
    assert not (numbers < 0).any()


@pytest.mark.parametrize(
    ("cost", "years", "reason"),
    [
        (-1, 1, "cheaper and better"),
        (-1, 0, "costs less, adds no VAMC-years"),
        (-1, -1, "costs less, loses VAMC-years"),
        (0, 0, "adds no VAMC-years"),
        (0, -1, "adds no VAMC-years"),
        (1, 0, "dominated: costs more, adds no VAMC-years"),
    ],
)
def test_why_there_is_no_ratio_is_said(cost, years, reason):
    found = cost_ratio(np.full((3, 1), float(cost)), np.full((3, 1), float(years)), seed=1)
    assert found.reason == reason


def test_a_gain_that_is_only_rounding_is_none():
    years = np.array([[0.1 + 0.2], [-0.3]])
    assert cost_ratio(np.zeros((2, 1)), years, seed=1).reason == "adds no VAMC-years"
