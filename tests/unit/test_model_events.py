"""The event log says who heard from whom, and its counts are those of the history."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

import imr_sim as imr
from imr_sim.experiment import simulate
from imr_sim.model.batch import Batch, Setting

START, MONTHS, SEED = "2004-01", 72, 9


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.fixture(scope="module")
def draws():
    return imr.prior(3, seed=4).replace(beta_between=0.4, media=0.05)


@pytest.fixture(scope="module")
def history(small, draws):
    return simulate(small, draws, "webinars", start=START, months=MONTHS, seed=SEED, events=True)


@pytest.fixture(scope="module")
def untouched(small, draws):
    """A history without levers, and who was aware at the start and end of each of its months."""
    log = simulate(small, draws, start=START, months=MONTHS, seed=SEED, events=True).events
    batch = Batch(Setting.of(small, SEED, START, 1), draws.values, np.arange(3), np.zeros(3, int))
    aware = [worlds.flags(batch)["AWARE"]]
    for _ in range(MONTHS):
        batch.advance(1)
        aware.append(worlds.flags(batch)["AWARE"])
    return log, np.array(aware)


def numbers(log, small):
    """Month, draw, listener and teller (or -1) of events, as positions."""
    staff = {name: i for i, name in enumerate(small.staff_ids())} | {"": -1}
    month = (log["month"].dt.year - 2004) * 12 + log["month"].dt.month - 1
    columns = (month, log["draw"], log["staff"].map(staff), log["source"].map(staff))
    return tuple(c.to_numpy() for c in columns)


@pytest.mark.parametrize(("where", "same"), [("tie inside", True), ("tie outside", False)])
def test_whoever_is_said_to_have_told_was_a_tie_and_knew(small, untouched, where, same):
    log, aware = untouched
    told = log[(log["event"] == "heard") & (log["heard_from"] == where)]
    assert len(told) > 20
    month, draw, listener, teller = numbers(told, small)
    assert (teller >= 0).all()
    assert aware[month, draw, teller].all()
    assert not aware[month, draw, listener].any()
    ties = worlds.tie_matrix(small, same_site=same)
    assert (ties[teller, listener] == 1).all()
    assert ((small.site[teller] == small.site[listener]) == same).all()


def test_every_new_knower_is_in_the_log_once_and_nobody_else(small, untouched):
    log, aware = untouched
    learned = log[log["event"].isin(["heard", "hired knowing IMR"])]
    month, draw, listener, _ = numbers(learned, small)
    logged = np.zeros_like(aware[1:], dtype=int)
    np.add.at(logged, (month, draw, listener), 1)
    became = ~aware[:-1] & aware[1:]
    assert logged.max() == 1
    assert logged[became].all()
    heard = (learned["event"] == "heard").to_numpy()
    assert became[month[heard], draw[heard], listener[heard]].all()


def test_without_hires_heard_events_count_the_growth_of_awareness(small, draws):
    turnover = [name for name in draws.frame() if name.startswith("turnover")]
    still = draws.replace(**dict.fromkeys(turnover, 0), forgetting=0)
    history = imr.simulate(small, still, months=48, events=True)
    heard = history.events[history.events["event"] == "heard"]
    assert set(history.events["event"]) >= {"heard", "became champion"}
    for draw in range(3):
        by_month = heard[heard["draw"] == draw].groupby("month").size()
        growth = np.diff(history.aware[draw, 0].sum(axis=-1).astype(int), prepend=0)
        assert by_month.reindex(history.months, fill_value=0).tolist() == growth.tolist()


@pytest.mark.parametrize(
    ("event", "flag"),
    [("site started", "started"), ("site restarted", "restarted"), ("site stopped", "stopped")],
)
def test_starts_and_stops_in_the_log_are_those_of_the_history(small, draws, event, flag):
    fast = draws.replace(a0=1, d0=0)
    history = imr.simulate(small, fast, months=MONTHS, events=True)
    happened = history.sites[flag]
    if flag == "started":
        happened = happened & ~history.restarted
    assert happened.any()
    draw, _, month, site = happened.nonzero()
    stations = small.sites["station"].to_numpy()[site]
    expected = sorted(zip(draw, history.months[month], stations, strict=True))
    log = history.events[history.events["event"] == event]
    assert sorted(zip(log["draw"], log["month"], log["station"], strict=True)) == expected


def heard(history):
    """From what those who heard had it."""
    return history.events.loc[history.events["event"] == "heard", "heard_from"]


def test_news_is_credited_to_its_causes_in_proportion():
    system = worlds.world([2000])
    both = worlds.silent(media=0.3, visibility=0, media_weight_smi=1, prompt_materials=0)
    only_media = heard(imr.simulate(system, both, months=6, events=True))
    assert set(only_media) == {"media"}

    class Mailing(imr.Strategy):
        name, label = "mailing", "Mailing"

        def wish(self, view, delivered):
            wish = imr.Wish.nothing(view)
            wish.dose("materials")[:] = 1
            return wish

    half = both.replace(materials_awareness=0.3)
    credited = heard(imr.simulate(system, half, Mailing(), months=12, events=True))
    share = (credited == "media").mean()
    assert abs(share - 0.5) < 4 * 0.5 / np.sqrt(len(credited))
    assert set(credited) == {"media", "site or lever"}
