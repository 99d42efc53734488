"""Parameters of levers that nobody pulls change nothing, in any named strategy."""

from __future__ import annotations

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.experiment.idle import OF_LEVERS, idle_parameters, levers_of
from imr_sim.model.parameters import GROUPS, SPECS, Parameters
from imr_sim.practice import load_practice
from imr_sim.strategies import Strategy, Wish, load_strategy, strategy_names
from imr_sim.strategies.levers import LEVERS

NAMES = [spec.name for group in OF_LEVERS for spec in GROUPS[group]]


class Mine(Strategy):
    name, label = "mine", "mine"

    def wish(self, view, delivered):
        return Wish.nothing(view)


def test_every_parameter_of_a_lever_is_named_after_it_or_shared():
    assert all(levers_of(name) and levers_of(name) <= set(LEVERS) for name in NAMES)
    assert levers_of("prompt_training") == levers_of("training_rate") == {"training"}
    assert levers_of("train_trainer_second") == {"train_trainer"}
    assert "simplify" not in levers_of("asked_again")


@pytest.mark.parametrize("name", strategy_names())
def test_idle_parameters_change_nothing(name):
    idle = idle_parameters([load_strategy(name)], load_practice("imr"))
    moved = {n: SPECS[n].high if SPECS[n].high < 1e12 else SPECS[n].default * 3 for n in idle}
    system = imr.load_system("small")
    one, other = (
        imr.simulate(
            system, p, strategy=name, policy_start="2012-01", start="2010-01", months=60, seed=3
        )
        for p in (Parameters(), Parameters(**moved))
    )
    assert (one.sites["status"] == other.sites["status"]).all()
    np.testing.assert_array_equal(one.sites["fidelity"], other.sites["fidelity"])
    np.testing.assert_array_equal(one.cost_usd, other.cost_usd)


def test_a_strategy_in_python_may_pull_any_lever():
    assert idle_parameters([Mine()], load_practice("imr")) == frozenset()


def test_the_support_of_a_practice_is_in_use():
    practice = load_practice("invented_training_small")
    idle = idle_parameters([load_strategy("none")], practice)
    used = {c.lever for c in practice.support.strategy.components}
    assert used and not {n for n in idle if levers_of(n) & used}
