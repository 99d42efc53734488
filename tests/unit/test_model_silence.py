"""Without a cause nothing happens, and a strategy that does nothing changes nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds

import imr_sim as imr
from imr_sim.model.batch import Batch, Setting
from imr_sim.strategies import LEVERS
from imr_sim.system import Ties

NO_NEWS = {"media": 0, "external_aware": 0, "external_experienced": 0}


def without_ties(system):
    nobody = Ties.from_pairs(np.empty((0, 2), int), system.n_staff)
    return dataclasses.replace(system, ties=dict.fromkeys(system.ties, nobody))


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.mark.parametrize("tied", [False, True])
def test_with_no_media_no_informed_hires_and_no_levers_nobody_ever_hears_of_imr(small, tied):
    system = small if tied else without_ties(small)
    draws = imr.prior(24, seed=2).replace(**NO_NEWS, a0=4)
    history = imr.simulate(system, draws, months=240)
    assert not history.aware.any()
    assert not history.status.any()
    assert not history.started.any()


@pytest.mark.parametrize("lever", LEVERS)
def test_only_who_is_informed_or_asked_can_decide(small, lever):
    values = imr.prior(6, seed=2).replace(**NO_NEWS, a0=4, visibility=0).values
    setting = Setting.of(small, 2, "2004-01", 1)
    batch = Batch(setting, values, np.arange(6), np.zeros(6, int))
    doses = np.zeros((6, small.n_sites, len(LEVERS)))
    doses[..., LEVERS.index(lever)] = 1
    record = batch.advance(60, doses)
    if lever in ("simplify", "consensus", "audit", "exchange", "open_prrc"):
        assert not record["aware"].any() or lever == "exchange"
        assert not record["status"].any() or lever == "exchange"
    else:
        assert record["status"].any()


def test_one_coordinator_who_knows_is_enough_to_begin(small):
    draws = imr.prior(8, seed=2).replace(external_aware=0, external_experienced=0)
    assert imr.simulate(small, draws, months=120).providing.any()


class EmptyHanded(imr.Strategy):
    """Every lever in every site, at dose zero."""

    name, label = "empty_handed", "Empty-handed"

    def wish(self, view, delivered):
        wish = imr.Wish.nothing(view)
        for lever in LEVERS:
            wish.dose(lever)
        return wish


def test_a_strategy_of_zero_dose_changes_no_history_and_costs_nothing(small):
    draws = imr.prior(12, seed=5)
    none = imr.simulate(small, draws, months=120, replicates=2)
    empty = imr.simulate(small, draws, EmptyHanded(), months=120, replicates=2)
    assert (none.record == empty.record).all()
    assert not empty.cost_usd.any()


def test_a_strategy_without_money_changes_no_history(small):
    draws = imr.prior(6, seed=5)
    none = imr.simulate(small, draws, months=96)
    poor = imr.simulate(small, draws, "full_rollout", months=96, budget=0)
    assert (none.record == poor.record).all()


@pytest.mark.parametrize("name", [n for n in imr.strategy_names() if n != "none"])
def test_no_strategy_acts_before_the_policy_date_and_each_acts_after_it(small, name):
    draws = imr.prior(6, seed=5)
    run = dict(start="2015-01", months=96, policy_start="2018-01")
    none, acted = imr.simulate(small, draws, **run), imr.simulate(small, draws, name, **run)
    assert (none.record[:, :, :36] == acted.record[:, :, :36]).all()
    assert not acted.cost_usd[:, :, :36].any()
    assert (none.record[:, :, 36:] != acted.record[:, :, 36:]).any()
    assert acted.cost_usd[:, :, 36:].any()


def test_a_silent_world_stays_as_it_began():
    batch = worlds.histories(worlds.world([30, 70], smi=True), worlds.silent(), 5)
    worlds.inform(batch, [0, 31], supportive=True)
    at_first = {name: flag.copy() for name, flag in worlds.flags(batch).items()}
    batch.advance(240)
    for name, flag in worlds.flags(batch).items():
        assert (flag == at_first[name]).all(), name
