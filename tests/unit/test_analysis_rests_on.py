"""A study is named only where leaving it out moves the gain."""

import numpy as np

from imr_sim.analysis.rests_on import JUDGEMENT, moved_without, rests_on

RNG = np.random.default_rng(1)
GAIN = RNG.standard_normal(2000)


def test_a_study_that_speaks_of_the_gain_is_named_and_one_that_does_not_is_not():
    studies = {"tells": 0.5 * GAIN, "silent": 0.5 * RNG.standard_normal(2000)}
    assert rests_on(GAIN, studies) == "tells"
    # Likelihood exp(g / 2) on N(0, 1): without it the mean is lower by half an sd.
    assert np.isclose(moved_without(GAIN, studies)["tells"], -0.5, atol=0.08)


def test_without_such_a_study_it_is_judgement():
    assert rests_on(GAIN, {"silent": np.zeros(2000)}) == JUDGEMENT
    assert rests_on(GAIN, {}) == JUDGEMENT


def test_a_study_that_too_few_draws_can_do_without_is_marked():
    assert "too few draws to tell" in rests_on(GAIN, {"all": 40.0 * GAIN})


def test_a_gain_that_never_varies_rests_on_nothing():
    assert rests_on(np.ones(2000), {"tells": 0.5 * GAIN}) == JUDGEMENT
