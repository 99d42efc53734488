"""What limited a strategy is said, in the table and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from synthetic import comparison

from imr_sim.analysis import planner_table
from imr_sim.analysis.limits import limited_by
from imr_sim.analysis.planner import _dollars

SHAPE = (30, 2)


def limits(**changes):
    """Everything it wished for was served, without a budget, unless `changes` says otherwise."""
    plain = {
        "wished": True,
        "acted": True,
        "hours": 0,
        "seats": 0,
        "money": 0,
        "left_usd": np.nan,
        "lowest_dose": np.nan,
        "highest_dose": np.nan,
    }
    return {name: np.full(SHAPE, value) for name, value in {**plain, **changes}.items()}


def with_limits(**changes):
    plain = comparison(strategies=("none", "champions"))
    arms = [replace(arm, limits=limits(**changes)) for arm in plain.arms]
    return replace(plain, arms=tuple(arms))


SAID = {
    "nothing wished": ({"wished": False, "acted": False}, "it never wished to act"),
    "no site started": (
        {"acted": False, "money": 9},
        "could start at no site: too little of money",
    ),
    "money": ({"money": 3, "left_usd": 12.0}, "money"),
    "hours, not money": ({"hours": 3, "left_usd": 4e6}, "hours; its budget was never reached"),
    "seats and hours": ({"hours": 1, "seats": 2}, "facilitators' hours and training seats"),
    "nothing": ({}, "its own rules and the sites"),
    "too much": ({"highest_dose": 100.0}, r"doses were clipped \(100 acted as 2\)"),
    "too little": ({"lowest_dose": -1.0}, r"doses were clipped \(-1 acted as 0\)"),
}


@pytest.mark.parametrize(("changes", "says"), SAID.values(), ids=SAID.keys())
def test_what_limits_a_strategy_is_said_in_the_table_and_on_the_terminal(changes, says):
    result = with_limits(**changes)
    row = result.table().set_index("strategy").loc["champions"]
    assert pd.Series([row["limited_by"]]).str.contains(says)[0]
    flat = " ".join(planner_table(result).split())
    assert pd.Series([flat]).str.contains("Limit of Prepared champions: .*" + says)[0]
    assert all(len(line) <= 120 for line in planner_table(result).splitlines())


def test_what_happens_in_some_histories_is_said_with_its_share():
    half = np.zeros(SHAPE, np.int16)
    half[:15] = 2
    result = with_limits()
    arm = replace(result.arms[1], limits={**limits(), "hours": half})
    assert limited_by(arm) == "facilitators' hours (in 50% of histories)"
    row = replace(result, arms=(result.arms[0], arm)).table().set_index("strategy").loc["champions"]
    assert (row["p_hours_bound"], row["p_sites_bound"], row["p_acted"]) == (0.5, 0.5, 1.0)


def test_money_left_over_comes_with_its_interval():
    left = np.random.default_rng(1).uniform(1e6, 2e6, SHAPE)
    result = with_limits(left_usd=0)
    arm = replace(result.arms[1], limits={**limits(seats=1), "left_usd": left})
    table = replace(result, arms=(result.arms[0], arm))
    row = table.table().set_index("strategy").loc["champions"]
    assert row["money_left_usd"] == pytest.approx(left.mean())
    assert row["money_left_usd_lo"] < row["money_left_usd"] < row["money_left_usd_hi"]
    assert "Left over: $1." in planner_table(table)


def test_where_nobody_kept_the_limits_nothing_is_said():
    table = comparison(strategies=("none", "champions"))
    assert "limited_by" not in table.table() and "Limit of" not in planner_table(table)


@pytest.mark.parametrize("seed", range(8))
def test_no_row_depends_on_the_order_in_which_strategies_were_given(seed):
    plain = comparison(strategies=("none", "champions", "mandate", "materials", "training"))
    twin = replace(plain.arms[1], name="another", label="Another")  # equal in all but its name
    arms = [*plain.arms, twin]
    order = np.random.default_rng(seed).permutation(len(arms))
    given, shuffled = (
        replace(plain, arms=tuple(arms[i] for i in which)).table()
        for which in (range(len(arms)), order)
    )
    pd.testing.assert_frame_equal(given, shuffled)
    alike = given.set_index("strategy").loc[["champions", "another"], ["frontier", "p_best"]]
    assert alike.nunique().eq(1).all()


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (0.01, "$0.01"),
        (0, "$0"),
        (1000, "$1,000"),
        (5e6, "$5M"),
        (1e9, "$1,000M"),
        (12.5, "$12.50"),
    ],
)
def test_an_amount_of_any_size_can_be_read(usd, text):
    assert _dollars(usd) == text
