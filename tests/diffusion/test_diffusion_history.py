"""Simulated histories as diffusion data; the event log is the whole story."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import worlds

import imr_sim as imr
from imr_sim.diffusion import (
    cascades,
    cumulative_adopters,
    exposure,
    from_history,
    hazard,
    rebuild,
    thresholds,
    transmissions,
)
from imr_sim.errors import RequestError
from imr_sim.system import ROLES

STRATEGIES = ("none", "facilitation", "champions", "full_rollout", "webinars")


@pytest.fixture(scope="module")
def history():
    draws = imr.prior(2, seed=3).replace(a0=0, d0=-1, beta_between=0.3)
    return imr.simulate(
        imr.load_system("small"), draws, "champions", policy_start="2006-01", months=72,
        replicates=2, seed=2, events=True,
    )  # fmt: skip


def random_system(seed: int) -> imr.System:
    rng = np.random.default_rng(seed)
    system = worlds.world(rng.integers(5, 60, rng.integers(2, 9)), smi=True)
    n = system.n_staff
    pairs = rng.integers(0, n, (4 * n, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    inside = system.site[pairs[:, 0]] == system.site[pairs[:, 1]]
    return imr.System(
        name="random",
        sites=system.sites,
        site=system.site,
        role=rng.integers(0, len(ROLES), n),
        smi=rng.random(n) < 0.5,
        ties={
            "within": type(system.ties["within"]).from_pairs(pairs[inside], n),
            "between": type(system.ties["within"]).from_pairs(pairs[~inside], n),
            "coordinators": system.ties["coordinators"],
        },
        invented=True,
        note="random, for a test",
    )


@pytest.mark.parametrize("seed", range(20))
def test_every_month_can_be_rebuilt_from_the_event_log(seed):
    """Statuses, aware and champions of 20 random systems under strategies."""
    draws = imr.prior(1, seed=seed).replace(a0=0.5, d0=0, media=0.1, forgetting=0.2)
    run = imr.simulate(
        random_system(seed), draws, STRATEGIES[seed % 5], policy_start="2006-01", months=60,
        seed=seed, events=True,
    )  # fmt: skip
    assert run.aware.any() and run.champions.any()
    found = rebuild(run)
    assert (found.status == run.status[0, 0]).all()
    assert (found.aware == run.aware[0, 0]).all()
    assert (found.champions == run.champions[0, 0]).all()


def test_each_history_of_many_is_rebuilt_by_its_own_events(history):
    for draw in range(2):
        for replicate in range(2):
            found = rebuild(history, draw=draw, replicate=replicate)
            assert (found.status == history.status[draw, replicate]).all()
            assert (found.aware == history.aware[draw, replicate]).all()
            assert (found.champions == history.champions[draw, replicate]).all()


def test_sites_adopt_when_they_begin_to_provide(history):
    network = from_history(history, draw=1, replicate=1)
    providing = history.providing[1, 1]
    assert (network.states() == providing.T).all()
    assert cumulative_adopters(network)[-1] == providing.any(axis=0).sum()
    assert network.spells["stop"].notna().any()
    assert set(network.spells["reason"]) == {"first start", "restart"}
    assert hazard(network)["adopters"].sum() == providing.any(axis=0).sum()
    assert network.origin == "2004-01-01"


def test_sites_are_tied_by_the_ties_of_their_staff(history):
    network, system = from_history(history), history.system
    matrix = network.matrix(layer="between").toarray()
    slow = np.zeros_like(matrix)
    for a, b in system.ties["between"].pairs():
        i, j = system.site[a], system.site[b]
        if i != j:
            slow[i, j] += 1
            slow[j, i] += 1
    assert (matrix == slow).all()
    seen = exposure(network, lag=1)
    assert np.nanmax(seen) <= 1


def test_posts_adopt_when_their_holder_hears(history):
    network = from_history(history, of="staff", draw=1)
    aware = history.aware[1, 0].sum(axis=1)
    assert (network.states().sum(axis=0) == aware).all()
    assert set(network.spells["reason"]) <= {
        "media", "site or lever", "tie inside", "tie outside", "hired knowing IMR",
    }  # fmt: skip
    assert set(network.spells["stop_reason"]) <= {"", "left knowing IMR", "forgot IMR"}
    assert thresholds(network)["threshold"].dropna().between(0, 1).all()


def test_a_teller_had_come_to_know_before(history):
    news = transmissions(history, draw=1)
    told = news[news["parent"] >= 0]
    teller = news.loc[told["parent"]]
    assert len(told) > 20
    assert (teller["staff"].to_numpy() == told["source"].to_numpy()).all()
    assert (teller["period"].to_numpy() < told["period"].to_numpy()).all()
    assert (teller["depth"].to_numpy() + 1 == told["depth"].to_numpy()).all()
    by_tie = news["cause"].isin(["tie inside", "tie outside"])
    assert (news.loc[by_tie, "parent"] >= 0).all()
    assert (news.loc[news["cause"].isin(["media", "site or lever"]), "parent"] == -1).all()


def test_cascades_hold_everybody_once(history):
    news = transmissions(history, draw=1)
    found = cascades(news)
    assert found.table["size"].sum() == len(news)
    assert found.shares.sum() == pytest.approx(1)
    assert found.table["size"].is_monotonic_decreasing
    assert found.branching == pytest.approx((news["parent"] >= 0).mean())
    largest = found.table.iloc[0]
    members, root = {largest["root"]}, largest["root"]
    for row, parent in news["parent"].items():
        if parent in members:
            members.add(row)
    assert len(members) == largest["size"]
    assert largest["depth"] == news.loc[sorted(members), "depth"].max()
    assert largest["stations"] == news.loc[sorted(members), "station"].nunique()
    assert news.loc[root, "parent"] == -1


def test_cascades_by_hand():
    """0 hears by media, tells 1, who tells 2; 3 hears by media."""
    news = pd.DataFrame(
        {
            "staff": list("abcd"), "station": ["X", "X", "Y", "Y"], "month": pd.Timestamp("2004"),
            "cause": ["media", "tie inside", "tie outside", "media"],
            "parent": [-1, 0, 1, -1], "depth": [0, 1, 2, 0], "root": [0, 0, 0, 3],
        }
    )  # fmt: skip
    found = cascades(news)
    assert found.table[["size", "depth", "stations"]].to_numpy().tolist() == [[3, 2, 2], [1, 0, 1]]
    assert found.shares["media"] == 0.5
    assert found.branching == 0.5
    assert len(cascades(news.iloc[:0]).table) == 0


def test_what_is_not_there_is_refused(history):
    with pytest.raises(RequestError, match="from 0 to 1"):
        from_history(history, draw=2)
    with pytest.raises(RequestError, match="no such unit"):
        from_history(history, of="veterans")
    silent = imr.simulate(imr.load_system("small"), imr.Parameters(), months=12)
    with pytest.raises(RequestError, match="events=True"):
        from_history(silent, of="staff")
    assert from_history(silent).n == 12
