"""The tables of a comparison."""

import dataclasses

import numpy as np
import pytest
import synthetic

from imr_sim.analysis import planner_table
from imr_sim.analysis.curves import curve_summary, months_to_share
from imr_sim.analysis.table import FIRST
from imr_sim.errors import RequestError


@pytest.fixture(scope="module")
def comparison():
    return synthetic.comparison()


@pytest.fixture(scope="module")
def table(comparison):
    return comparison.table()


def test_table_starts_with_the_agreed_columns(table):
    assert tuple(table.columns[: len(FIRST)]) == FIRST
    assert len(set(table.columns)) == len(table.columns)


def test_reference_comes_first_and_the_rest_by_gain(table):
    assert table["strategy"][0] == "none"
    assert table["diff_vs_reference"][1:].is_monotonic_decreasing
    assert len(table) == len(synthetic.STRATEGIES)


def test_every_mean_has_an_interval(table):
    for name in [column[:-3] for column in table.columns if column.endswith("_lo")]:
        known = table.dropna(subset=[f"{name}_lo"])
        assert len(known), name
        assert (known[f"{name}_lo"] <= known[f"{name}_hi"]).all(), name
    for name in ("vamcs_providing", "cost_usd", "cost_per_added_vamc_year", "fidelity"):
        known = table.dropna(subset=[name])
        assert known[name].between(known[f"{name}_lo"] - 1e-9, known[f"{name}_hi"] + 1e-9).all()


def test_reference_has_no_difference_and_no_ratio(table):
    none = table.loc[0]
    assert none[["diff_vs_reference", "diff_lo", "diff_hi", "added_vamc_years"]].eq(0).all()
    assert np.isnan(none["cost_per_added_vamc_year"])
    assert none["cost_per_added_vamc_year_reason"] == "reference"


def test_being_best_is_shared_out_completely(table):
    assert table["p_best"].sum() == pytest.approx(1)


def test_cost_per_vamc_year_is_added_cost_over_added_years(table):
    row = table.loc[1]
    expected = row["cost_usd"] / row["added_vamc_years"]  # the reference costs nothing
    assert row["cost_per_added_vamc_year"] == pytest.approx(expected)


def test_a_twin_of_the_reference_is_never_better(comparison):
    pair = synthetic.comparison(strategies=("none", "none"))
    twin = pair.table().loc[1]
    assert twin["p_better"] == 0
    assert twin["p_best"] == 0.5


def test_one_replicate_gives_no_split_of_the_spread_and_says_so():
    single = synthetic.comparison(replicates=1, strategies=("none", "rollout"))
    columns = ["diff_sd_between_draws", "diff_sd_between_replicates"]
    assert single.table()[columns].isna().all(axis=None)
    assert "cannot be told apart" in planner_table(single)


def test_same_comparison_same_table(comparison, table):
    assert comparison.table().equals(table)


def test_curves_count_months_from_the_policy_date(comparison):
    curves = comparison.curves_frame()
    assert list(curves.columns) == ("strategy month date quantity mean q05 q25 q50 q75 q95".split())
    first = curves[curves["month"] == 0]
    assert first["date"].eq(comparison.months[synthetic.POLICY]).all()
    assert curves["month"].min() == -synthetic.POLICY
    quantiles = curves[["q05", "q25", "q50", "q75", "q95"]].dropna().to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_months_that_no_history_defines_stay_empty():
    values = np.array([[[np.nan, 1.0]], [[np.nan, 3.0]]])
    assert curve_summary(values)["mean"] == pytest.approx([np.nan, 2], nan_ok=True)
    assert curve_summary(values)["q50"] == pytest.approx([np.nan, 2], nan_ok=True)


def test_sites_frame_has_a_row_a_site_and_strategy(comparison):
    frame = comparison.sites_frame()
    assert list(frame.columns[:6]) == (
        "strategy station name visn p_providing p_providing_se".split()
    )
    assert len(frame) == len(comparison.arms) * len(comparison.sites)
    assert not frame.duplicated(["strategy", "station"]).any()
    reference = frame[frame["strategy"] == "none"]
    assert reference["p_because_of_strategy"].eq(0).all()


def test_months_to_a_share_are_a_median_and_missing_when_most_never_reach_it():
    quick, slow, never = [0, 1, 5], [0, 0, 5], [0, 0, 0]
    assert months_to_share(np.array([[quick, quick, slow]], float), 10, 0.5) == 2
    assert months_to_share(np.array([[quick, quick, slow]], float), 10, 0.1) == 1
    assert np.isnan(months_to_share(np.array([[quick, never, never]], float), 10, 0.5))
    assert months_to_share(np.array([[quick]], float), 10, 0.0) == 0


def test_planner_table_fits_the_terminal_and_names_what_it_rests_on(comparison):
    text = planner_table(comparison)
    assert max(map(len, text.splitlines())) <= 120
    assert text.startswith("PROVISIONAL parameters:")
    for arm in comparison.arms:
        assert arm.label in text
    assert "60 months from January 2021" in text
    assert "60 histories a strategy (30 parameter draws x 2)" in text


def test_planner_table_names_budget_and_invented_sites(comparison):
    limited = dataclasses.replace(comparison, budget_usd=2.5e6, invented=True)
    assert "42 INVENTED sites" in planner_table(limited)
    assert "budget $2.5M a strategy" in planner_table(limited)
    assert "no budget limit" in planner_table(comparison)


def test_planner_table_gives_no_price_for_a_strategy_that_adds_nothing():
    twins = synthetic.comparison(strategies=("none", "none"))
    rows = [line for line in planner_table(twins).splitlines() if line.startswith("No strategy")]
    assert len(rows) == 2
    assert all(row.endswith(" -") for row in rows)


def test_planner_table_cuts_long_labels(comparison):
    arms = tuple(dataclasses.replace(arm, label="x" * 50) for arm in comparison.arms)
    text = planner_table(dataclasses.replace(comparison, arms=arms))
    assert max(map(len, text.splitlines())) <= 120


def test_planner_table_shouts_unless_calibrated():
    calibrated = synthetic.comparison(strategies=("none", "rollout"), status="posterior")
    assert planner_table(calibrated).startswith("posterior parameters:")
    guessed = synthetic.comparison(strategies=("none", "rollout"), status="prior")
    assert planner_table(guessed).startswith("PRIOR parameters:")


def test_a_reference_alone_is_no_comparison():
    with pytest.raises(RequestError, match="besides the reference"):
        synthetic.comparison(strategies=("none",))


def test_a_reference_that_was_not_run_is_refused():
    with pytest.raises(RequestError, match=r"no such strategy.*Write one of rollout"):
        synthetic.comparison(strategies=("rollout",))
