"""A check of the likelihoods: data drawn from the national model have the stated coverage.

A history is picked from a bank of prior ones, watched, and sought among all of them by the data of
one target. The 50 and 90% intervals of what the target tells of must contain the truth as often.
"""

from __future__ import annotations

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.calibration import Likelihood
from imr_sim.evidence import DEFAULT_TARGETS
from imr_sim.studies import prior_observation

BANK, ROUNDS = 400, 5
MAIN = {  # what each target tells of, as the study expects to see it
    "census_by_kind": lambda p: p["p"].mean(axis=(1, 2)),
    "between_state": lambda p: p["mean"].mean(axis=1),
    "survey_bounds": lambda p: p["p_bounds"][:, 7] * p["p_trained"][:, 1],
    "interview_contrast": lambda p: p["p"].mean(axis=(1, 2)),
    "sustainment": lambda p: p["p"][:, 0, 0],
}


@pytest.fixture(scope="module")
def watched():
    system = imr.load_system()
    likelihood = Likelihood(system)
    history = imr.simulate(system, imr.prior(BANK, seed=6), months=likelihood.months, seed=6)
    return system, likelihood.watch(history.record[:, 0], history.factors[:, 0])


@pytest.mark.slow
@pytest.mark.parametrize("name", DEFAULT_TARGETS)
def test_intervals_contain_the_truth_as_often_as_stated(watched, name):
    system, features = watched
    likelihood, observation = Likelihood(system, targets=[name]), prior_observation(BANK, 8)
    predicted = likelihood.predict(features, observation)
    value = MAIN[name](predicted[name])
    rng, levels = np.random.default_rng(9), []
    for _ in range(ROUNDS):
        for truth, data in enumerate(likelihood.draw(features, observation, rng)):
            log = likelihood.compare(predicted, data)[name]
            weight = np.exp(log - log.max())
            weight /= weight.sum()
            same = weight[value == value[truth]].sum()
            levels.append(weight[value < value[truth]].sum() + rng.random() * same)
    off = np.abs(np.array(levels) - 0.5)
    for stated in (0.5, 0.9):
        found = (off < stated / 2).mean()
        print(f"{name}: {stated:.0%} intervals contain the truth in {found:.1%}")
        assert abs(found - stated) < 3.5 * np.sqrt(stated * (1 - stated) / len(off))
