"""Banks weigh histories rightly, from the prior and from a proposal."""

from __future__ import annotations

import numpy as np
import pytest

from imr_sim.calibration.bank import axis_values, make_bank, weigh
from imr_sim.calibration.proposal import Proposal
from tests.calibration.toy import NOISE, ToyWatched, exact_evidence

DATA = {"ac": 1.6, "b": -0.9}


def posterior_mean(bank, found, name):
    axis = bank.simulator.space.names.index(name)
    return float((found.weights * axis_values(bank, axis)).sum())


@pytest.mark.parametrize("informed", [False, True])
def test_evidence_and_means_are_exact(informed):
    world = ToyWatched()
    proposal = None
    if informed:
        root = np.diag([0.9, 0.6, 0.9])
        proposal = Proposal(("a", "b", "c"), np.array([0.7, -0.7, 0.7]), root)
    bank = make_bank(world, 4000, 5, 0, proposal)
    found = weigh(bank.log_likelihood([DATA])[:, :, 0])
    assert abs(found.evidence - exact_evidence(DATA)) < 4 * found.error
    s = NOISE**2
    assert posterior_mean(bank, found, "a") == pytest.approx(DATA["ac"] / (2 + s), abs=0.06)
    assert posterior_mean(bank, found, "c") == pytest.approx(DATA["ac"] / (2 + s), abs=0.06)
    assert posterior_mean(bank, found, "b") == pytest.approx(DATA["b"] / (1 + s), abs=0.06)


def test_a_proposal_near_the_posterior_wastes_less():
    world, root = ToyWatched(), np.diag([0.9, 0.6, 0.9])
    proposal = Proposal(("a", "b", "c"), np.array([0.7, -0.7, 0.7]), root)
    ess = [
        weigh(make_bank(world, 2000, 3, 1, p).log_likelihood([DATA])[:, :, 0]).effective
        for p in (None, proposal)
    ]
    assert ess[1] > 1.5 * ess[0]


def test_a_proposal_corrects_for_itself():
    rng = np.random.default_rng(2)
    proposal = Proposal(("x", "y"), np.array([0.3, -0.2]), np.array([[0.9, 0], [0.3, 1.1]]))
    _, log_ratio = proposal.move(rng.standard_normal((200_000, 3)), ("x", "other", "y"))
    assert np.exp(log_ratio).mean() == pytest.approx(1, abs=0.02)


def test_axes_without_a_fit_stay_where_they_are():
    z = np.random.default_rng(3).standard_normal((10, 2))
    proposal = Proposal(("x",), np.zeros(1), np.eye(1))
    moved, log_ratio = proposal.move(z, ("p", "q"))
    np.testing.assert_array_equal(moved, z)
    assert not log_ratio.any()


def test_one_history_can_be_left_out():
    ll = np.zeros((4, 2))
    ll[2] = 10.0
    assert weigh(ll).weights[2].sum() > 0.99
    left = weigh(ll, leave_out=2)
    assert left.weights[2].sum() == 0
    assert left.evidence == pytest.approx(0)


def test_looks_begin_with_the_point_itself():
    bank = make_bank(ToyWatched(), 50, 4, 5)
    np.testing.assert_array_equal(bank.looks[:, 0], bank.z[:, 2:])
