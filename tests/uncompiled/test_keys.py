"""No key is used twice in a run: every call of the generator is written down."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from oracle.cases import random_doses, random_parameters, random_system

import imr_sim as imr
from imr_sim.model import rng
from imr_sim.model.batch import Batch, Setting
from imr_sim.strategies import LEVERS

MONTHS = 30
DRAW_OF_POSTS = (rng.LEAVE, rng.HEAR, rng.FORGET, rng.SUPPORT, rng.LOSE, rng.CHAMPION)


@pytest.fixture
def keys(monkeypatch):
    """Counter and key of every call of the generator."""
    used, philox = [], rng.philox

    def written_down(*words):
        used.append(tuple(int(word) for word in words))
        return philox(*words)

    monkeypatch.setattr(rng, "philox", written_down)
    return used


def lively(n):
    values = random_parameters("lively", 4)
    return np.array([[values[name] for name in imr.model.parameters.NAMES]] * n)


def decision_of(key):
    return key[1] >> 16 & 0xFF


def test_no_key_is_used_twice_in_histories_under_random_doses(keys):
    system = random_system(4)
    draws, replicates = [0, 0, 1], [0, 1, 0]
    setting = Setting.of(system, 2**40 + 7, "2006-01", 1)
    batch = Batch(setting, lively(3), np.array(draws), np.array(replicates))
    luck = np.random.default_rng(1)
    for _ in range(MONTHS):
        one = random_doses(luck, system.n_sites)
        assert one.shape == (1, system.n_sites, len(LEVERS))
        batch.advance(1, np.repeat(one, 3, axis=0))
    twice = [key for key, times in Counter(keys).items() if times > 1]
    assert not twice
    decisions = Counter(decision_of(key) for key in keys)
    expected = {*DRAW_OF_POSTS, *range(7, 12), rng.BRIEF, *range(20, 27), *range(30, 34), rng.PRRC}
    assert expected <= set(decisions), "a decision that was never drawn proves nothing"
    assert len(keys) > 20_000


def test_nor_under_a_strategy_with_its_surveys(keys):
    system = random_system(2)
    batch = Batch(Setting.of(system, 0, "2006-01", 1), lively(1), np.array([3]), np.array([2]))
    batch.advance(6)
    batch.begin_policy()
    campaign = batch.campaign(imr.load_strategy("full_rollout"), 12, None)
    for _ in range(12):
        batch.advance_under(campaign)
    assert len(set(keys)) == len(keys)
    surveys = {40, 41, 42}  # docs/odd.md, section 7.1
    assert surveys <= {decision_of(key) for key in keys}
