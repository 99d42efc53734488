"""Scores of forecasts."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from imr_sim.analysis.score import crps, straight_line


def test_crps_of_a_point_is_its_error():
    assert crps(np.array([0.4]), 0.55) == pytest.approx(0.15)


def test_crps_of_a_sample_approaches_its_integral():
    x = norm.ppf((np.arange(4000) + 0.5) / 4000, 0.4, 0.05)

    def miss(t: float) -> float:
        return (norm.cdf(t, 0.4, 0.05) - (t >= 0.47)) ** 2

    exact = quad(miss, 0, 0.47)[0] + quad(miss, 0.47, 1)[0]
    assert crps(x, 0.47) == pytest.approx(exact, rel=1e-2)


def test_a_straight_line_goes_on():
    assert straight_line(np.array([2010, 2014]), np.array([0.5, 0.42]), 2016) == pytest.approx(0.38)
    assert straight_line(np.array([2010]), np.array([0.5]), 2016) == 0.5
