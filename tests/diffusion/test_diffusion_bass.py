"""A Bass curve is found where there is one, and refused where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from imr_sim.diffusion import bass_curve, fit_bass
from imr_sim.errors import RequestError

TIME = np.arange(1, 41)


def test_the_fit_recovers_the_curve_it_was_made_from():
    assert bass_curve(np.array([0.0]), 0.004, 0.06, 60)[0] == 0
    fit = fit_bass(bass_curve(np.arange(1, 121), p=0.004, q=0.06, ceiling=60))
    assert fit[:3] == pytest.approx((0.004, 0.06, 60), rel=1e-3)
    assert fit.peak == pytest.approx(np.log(0.06 / 0.004) / 0.064, rel=1e-3)


def test_the_first_value_is_the_end_of_the_first_month():
    """Half of the exponential's adopters within month 1: month 0 is no month without adopters."""
    curve = 100 * (1 - 0.5**TIME)
    with pytest.raises(RequestError, match=r"steady hazard of about 0\.693"):
        fit_bass(curve)


def test_bass_without_imitation_is_exponential():
    month = np.array([0.0, 10.0])
    assert bass_curve(month, 0.1, 0.0, 5)[1] == pytest.approx(5 * (1 - np.exp(-1)))


@pytest.mark.parametrize("p", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("q", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("ceiling", [30, 4000])
def test_curves_of_every_shape_are_recovered_from_counts(p, q, ceiling):
    counts = np.round(bass_curve(np.arange(1, 61), p, q, ceiling))
    fit = fit_bass(counts)
    assert fit[:3] == pytest.approx((p, q, ceiling), rel=0.15)


@pytest.mark.parametrize(
    ("curve", "why"),
    [
        (np.zeros(20), "somebody who adopts"),
        (np.arange(3.0), "5 periods or more"),
        (np.full(9, np.nan), "finite"),
        (np.arange(20.0) - 4, "from 0 on"),
        (100 - 2.0 * TIME, "falls"),
        (np.r_[3.0 * TIME[:20], 60 - 2.0 * TIME[:20]], "falls"),
        (np.diff(bass_curve(np.arange(41), 0.01, 0.2, 100)), "np.cumsum"),
        (np.full(40, 50.0), "flat"),
        (bass_curve(TIME, 0.01, 0.2, 1.0), "shares"),
        (np.exp(0.2 * TIME), "no ceiling is in sight"),
        (2.0 * TIME, "no Bass curve|no ceiling|imitation comes out at 0"),
        (100 * (1 - np.exp(-0.1 * TIME)), "imitation comes out at 0"),
        (np.where(TIME > 20, 50.0, 3.0), "impossible rates"),
    ],
)
def test_there_is_no_fit_where_there_is_no_curve(curve, why):
    with pytest.raises(RequestError, match=why):
        fit_bass(curve)


@pytest.mark.parametrize("before", [12, 18, 24, 30, 40])
@pytest.mark.parametrize(("p", "q"), [(0.01, 0.2), (0.005, 0.25), (0.02, 0.15)])
def test_a_curve_that_began_earlier_is_refused(before, p, q):
    """A first value of 45 of 100 is no first month."""
    with pytest.raises(RequestError):
        fit_bass(bass_curve(TIME + before, p, q, 100.0))


def test_what_is_not_known_yet_is_said():
    early = fit_bass(bass_curve(np.arange(1, 25), 0.004, 0.1, 600))
    assert any("extrapolated" in limit for limit in early.limits)
    assert not any(
        "extrapolated" in limit for limit in fit_bass(bass_curve(TIME, 0.03, 0.4, 60)).limits
    )
    given = fit_bass(bass_curve(np.arange(1, 25), 0.004, 0.1, 600), ceiling=600)
    assert given.ceiling_se == 0
    with pytest.raises(RequestError, match="ceiling 5 is below"):
        fit_bass(bass_curve(TIME, 0.03, 0.4, 60), ceiling=5)


def test_luck_in_the_counts_refuses_no_true_curve():
    fits = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        counts = rng.poisson(np.diff(bass_curve(np.arange(61), 0.01, 0.12, 80)))
        fits.append(fit_bass(np.cumsum(counts))[:3])
    assert np.median(fits, axis=0) == pytest.approx((0.01, 0.12, 80), rel=0.15)
