"""Diffusion measures on examples worked by hand."""

import numpy as np
import pytest

from imr_sim.analysis.bass import bass_curve, fit_bass
from imr_sim.analysis.diffusion import (
    adopter_categories,
    adoption_times,
    exposure,
    hazard,
    thresholds,
    tie_matrix,
)
from imr_sim.errors import RequestError

NEVER = np.nan
# 0 - 1, 0 - 2, 1 - 2, 2 - 3 undirected; 4 hears from nobody
LINE = tie_matrix(np.array([0, 2, 4, 7, 8, 8]), np.array([1, 2, 0, 2, 0, 1, 3, 2]))
TIMES = np.array([0, 1, 2, NEVER, 1])


def test_adoption_time_is_the_first_month_whatever_follows():
    adopted = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 1]], bool)  # months x sites
    assert adoption_times(adopted) == pytest.approx([1, np.nan, 0], nan_ok=True)
    assert adoption_times(np.stack([adopted, ~adopted])).shape == (2, 3)


def test_exposure_by_hand():
    expected = [[0, 1 / 2, 1], [1 / 2, 1 / 2, 1], [1 / 3, 2 / 3, 2 / 3], [0, 0, 1], [np.nan] * 3]
    assert exposure(TIMES, LINE, 3) == pytest.approx(np.array(expected), nan_ok=True)
    assert exposure(TIMES, LINE.toarray(), 3) == pytest.approx(np.array(expected), nan_ok=True)


def test_a_tie_counts_in_the_direction_of_hearing():
    hears = np.array([[0, 1], [0, 0]])  # 1 hears from 0
    assert exposure(np.array([0, NEVER]), hears, 1)[1] == 1
    assert np.isnan(exposure(np.array([0, NEVER]), hears, 1)[0])


def test_threshold_is_what_was_seen_before_adopting():
    expected = [0, 1 / 2, 2 / 3, np.nan, np.nan]
    assert thresholds(TIMES, LINE) == pytest.approx(np.array(expected), nan_ok=True)


def test_nobody_adopting_leaves_no_threshold_and_no_category():
    nobody = np.full(5, NEVER)
    assert np.isnan(thresholds(nobody, LINE)).all()
    assert adopter_categories(nobody).isna().all()


def test_rogers_categories_cut_at_mean_and_sd():
    times = np.array([0, 30, 40, 50, 52, 60, 80, NEVER])  # mean 44.6, sd 25.0
    assert list(adopter_categories(times)[:7]) == [
        "early adopter",
        "early majority",
        "early majority",
        "late majority",
        "late majority",
        "late majority",
        "laggard",
    ]
    assert adopter_categories(times).isna().tolist() == [False] * 7 + [True]
    first_of_many = adopter_categories(np.array([0.0] + [50.0] * 20))
    assert first_of_many[0] == "innovator"


def test_hazard_counts_those_still_at_risk():
    table = hazard(np.array([0, 0, 2, NEVER]), months=3)
    assert table["at_risk"].tolist() == [4, 2, 2]
    assert table["adopters"].tolist() == [2, 0, 1]
    assert table["hazard"].tolist() == [0.5, 0, 0.5]


def test_hazard_by_longer_periods_leaves_out_an_incomplete_one():
    table = hazard(np.array([0, 3, 6, NEVER]), months=7, period=3)
    assert table["month"].tolist() == [0, 3]
    assert table["adopters"].tolist() == [1, 1]


def test_hazard_is_undefined_once_all_have_adopted():
    assert np.isnan(hazard(np.array([0.0, 0.0]), months=2)["hazard"][1])


def test_bass_fit_recovers_the_curve_it_was_made_from():
    curve = bass_curve(np.arange(120), p=0.004, q=0.06, ceiling=60)
    assert curve[0] == 0
    fit = fit_bass(curve)
    assert fit[:3] == pytest.approx((0.004, 0.06, 60), rel=1e-3)


def test_bass_without_imitation_is_exponential():
    month = np.array([0.0, 10.0])
    assert bass_curve(month, 0.1, 0.0, 5)[1] == pytest.approx(5 * (1 - np.exp(-1)))


@pytest.mark.parametrize("curve", [np.zeros(20), np.arange(3.0), np.full(9, np.nan)])
def test_bass_needs_a_curve(curve):
    with pytest.raises(RequestError, match="cumulative adopters by month"):
        fit_bass(curve)
