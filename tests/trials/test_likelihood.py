"""How probable what a trial saw is, against sums that can be made by hand."""

import numpy as np
import pytest
from scipy.stats import binom, norm

from imr_sim.calibration.meta_analysis import difference, left_out_scores, rows_of
from imr_sim.calibration.smc import Settings
from imr_sim.trials import load_trial, trial_from, trial_names
from imr_sim.trials.likelihood import log_likelihood, log_score
from imr_sim.trials.outcomes import items_of
from tests.trials.files import one_arm

P = np.array([0.2, 0.5])
SD, ALL = np.full(2, 0.4), np.ones(2)


def item(observed, name="started@12", **changes):
    trial = trial_from(one_arm(observed={name: observed}) | changes, "x")
    return next(i for i in items_of(trial) if f"{i.outcome.name}@{i.month}" == name)


def test_a_count_is_binomial():
    found = log_likelihood(item(4), P, SD, ALL, 200)
    assert np.allclose(found, binom.logpmf(4, 12, P))


def test_bounds_are_the_sum_of_their_counts():
    found = log_likelihood(item([9, None]), P, SD, ALL, 200)
    assert np.allclose(np.exp(found), binom.sf(8, 12, P))
    both = log_likelihood(item([2, 5]), P, SD, ALL, 200)
    assert np.allclose(np.exp(both), sum(binom.pmf(k, 12, P) for k in range(2, 6)))


def test_all_counts_together_are_certain():
    total = sum(np.exp(log_likelihood(item(k), P, SD, ALL, 200)) for k in range(13))
    assert np.allclose(total, 1.0)


def test_a_difference_is_normal_and_wider_by_the_luck_of_few_simulated_sites():
    gain = {"name": "gain", "kind": "started", "months": [12], "minus": "usual"}
    arms = [
        {"name": "helped", "sites": 12, "observed": {"gain@12": {"mean": 0.3, "se": 0.1}}},
        {"name": "usual", "sites": 12},
    ]
    one = item(3, outcomes=[gain], arms=arms, name="gain@12")
    many = log_likelihood(one, P, SD, ALL, 1e12)
    assert np.allclose(many, norm.logpdf(0.3, P, 0.1))
    few = log_likelihood(one, P, SD, ALL, 16)
    assert np.allclose(few, norm.logpdf(0.3, P, np.hypot(0.1, 0.1)))


def test_what_started_sites_do_is_thinned_when_nobody_said_how_many_started():
    outcome = {"name": "kept", "kind": "still_providing", "months": [12]}
    thin = item(3, outcomes=[outcome], name="kept@12")
    found = log_likelihood(thin, P, SD, np.full(2, 0.5), 200)
    assert np.allclose(found, binom.logpmf(3, 12, P * 0.5))


def test_the_log_score_is_the_mean_probability_over_draws():
    score = log_score(item(4), P, SD, ALL, 200)
    assert score == pytest.approx(np.log(binom.pmf(4, 12, P).mean()))
    heavy = log_score(item(4), P, SD, ALL, 200, np.array([1.0, 0.0]))
    assert heavy == pytest.approx(binom.logpmf(4, 12, 0.2))


def test_the_meta_analysis_judges_each_row_without_its_study():
    trials = [load_trial(n) for n in trial_names() if n.startswith(("e53", "e69", "e70"))]
    settings = Settings(200, 1, 0.5, 2, 3, 0, 0.25, 1)
    scores = left_out_scores(trials, settings)
    assert len(scores) == len(rows_of(trials)) == 7
    assert (scores["log_score"] < 0).all()
    assert difference(scores, scores) == (0.0, 0.0, 0.0)
