"""An offer is an occasion: more of it never loses a site, and making it again is worth less."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.rules import ASKING
from imr_sim.model.state import NOT_PROVIDING
from imr_sim.strategies import LEVERS

DRAWS, BEFORE = 16, 60
ASKERS = [LEVERS[lever] for lever in ASKING]


def past(**values):
    """Histories of the small system without levers, five years on."""
    setting = Setting.of(imr.load_system("small"), 5, "2004-01", 1)
    draws = imr.prior(DRAWS, seed=8).replace(**values)
    batch = Batch(setting, draws.values, np.arange(DRAWS), np.zeros(DRAWS, int))
    batch.advance(BEFORE)
    return batch


def after(batch, months, lever=None, dose=0.0):
    """Where IMR is prepared or provided, (months, B, S), under one lever everywhere; the batch."""
    twin = batch.branch()
    doses = np.zeros((DRAWS, twin.setting.world.n_sites, len(LEVERS)))
    if lever:
        doses[..., LEVERS.index(lever)] = dose
    record = twin.advance(months, doses)
    return record["status"].swapaxes(0, 1) != NOT_PROVIDING, twin


@pytest.fixture(scope="module")
def begun():
    return past(asked_again=0, **{f"prompt_{x}": 0.5 for x in ASKERS if x != "train_trainer"})


@pytest.mark.parametrize("lever", ASKERS)
def test_more_of_an_offer_loses_no_site_that_less_of_it_won(begun, lever):
    idle = begun.state.sites["status"] == NOT_PROVIDING
    won = [after(begun, 1, lever, dose)[0][0] & idle for dose in (0.0, 0.5, 1.0, 2.0)]
    for less, more in pairwise(won):
        assert (less <= more).all()
    assert won[0].sum() < won[-1].sum()


@pytest.mark.parametrize("lever", ASKERS)
def test_an_offer_made_again_after_a_pause_is_not_a_first_one(begun, lever):
    bit = 1 << LEVERS.index(lever)
    idle = begun.state.sites["status"] == NOT_PROVIDING
    _, once = after(begun, 1, lever, 1.0)
    assert ((once.state.sites["asked"] & bit > 0) == idle).all()
    _, paused = after(once, 6)
    asked = paused.state.sites["asked"] & bit > 0
    one = "mandate" if lever == "materials" else "materials"
    other = after(paused, 1, one, 1.0)[0][0]
    again, silent = after(paused, 1, lever, 1.0)[0][0], after(paused, 1)[0][0]
    if lever != "funding":  # which is felt as staff time at once
        assert (again[asked] == silent[asked]).all()
    assert other[asked].sum() > again[asked].sum()


def test_a_lever_that_does_nothing_but_ask_does_nothing_when_its_offer_moves_nobody():
    begun = past(prompt_facilitation=0)
    idle = begun.state.sites["status"] == NOT_PROVIDING
    with_it, without = after(begun, 1, "facilitation", 1.0)[0][0], after(begun, 1)[0][0]
    assert (with_it[idle] == without[idle]).all()
