"""Whatever the parameters and the levers, the state of the world makes sense in every month."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

import imr_sim as imr
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.state import (
    GAVE_UP,
    NEVER,
    NOT_PROVIDING,
    PREPARING,
    PROVIDING,
    STARTED,
    STOPPED,
)
from imr_sim.strategies import LEVERS

ARROWS = {
    (NOT_PROVIDING, NOT_PROVIDING),
    (NOT_PROVIDING, PREPARING),
    (PREPARING, PREPARING),
    (PREPARING, NOT_PROVIDING),
    (PREPARING, PROVIDING),
    (PROVIDING, PROVIDING),
    (PROVIDING, NOT_PROVIDING),
}
# Faster than any plausible world, so that rare events meet each other within a few months.
HECTIC = {
    "media": 2,
    "forgetting": 3,
    "support_rate": 8,
    "support_loss": 3,
    "champion_rate": 5,
    "champion_fatigue": 5,
    "turnover_clinical": 1.5,
    "turnover_other": 1.5,
    "turnover_peer": 1.5,
    "a0": 2.5,
    "d0": 0,
    "training_access": 3,
    "external_aware": 0.3,
    "external_experienced": 0.3,
}


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


def run(system, values, seed, doses, months):
    """Yield the batch after each month, and the statuses and flags before it."""
    batch = Batch(
        Setting.of(system, seed, "2004-01", 1),
        values,
        np.zeros(len(values), int),
        range(len(values)),
    )
    for _ in range(months):
        status, people = batch.state.sites["status"].copy(), worlds.flags(batch)
        record = batch.advance(1, doses)
        yield batch, record[:, 0], status, people


def check_people(batch):
    system, people = batch.setting.system, worlds.flags(batch)
    providing = (batch.state.sites["status"] == PROVIDING)[:, system.site]
    delivers, champions = people["DELIVERING"], people["CHAMPION"]
    implied = {
        "who delivers is aware": delivers <= people["AWARE"],
        "who delivers is experienced": delivers <= people["EXPERIENCED"],
        "who delivers belongs to an SMI programme": delivers <= system.smi,
        "who delivers works where IMR is provided": delivers <= providing,
        "a champion is supportive": champions <= people["SUPPORTIVE"],
        "a champion belongs to an SMI programme": champions <= system.smi,
        "a supporter is aware": people["SUPPORTIVE"] <= people["AWARE"],
    }
    for claim, true in implied.items():
        assert true.all(), claim


def check_counts(batch):
    state, slot = batch.state, batch.setting.slot
    for name, number in worlds.counters(batch).items():
        np.testing.assert_array_equal(getattr(state, name)[:, slot], number, err_msg=name)
    for name, number in worlds.head_counts(batch).items():
        np.testing.assert_array_equal(state.sites[name], number, err_msg=name)


def check_empty_posts(batch):
    assert not (state_flags := batch.state.flags & ~batch.setting.world.present).any()
    assert state_flags.shape[1] == 7
    empty = np.ones(batch.state.within.shape[1], bool)
    empty[batch.setting.slot] = False
    for name in ("within", "between", "peers", "hired"):
        assert not getattr(batch.state, name)[:, empty].any(), name


def check_sites(batch, record, before):
    sites, month = batch.state.sites, batch.month - 1
    status, events = sites["status"], sites["events"]
    assert {*zip(before.ravel().tolist(), status.ravel().tolist(), strict=True)} <= ARROWS
    provides = status == PROVIDING
    assert ((sites["fidelity"] >= 1) & (sites["fidelity"] <= 5))[provides].all()
    assert not sites["fidelity"][~provides].any()
    assert (sites["delivering"] <= batch.params["team_size"][:, None]).all()
    assert ((sites["delivering"] > 0) == provides).all()
    started, stopped = events & STARTED > 0, events & STOPPED > 0
    gave_up = events & GAVE_UP > 0
    assert (started == ((before == PREPARING) & provides)).all()
    assert (gave_up == ((before == PREPARING) & (status == NOT_PROVIDING))).all()
    assert (stopped == ((before == PROVIDING) & (status == NOT_PROVIDING))).all()
    assert (sites["stop_month"][stopped] == month).all()
    latest = np.maximum(sites["first_month"], sites["restart_month"])
    assert (latest[started] == month).all()
    assert ((sites["first_month"] > NEVER) == (sites["starts"] > 0)).all()
    assert ((sites["restart_month"] > NEVER) == (sites["starts"] > 1)).all()
    assert (sites["sensitive_left"] <= batch.params["sensitive_months"][:, None]).all()
    for name in ("status", "events", "aware", "supportive", "champions", "delivering", "trained"):
        np.testing.assert_array_equal(record[name], sites[name], err_msg=name)


def check_all(system, values, seed, doses, months):
    for batch, record, status, _ in run(system, values, seed, doses, months):
        check_people(batch)
        check_counts(batch)
        check_empty_posts(batch)
        check_sites(batch, record, status)


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(some.integers(0, 2**64 - 1), some.integers(0, 1000), some.booleans(), some.data())
def test_the_world_is_consistent_in_every_month(small, seed, which, hectic, data):
    draws = imr.prior(3, seed=which).replace(**HECTIC if hectic else {})
    dose = data.draw(some.lists(some.sampled_from([0, 0, 0.5, 1, 2]), min_size=15, max_size=15))
    reach = np.random.default_rng(which).random(small.n_sites) < 0.6
    doses = np.where(reach[:, None], np.array(dose, float), 0.0)
    doses = np.broadcast_to(doses, (3, *doses.shape)).copy()
    assert len(dose) == len(LEVERS)
    check_all(small, draws.values, seed, doses, months=40)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["full_rollout", "staff_exchange", "champions"])
def test_the_world_is_consistent_over_twenty_years_of_a_strategy(small, strategy):
    draws = imr.prior(6, seed=8)
    batch = Batch(Setting.of(small, 3, "2004-01", 1), draws.values, np.arange(6), np.zeros(6, int))
    batch.begin_policy()
    campaign = batch.campaign(imr.load_strategy(strategy), 240, None)
    for _ in range(240):
        before = batch.state.sites["status"].copy()
        record = batch.advance_under(campaign)
        check_people(batch)
        check_counts(batch)
        check_empty_posts(batch)
        check_sites(batch, record[:, 0], before)


def test_nobody_forgets_imr_while_championing_or_delivering_it(small):
    draws = imr.prior(4, seed=1).replace(**{**HECTIC, "forgetting": 5})
    draws = draws.replace(**{k: 0 for k in HECTIC if k.startswith("turnover")})
    draws = draws.replace(turnover_coordinator=0, turnover_chief=0)
    none = np.zeros((4, small.n_sites, len(LEVERS)))
    for batch, _, _, before in run(small, draws.values, 7, none, 60):
        now = worlds.flags(batch)["AWARE"]
        busy = before["CHAMPION"] | before["DELIVERING"]
        assert now[busy].all()


def test_what_is_learned_from_delivering_stays_with_a_person(small):
    draws = imr.prior(4, seed=1).replace(**HECTIC)
    none = np.zeros((4, small.n_sites, len(LEVERS)))
    for batch, _, _, before in run(small, draws.values, 7, none, 60):
        hired = batch.state.hired[:, batch.setting.slot] == batch.month - 1 - batch.setting.start
        stayed = ~hired if batch.month - 1 > batch.setting.start else np.zeros_like(hired)
        now = worlds.flags(batch)
        assert now["EXPERIENCED"][before["EXPERIENCED"] & stayed].all()
        assert now["TRAINED"][before["TRAINED"] & stayed].all()


def test_whoever_knew_imr_when_hired_is_an_importer_and_nobody_else(small):
    draws = imr.prior(4, seed=1).replace(**HECTIC)
    none = np.zeros((4, small.n_sites, len(LEVERS)))
    for batch, _, _, before in run(small, draws.values, 7, none, 60):
        hired = batch.state.hired[:, batch.setting.slot] == batch.month - 1 - batch.setting.start
        now = worlds.flags(batch)
        if batch.month - 1 == batch.setting.start:
            continue
        assert (now["IMPORTED"] == now["AWARE"])[hired].all()
        assert (now["IMPORTED"] == before["IMPORTED"])[~hired].all()


def test_small_systems_of_any_shape_run(small):
    for sizes in ([2], [64], [65, 1], [1, 128, 3]):
        ties = worlds.complete(int(np.sum(sizes)))
        system = worlds.world(sizes, within=ties, smi=True, prrc="unknown")
        draws = imr.prior(3, seed=0).replace(**HECTIC)
        none = np.zeros((3, system.n_sites, len(LEVERS)))
        check_all(dataclasses.replace(system, name="odd"), draws.values, 1, none, 24)
