"""Run histories of a system under one strategy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from imr_sim.checks import amount, whole_number
from imr_sim.errors import RequestError
from imr_sim.model.batch import Batch, Stage, identities
from imr_sim.model.events import HEARD, HEARD_FROM, KIND_NAMES, Log, new_log
from imr_sim.model.history import FACTORS, History, month_index, read_factors
from imr_sim.model.layout import month_number
from imr_sim.model.parameters import Parameters, ParameterSet, as_set
from imr_sim.model.state import RECORD
from imr_sim.strategies import Strategy, load_strategy
from imr_sim.system import System

ProgressCall = Callable[[float, str], None]
CHUNK_HISTORIES = 64


def simulate(
    system: System,
    parameters: Parameters | ParameterSet,
    strategy: str | Strategy = "none",
    *,
    start: str = "2004-01",
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
    start : str
        First month, ``"YYYY-MM"``.
    months : int
        Length of the histories.
    policy_start : str or None
        First month in which the strategy acts; None for the first month of the history.
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
    draws = as_set(parameters)
    whole_number("months", months, 1, 2400)
    whole_number("replicates", replicates, 1, 1_000_000)
    whole_number("seed", seed, 0, 2**64 - 1)
    amount("budget", budget)
    if threads is not None:
        whole_number("threads", threads, 1, 4096)
    stage = Stage.of(system, seed, start, threads)
    quiet = month_number(policy_start or start) - stage.start
    if not 0 <= quiet < months:
        raise RequestError(
            f"policy_start={policy_start}",
            where="simulate",
            why=f"it is not within the {months} months from {start}",
            write="Write a month inside the history.",
        )
    draw, replicate, values = identities(draws, replicates)
    record = np.empty((len(draw), months, system.n_sites), RECORD)
    factors = np.empty((len(draw), len(FACTORS), system.n_sites), np.float32)
    cost = np.zeros((len(draw), months))
    frames = []
    step = 1 if events else CHUNK_HISTORIES
    for first in range(0, len(draw), step):
        chunk = slice(first, first + step)
        batch = Batch(stage, values[chunk], draw[chunk], replicate[chunk])
        factors[chunk] = read_factors(batch.state.sites)
        logs: list[Log] | None = [] if events else None
        _run(batch, chosen, quiet, months, budget, record[chunk], cost[chunk], logs)
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
    )


def _run(
    batch: Batch,
    strategy: Strategy,
    quiet: int,
    months: int,
    budget: float | None,
    record: np.ndarray,
    cost: np.ndarray,
    logs: list[Log] | None,
) -> None:
    """Run one batch to its end, writing `record` (B, M, S) and `cost` (B, M)."""
    if logs is None:
        record[:, :quiet] = batch.advance_quietly(quiet)
    else:
        for m in range(quiet):
            logs.append(_month_log(batch))
            record[:, m : m + 1] = batch.advance(1, log=logs[-1])
    batch.begin_policy()
    campaign = batch.campaign(strategy, months - quiet, budget)
    for m in range(quiet, months):
        log = _month_log(batch) if logs is not None else new_log(0)
        record[:, m : m + 1] = batch.advance_under(campaign, log)
        if logs is not None:
            logs.append(log)
    cost[:, quiet:] = campaign.spent_usd


def _month_log(batch: Batch) -> Log:
    """Room for all that can happen in a month: at most two events a post and three a site."""
    world = batch.stage.world
    return new_log(2 * 64 * len(world.word_site) + 3 * world.n_sites)


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
