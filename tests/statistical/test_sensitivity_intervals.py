"""Intervals cover what they are of, and what has no influence is seldom said to have some."""

from __future__ import annotations

import numpy as np
import pytest

from imr_sim.sensitivity.indices import indices
from imr_sim.sensitivity.known import FUNCTIONS, ishigami
from imr_sim.sensitivity.noise import noise_shares
from imr_sim.sensitivity.sample import Evaluations, morris_sample, pawn_sample, sobol_sample

SLOPES = np.array([1.0, 0.5, 0.0])
NAMES = ishigami().factors.names


def linear(sample, seed: int, noise: float, replicates: int = 2) -> Evaluations:
    """The third input does nothing; luck differs at every point."""
    luck = noise * np.random.default_rng(seed).normal(size=(len(sample.u), replicates))
    return Evaluations.of(sample, "y", (sample.u @ SLOPES)[:, None] + luck)


def test_intervals_of_the_share_of_luck_cover_it():
    part, noise = 1.25 / 12, 0.5
    truth = noise**2 / (noise**2 + part)
    inside = 0
    for seed in range(60):
        evaluations = linear(pawn_sample(NAMES, 256, seed), seed, noise, 3)
        found = noise_shares(evaluations, 200, seed).iloc[0]
        inside += found["lo"] <= truth <= found["hi"]
    assert inside >= 51, "95% intervals; fewer than 51 of 60 has a chance of 1 in 1,000"


@pytest.mark.parametrize(
    ("make", "index"),
    [
        (lambda seed: sobol_sample(NAMES, 128, False, seed), "ST_beyond_luck"),
        (lambda seed: sobol_sample(NAMES, 128, False, seed), "S1"),
        (lambda seed: morris_sample(NAMES, 20, seed), "mu_star"),
        (lambda seed: pawn_sample(NAMES, 256, seed), "median"),
    ],
    ids=["ST_beyond_luck", "S1", "mu_star", "median"],
)
def test_what_does_nothing_is_seldom_said_to_do_something(make, index):
    """Beside the raw total index, which luck lifts off 0 every time."""
    said = lifted = 0
    for seed in range(60):
        rows = indices(linear(make(seed), seed, 0.3), resamples=100, seed=seed)
        rows = rows[rows["parameter"] == "x3"].set_index("index")
        said += rows.loc[index, "distinct"]
        lifted += "ST" in rows.index and rows.loc["ST", "lo"] > 0
    assert said <= 9, "at a level of 2.5% to 5%, ten of 60 have a chance below 1 in 1,000"
    assert lifted in (0, 60)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_known_indices_are_within_a_fiftieth_of_the_truth_for_any_seed(name):
    function = FUNCTIONS[name]()
    for seed in range(20):
        sample = sobol_sample(function.factors.names, 4096, False, seed)
        values = function.evaluate(sample, lambda share, message: None)["y"]
        rows = indices(Evaluations.of(sample, "y", values), resamples=2, seed=seed)
        table = rows.pivot(index="parameter", columns="index", values="value")
        for parameter, truth in function.truth.items():
            assert abs(table.loc[parameter, "S1"] - truth[0]) < 0.02
            assert abs(table.loc[parameter, "ST"] - truth[1]) < 0.02
