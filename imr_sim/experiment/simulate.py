"""Run histories of a system under one strategy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim.checks import amount, whole_number
from imr_sim.errors import RequestError
from imr_sim.experiment.past import live_past
from imr_sim.model.batch import NO_LOG, Batch, Stage, identities
from imr_sim.model.events import HEARD, HEARD_FROM, KIND_NAMES, Log, new_log
from imr_sim.model.history import FACTORS, History, read_factors
from imr_sim.model.parameters import Parameters, ParameterSet, as_set
from imr_sim.model.state import RECORD
from imr_sim.months import month_index, month_number
from imr_sim.practice import Practice, load_practice
from imr_sim.strategies import Strategy, load_strategy
from imr_sim.system import System

ProgressCall = Callable[[float, str], None]
CHUNK_HISTORIES = 64


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
    chosen = load_strategy(strategy)
    spreading = load_practice(practice)
    draws = spreading.adapt(as_set(parameters))
    start = spreading.start if start is None else start
    whole_number("months", months, 1, 2400)
    whole_number("replicates", replicates, 1, 1_000_000)
    whole_number("seed", seed, 0, 2**64 - 1)
    amount("budget", budget)
    if threads is not None:
        whole_number("threads", threads, 1, 4096)
    stage = Stage.of(system, seed, start, threads)
    spreading.check(stage.facts)
    quiet = month_number(policy_start) - stage.start if policy_start else spreading.support_end
    if not 0 <= quiet < months:
        raise RequestError(
            f"policy_start={month_index(stage.start + quiet, 1)[0]:%Y-%m}",
            where="simulate",
            why=f"it is not within the {months} months from {start}",
            write="Write a month inside the history, or more months.",
        )
    spreading.check_policy(quiet, policy_start, "simulate")
    draw, replicate, values = identities(draws, replicates)
    record = np.empty((len(draw), months, system.n_sites), RECORD)
    factors = np.empty((len(draw), len(FACTORS), system.n_sites), np.float32)
    cost = np.zeros((len(draw), months))
    own, support = spreading.support, np.zeros((len(draw), months))
    frames = []
    step = 1 if events else CHUNK_HISTORIES
    for first in range(0, len(draw), step):
        chunk = slice(first, first + step)
        batch = Batch(stage, values[chunk], draw[chunk], replicate[chunk])
        factors[chunk] = read_factors(batch.state.sites)
        logs: list[Log] | None = [] if events else None
        new = partial(_new_month, batch, logs) if logs is not None else None
        record[chunk, :quiet], support[chunk, :quiet] = live_past(batch, own, quiet, log=new)
        _run(batch, chosen, quiet, months, budget, record[chunk], cost[chunk], new)
        if logs is not None:
            frames.append(_event_frame(stage, logs, draw[first], replicate[first]))
        if progress:
            progress(min(1.0, (first + step) / len(draw)), "histories")
    shape = (len(draws), replicates)
    return History(
        system=system,
        parameters=draws,
        strategy=chosen.name,
        seed=seed,
        months=month_index(stage.start, months),
        record=record.reshape(*shape, months, system.n_sites),
        factors=factors.reshape(*shape, len(FACTORS), system.n_sites),
        cost_usd=cost.reshape(*shape, months),
        events=pd.concat(frames, ignore_index=True) if events else None,
        practice=spreading.name,
        invented_practice=spreading.invented,
        support_usd=support.reshape(*shape, months) if own else None,
    )


def _run(
    batch: Batch,
    strategy: Strategy,
    quiet: int,
    months: int,
    budget: float | None,
    record: np.ndarray,
    cost: np.ndarray,
    log: Callable[[], Log] | None,
) -> None:
    """Run one batch on from the policy date, writing `record` (B, M, S) and `cost` (B, M)."""
    batch.begin_policy()
    campaign = batch.campaign(strategy, months - quiet, budget)
    for m in range(quiet, months):
        batch.advance_under(campaign, log() if log else NO_LOG, record, m)
    cost[:, quiet:] = campaign.spent_usd


def _new_month(batch: Batch, logs: list[Log]) -> Log:
    """Room for all that can happen in a month: at most two events a post and three a site."""
    world = batch.stage.world
    logs.append(new_log(2 * 64 * len(world.word_site) + 3 * world.n_sites))
    return logs[-1]


def _event_frame(stage: Stage, logs: list[Log], draw: int, replicate: int) -> pd.DataFrame:
    """One row an event: month, kind, station, staff member, detail, source."""
    month, kind, site, slot, detail, source = (
        np.concatenate([getattr(log, name)[: log.n[0]] for log in logs])
        for name in ("month", "kind", "site", "slot", "detail", "source")
    )
    staff_of = np.full(64 * len(stage.world.word_site), -1)
    staff_of[stage.slot] = np.arange(stage.system.n_staff)
    ids = np.array([*stage.system.staff_ids(), ""], dtype=object)
    heard = kind == HEARD
    return pd.DataFrame(
        {
            "draw": draw,
            "replicate": replicate,
            "month": month_index(
                stage.start, int(month.max(initial=stage.start)) - stage.start + 1
            )[month - stage.start]
            if len(month)
            else pd.DatetimeIndex([]),
            "event": np.array(KIND_NAMES, dtype=object)[kind],
            "station": stage.facts.station[site].astype(object),
            "staff": ids[np.where(slot >= 0, staff_of[slot], -1)],
            "heard_from": np.where(heard, np.array(HEARD_FROM, dtype=object)[detail * heard], ""),
            "source": ids[np.where(source >= 0, staff_of[source], -1)],
        }
    )
