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
    driver = Driver(run, threads)
    return record(driver, draws, Histories.of(draws, replicates), events=events, progress=progress)


def record(
    driver: Driver,
    parameters: ParameterSet,
    histories: Histories,
    *,
    events: bool = False,
    progress: ProgressCall | None = None,
) -> History:
    """Run histories under the one strategy of a run, and keep every site-month of them.

    Parameters
    ----------
    driver : Driver
    parameters : ParameterSet
        Draws of the histories, as many replicates of each as there are histories to it.
    histories : Histories
        Draw by draw.
    events : bool
    progress : callable or None
    """
    run, before, months = driver.run, driver.run.dates.before, driver.run.dates.months
    sites, n = run.system.n_sites, len(histories)
    records = np.empty((n, months, sites), RECORD)
    factors = np.empty((n, len(FACTORS), sites), np.float32)
    cost_usd, support_usd = np.zeros((2, n, months))
    happened = []

    def keep_past(place: slice, past: Past) -> list[Log]:
        records[place, :before] = past.record
        factors[place] = past.factors
        support_usd[place, :before] = past.support_usd
        return past.logs or []

    def keep_course(place: slice, _: int, course: Course) -> list[Log]:
        records[place, before:] = course.record
        cost_usd[place, before:] = course.campaign.spent_usd
        return course.logs or []

    tick = HistoryMonths(progress, n * months)
    for chunk in driver.chunks(histories, keep_past, keep_course, events=events, tick=tick):
        if events:
            logs, history = [*chunk.past, *chunk.courses[0]], histories[chunk.where]
            happened.append(_event_frame(driver.setting, logs, *history.draw, *history.replicate))
    shape = (len(parameters), n // len(parameters))
    return History(
        system=run.system,
        parameters=parameters,
        strategy=run.strategies[0].name,
        seed=run.seed,
        months=run.dates.index,
        record=records.reshape(*shape, months, sites),
        factors=factors.reshape(*shape, len(FACTORS), sites),
        cost_usd=cost_usd.reshape(*shape, months),
        events=pd.concat(happened, ignore_index=True) if events else None,
        practice=run.practice.name,
        invented_practice=run.practice.invented,
        support_usd=support_usd.reshape(*shape, months) if run.practice.support else None,
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
