"""The bound that lets leading digits settle a draw is never below the rate that decides it."""

from __future__ import annotations

import numpy as np
import pytest
from oracle.cases import random_doses, random_parameters, random_system

import imr_sim as imr
from imr_sim.model import awareness_phase, persuasion_phase, turnover_phase
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.rng import SCALE, _sort_by_post

MONTHS = 12
PHASES = (turnover_phase, awareness_phase, persuasion_phase)


@pytest.fixture
def checked(monkeypatch):
    """Let every post come to its rate, and hold that against the bound of its word there."""
    compared = {"bounds": (), "rates": 0, "tight": 0}

    def keep_everybody(digits, levels, others, which, posts, n):
        compared["bounds"] = [(int(levels[i]), int(others[i]), int(which[i])) for i in range(n)]
        _sort_by_post(digits, n)

    def compare(first, posts, chances, n):
        for k in range(n):
            level, other, which = compared["bounds"][(int(posts[k]) >> 6) - first]
            bound = level if which >> (int(posts[k]) & 63) & 1 else other
            assert int(min(chances[k] * SCALE, SCALE - 1)) <= bound
            compared["rates"] += 1
            compared["tight"] += int(chances[k] * SCALE) == bound

    for phase in PHASES:
        monkeypatch.setattr(phase, "keep_possible", keep_everybody)
        for name, per in (("keep_below", 1.0), ("keep_struck", 12.0)):
            if hasattr(phase, name):
                kept = getattr(phase, name)

                def watched(*arguments, kept=kept, per=per):
                    _, _, _, _, first, posts, values, n = arguments
                    compare(first, posts, values[:n] / per, n)
                    return kept(*arguments)

                monkeypatch.setattr(phase, name, watched)
    return compared


@pytest.mark.parametrize(
    "kind, seed", [("lively", 1), ("lively", 2), ("prior", 3), ("extreme", 4), ("extreme", 5)]
)
def test_no_post_is_left_out_that_its_own_rate_could_strike(checked, kind, seed):
    system = random_system(seed)
    values = random_parameters(kind, seed)
    row = np.array([[values[name] for name in imr.model.parameters.NAMES]])
    batch = Batch(Setting.of(system, seed, "2006-01", 1), row, np.zeros(1, int), np.zeros(1, int))
    luck = np.random.default_rng(seed)
    for _ in range(MONTHS):
        batch.advance(1, random_doses(luck, system.n_sites))
    assert checked["rates"] > 5_000, "rates that were never looked at prove nothing"
    assert checked["tight"] > 50, "bounds that nobody comes near prove little"
