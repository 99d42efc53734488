"""Run histories of a system under one strategy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim import limits
from imr_sim.checks import whole_number
from imr_sim.experiment.driver import Course, Driver, Past
from imr_sim.experiment.progress import HistoryMonths, ProgressCall
from imr_sim.experiment.run import Histories, Run
from imr_sim.model.batch import Setting
from imr_sim.model.events import HEARD, HEARD_FROM, KIND_NAMES, Log
from imr_sim.model.history import FACTORS, History
from imr_sim.model.parameters import Parameters, ParameterSet, as_set
from imr_sim.model.state import RECORD
from imr_sim.months import Dates, later, month_index
from imr_sim.practice import Practice, load_practice
from imr_sim.strategies import Strategy, load_strategy
from imr_sim.system import System


def simulate(
    system: System,
    parameters: Parameters | ParameterSet,
    strategy: str | Strategy = "none",
    *,
    practice: str | Path | Practice = "imr",
    start: str | None = None,
    months: int = 204,
    policy_start: str | None = None,
    replicates: int = 1,
    seed: int = 1,
    budget: float | None = None,
    threads: int | None = None,
    events: bool = False,
    progress: ProgressCall | None = None,
) -> History:
    """Histories of `system` under one strategy, for every parameter draw and replicate.

    Parameters
    ----------
    system : System
    parameters : Parameters or ParameterSet
        One set, or many draws.
    strategy : str or Strategy
        A name of the library, the path of a YAML file, or an object.
    practice : str, Path or Practice
        What spreads: a name that ships, the path of a YAML file, or an object. The parameters are
        those of IMR; they are adapted to it.
    start : str or None
        First month, ``"YYYY-MM"``; None for the practice's own.
    months : int
        Length of the histories.
    policy_start : str or None
        First month in which the strategy acts; None for the first month of the history, or the
        first after the practice's own support.
    replicates : int
        Histories a draw; they differ in luck alone.
    seed : int
        0 to 2**64 - 1.
    budget : float or None
        Most the strategy may spend in each history, US$.
    threads : int or None
        Threads to use; results do not depend on it.
    events : bool
        Keep the event log.
    progress : callable or None
        Called with the share done (0 to 1) and a message.

    Returns
    -------
    History

    Raises
    ------
    RequestError
        When an argument cannot work.
    """
    spreading = load_practice(practice)
    draws = spreading.adapt(as_set(parameters))
    whole_number("replicates", replicates, *limits.REPLICATES)
    start = spreading.start if start is None else start
    if policy_start is None:
        policy_start = later(start, spreading.support_end)
    run = Run(
        system=system,
        practice=spreading,
        dates=Dates.within(start, policy_start, months, where="simulate"),
        strategies=(load_strategy(strategy),),
        budget=budget,
        seed=seed,
    )
    driver, before = Driver(run, threads), run.dates.before
    histories = Histories.of(draws, replicates)
    record = np.empty((len(histories), months, system.n_sites), RECORD)
    factors = np.empty((len(histories), len(FACTORS), system.n_sites), np.float32)
    cost_usd, support_usd = np.zeros((2, len(histories), months))
    happened = []

    def keep_past(place: slice, past: Past) -> list[Log]:
        record[place, :before] = past.record
        factors[place] = past.factors
        support_usd[place, :before] = past.support_usd
        return past.logs or []

    def keep_course(place: slice, _: int, course: Course) -> list[Log]:
        record[place, before:] = course.record
        cost_usd[place, before:] = course.campaign.spent_usd
        return course.logs or []

    tick = HistoryMonths(progress, len(histories) * months)
    for chunk in driver.chunks(histories, keep_past, keep_course, events=events, tick=tick):
        if events:
            logs, history = [*chunk.past, *chunk.courses[0]], histories[chunk.where]
            happened.append(_event_frame(driver.setting, logs, *history.draw, *history.replicate))
    shape = (len(draws), replicates)
    return History(
        system=system,
        parameters=draws,
        strategy=run.strategies[0].name,
        seed=seed,
        months=run.dates.index,
        record=record.reshape(*shape, months, system.n_sites),
        factors=factors.reshape(*shape, len(FACTORS), system.n_sites),
        cost_usd=cost_usd.reshape(*shape, months),
        events=pd.concat(happened, ignore_index=True) if events else None,
        practice=spreading.name,
        invented_practice=spreading.invented,
        support_usd=support_usd.reshape(*shape, months) if spreading.support else None,
    )


def _event_frame(setting: Setting, logs: list[Log], draw: int, replicate: int) -> pd.DataFrame:
    """One row an event: month, kind, station, staff member, detail, source."""
    month, kind, site, slot, detail, source = (
        np.concatenate([getattr(log, name)[: log.n[0]] for log in logs])
        for name in ("month", "kind", "site", "slot", "detail", "source")
    )
    staff_of = np.full(64 * len(setting.world.word_site), -1)
    staff_of[setting.slot] = np.arange(setting.system.n_staff)
    ids = np.array([*setting.system.staff_ids(), ""], dtype=object)
    heard = kind == HEARD
    return pd.DataFrame(
        {
            "draw": draw,
            "replicate": replicate,
            "month": month_index(
                setting.start, int(month.max(initial=setting.start)) - setting.start + 1
            )[month - setting.start]
            if len(month)
            else pd.DatetimeIndex([]),
            "event": np.array(KIND_NAMES, dtype=object)[kind],
            "station": setting.facts.station[site].astype(object),
            "staff": ids[np.where(slot >= 0, staff_of[slot], -1)],
            "heard_from": np.where(heard, np.array(HEARD_FROM, dtype=object)[detail * heard], ""),
            "source": ids[np.where(source >= 0, staff_of[source], -1)],
        }
    )
