"""Every lever acts where it is said to act, and makes more of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

import imr_sim as imr
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.state import HAS_PRRC, SENSITIVE
from imr_sim.strategies import LEVER_INDEX, LEVERS
from imr_sim.system import ROLES

DRAWS, MONTHS = 20, 48


def staff(flag):
    return lambda batch, record: worlds.flags(batch)[flag].sum()


def counted(name):
    return lambda batch, record: record[name].sum(dtype=float)


def aware_chiefs(batch, record):
    chiefs = batch.setting.system.role == ROLES.index("chief")
    return worlds.flags(batch)["AWARE"][:, chiefs].sum()


def leadership(batch, record):
    return batch.state.sites["leadership"].sum()


def less_autonomy(batch, record):
    return -leadership(batch, record)


def fidelity_of_programmes(batch, record):
    providing = record["fidelity"] > 0
    return record["fidelity"][providing].mean(dtype=float)


def sensitive_openings(batch, record):
    return ((record["events"] & HAS_PRRC > 0) & (record["events"] & SENSITIVE > 0)).sum()


ACTS_ON = [
    ("materials", staff("AWARE")),
    ("meetings", staff("AWARE")),
    ("simplify", staff("SUPPORTIVE")),
    ("consensus", staff("SUPPORTIVE")),
    ("outreach", staff("AWARE")),
    ("outreach", counted("status")),
    ("champions", staff("CHAMPION")),
    ("champions", counted("status")),
    ("materials", counted("status")),
    ("meetings", counted("status")),
    ("leadership", leadership),
    ("leadership", counted("status")),
    ("mandate", aware_chiefs),
    ("mandate", less_autonomy),
    ("mandate", counted("status")),
    ("training", counted("trained")),
    ("training", counted("status")),
    ("training", staff("TRAINED")),
    ("audit", fidelity_of_programmes),
    ("facilitation", counted("status")),
    ("facilitation", fidelity_of_programmes),
    ("collaborative", staff("AWARE")),
    ("collaborative", counted("status")),
    ("collaborative", fidelity_of_programmes),
    ("train_trainer", counted("trained")),
    ("train_trainer", counted("status")),
    ("exchange", staff("EXPERIENCED")),
    ("exchange", staff("IMPORTED")),
    ("open_prrc", sensitive_openings),
    ("funding", counted("status")),
]


@cache
def after(lever):
    """The small system after four years of a strong dose of one lever (or none) everywhere."""
    setting = Setting.of(imr.load_system("small"), 2, "2004-01")
    values = imr.prior(DRAWS, seed=3).replace(media=0.1, mandate_autonomy_cost=0.3).values
    batch = Batch(setting, values, np.arange(DRAWS), np.zeros(DRAWS, int))
    doses = np.zeros((DRAWS, setting.world.n_sites, len(LEVERS)))
    if lever:
        doses[..., LEVER_INDEX[lever]] = 2
    return batch, batch.advance(MONTHS, doses)


@pytest.mark.parametrize(
    ("lever", "measure"), ACTS_ON, ids=[f"{lever}-{i}" for i, (lever, _) in enumerate(ACTS_ON)]
)
def test_a_strong_dose_makes_more_of_what_the_lever_acts_on(lever, measure):
    assert measure(*after(lever)) > measure(*after(None))


def test_no_lever_is_left_out():
    assert {lever for lever, _ in ACTS_ON} == set(LEVERS)


def test_leadership_engaged_is_partly_kept_until_the_leader_changes():
    setting = Setting.of(imr.load_system("small"), 2, "2004-01")
    kept, gain = 0.4, 0.5
    draws = imr.prior(4).replace(
        leadership_gain=gain, leadership_retained=kept, leadership_change_rate=0
    )
    batch = Batch(setting, draws.values, np.arange(4), np.zeros(4, int))
    doses = np.zeros((4, setting.world.n_sites, len(LEVERS)))
    before = batch.state.sites["leadership"].copy()
    doses[..., LEVER_INDEX["leadership"]] = 1
    batch.advance(3, doses)
    np.testing.assert_allclose(batch.state.sites["leadership"] - before, gain)
    batch.advance(24)
    np.testing.assert_allclose(batch.state.sites["leadership"] - before, gain * kept)
