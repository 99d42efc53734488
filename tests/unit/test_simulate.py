"""The same seed gives the same history, however the work is divided."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.model.batch import Batch, Setting, identities
from imr_sim.model.history import FACTORS, FIELDS

module = import_module("imr_sim.experiment.simulate")
MONTHS = 96


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.fixture(scope="module")
def draws():
    return imr.prior(10, seed=3)


def record(system, draws, **how):
    return imr.simulate(system, draws, **{"months": MONTHS, "replicates": 2, **how}).record


@pytest.mark.parametrize("strategy", ["none", "stepped_support", "facilitation"])
@pytest.mark.parametrize("how", [{"threads": 1}, {"threads": 2}, {"threads": 7}])
def test_threads_change_nothing(small, draws, strategy, how):
    divided = record(small, draws, strategy=strategy, **how)
    assert (divided == record(small, draws, strategy=strategy)).all()


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_size_of_batches_changes_nothing(small, draws, size, monkeypatch):
    whole = record(small, draws, strategy="stepped_support")
    monkeypatch.setattr("imr_sim.experiment.driver.CHUNK_HISTORIES", size)
    assert (record(small, draws, strategy="stepped_support") == whole).all()


def test_the_event_log_disturbs_nothing(small, draws):
    assert (record(small, draws, events=True) == record(small, draws)).all()


def test_seed_0_is_a_seed_and_every_seed_is_its_own_history(small, draws):
    zero = record(small, draws, seed=0)
    assert (zero == record(small, draws, seed=0)).all()
    others = [record(small, draws, seed=s) for s in (1, 2, 2**32, 2**64 - 1)]
    for i, one in enumerate([zero, *others]):
        for other in [zero, *others][:i]:
            assert (one != other).any()


def test_replicates_and_draws_of_the_same_values_are_different_histories(small):
    same = imr.prior(1, seed=3).values.repeat(3, axis=0)
    three = imr.ParameterSet(same, "user", "three times the same")
    histories = imr.simulate(small, three, months=MONTHS, replicates=3).aware
    assert len(np.unique(histories.reshape(9, -1), axis=0)) == 9


def test_fewer_draws_replicates_or_months_are_the_beginning_of_more(small, draws):
    whole = record(small, draws, replicates=3, strategy="webinars")
    assert (record(small, draws.take(4), replicates=3, strategy="webinars") == whole[:4]).all()
    assert (record(small, draws, replicates=1, strategy="webinars") == whole[:, :1]).all()
    short = record(small, draws, replicates=3, months=60, strategy="webinars")
    assert (short == whole[:, :, :60]).all()


def test_a_history_of_60_months_is_the_start_of_one_of_120(small, draws):
    assert (record(small, draws, months=60) == record(small, draws, months=120)[:, :, :60]).all()


def test_the_order_in_which_draws_are_run_changes_nothing(small, draws):
    setting = Setting.of(small, 4, "2004-01", 1)
    draw, replicate, values = identities(draws, 2)
    order = np.random.default_rng(0).permutation(len(draw))
    straight = Batch(setting, values, draw, replicate).advance(48)
    shuffled = Batch(setting, values[order], draw[order], replicate[order]).advance(48)
    assert (shuffled == straight[order]).all()


def test_months_run_one_by_one_or_at_once_are_the_same(small, draws):
    setting = Setting.of(small, 4, "2004-01", 1)
    draw, replicate, values = identities(draws, 1)
    at_once = Batch(setting, values, draw, replicate).advance(40)
    slow = Batch(setting, values, draw, replicate)
    one_by_one = np.concatenate([slow.advance(1) for _ in range(40)], axis=1)
    assert (one_by_one == at_once).all()


def test_a_branch_has_its_own_future_and_leaves_its_parent_alone(small, draws):
    setting = Setting.of(small, 4, "2004-01", 1)
    parent = Batch(setting, *_values_first(draws))
    parent.advance(36)
    twin, state = parent.branch(), [array.copy() for array in parent.state]
    future = twin.advance(24)
    for array, as_it_was in zip(parent.state, state, strict=True):
        assert (array == as_it_was).all()
    assert (parent.advance(24) == future).all()


def _values_first(draws, replicates=1):
    draw, replicate, values = identities(draws, replicates)
    return values, draw, replicate


def test_a_history_is_labelled_with_what_it_is(small, draws):
    history = imr.simulate(small, draws, "materials", months=30, start="2011-11", replicates=2)
    data = history.to_xarray()
    assert dict(data.sizes) == {
        "draw": 10,
        "replicate": 2,
        "month": 30,
        "site": small.n_sites,
        "factor": len(FACTORS),
    }
    assert str(history.months[0].date()) == "2011-11-01"
    assert str(history.months[-1].date()) == "2014-04-01"
    assert data.attrs["parameters"] == "prior" and data.attrs["strategy"] == "materials"
    frame = history.to_frame()
    assert len(frame) == history.providing.size
    row = frame[(frame["draw"] == 7) & (frame["replicate"] == 1) & (frame["month"] == "2013-02-01")]
    assert row["station"].tolist() == small.sites["station"].tolist()
    for name in FIELDS:
        np.testing.assert_array_equal(row[name].to_numpy(), history.sites[name][7, 1, 15])


def test_head_counts_fit_in_the_site_and_one_another(small, draws):
    history = imr.simulate(small, draws, "full_rollout", months=120)
    staff = np.bincount(small.site)
    counts = [name for name in FIELDS if history.sites[name].dtype == np.uint16]
    assert {"aware", "supportive", "champions", "trained", "delivering"} < set(counts)
    for name in counts:
        assert (history.sites[name] <= staff).all(), name
    assert (history.champions <= history.supportive).all()
    assert (history.supportive <= history.aware).all()
    assert (history.key_aware <= history.aware).all()
    assert (history.importer_champions <= history.champions).all()
    assert (history.trained <= history.delivering).all()
    assert ((history.delivering > 0) == history.providing).all()


def test_a_history_shows_what_the_state_holds_of_factors_and_key_staff(small, draws):
    history = imr.simulate(small, draws, months=30, replicates=2, seed=4)
    batch = Batch(Setting.of(small, 4, "2004-01", 1), *_values_first(draws, 2))
    batch.advance(30)
    sites = batch.state.sites.reshape(10, 2, -1)
    assert history.factors.shape == (10, 2, len(FACTORS), small.n_sites)
    for i, name in enumerate(FACTORS):
        np.testing.assert_array_equal(history.factors[:, :, i], sites[name].astype(np.float32))
        np.testing.assert_array_equal(
            history.to_xarray()["factors"].sel(factor=name), history.factors[:, :, i]
        )
    np.testing.assert_array_equal(history.key_aware[:, :, -1], sites["key_aware"])
    np.testing.assert_array_equal(
        history.leadership[:, :, -1], sites["leadership"].astype(np.float32)
    )


def test_reading_a_history_changes_nothing_in_it(small, draws):
    history = imr.simulate(small, draws, months=30)
    before, factors = history.record.copy(), history.factors.copy()
    history.to_xarray()
    history.to_frame()
    assert (history.record == before).all() and (history.factors == factors).all()


def test_starts_stops_and_restarts_add_up_to_what_provides(small, draws):
    history = imr.simulate(small, draws, "facilitation", months=200)
    net = history.started.astype(int) - history.stopped.astype(int)
    assert (net.cumsum(axis=2) == history.providing).all()
    ever = history.started.cumsum(axis=2) > 1
    assert (history.restarted == (history.started & ever)).all()
    assert history.restarted.any()


@pytest.mark.parametrize(
    "wrong",
    [
        {"months": 0},
        {"months": 2.5},
        {"replicates": 0},
        {"seed": -1},
        {"seed": 2**64},
        {"seed": None},
        {"strategy": "no_such"},
        {"policy_start": "2030-01"},
        {"policy_start": "1999-01"},
    ],
)
def test_requests_that_cannot_work_are_refused(small, wrong):
    with pytest.raises(RequestError):
        imr.simulate(small, imr.Parameters(), **{"months": 24, **wrong})
