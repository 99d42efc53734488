"""The one place where histories are run: in chunks under a cap of memory, every thread busy.

What uses it says what it keeps of each chunk; nothing else stays in memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from imr_sim import limits
from imr_sim.checks import whole_number
from imr_sim.experiment.run import Histories, Run
from imr_sim.model.batch import NO_LOG, Batch, Setting
from imr_sim.model.events import Log, new_log
from imr_sim.model.history import read_factors
from imr_sim.model.outcomes import monthly_outcomes
from imr_sim.model.state import RECORD, allocate
from imr_sim.strategies import Campaign, Strategy

CHUNK_HISTORIES = 64  # more are no faster (docs/scaling.md)
MEMORY_BYTES = 512_000_000  # of all chunks under way; a nation of millions takes fewer at a time
SLICE = 4000  # history-months handed to the compiled code at a time, so that Ctrl-C is heard
Tick = Callable[[int], None]
P = TypeVar("P")
C = TypeVar("C")


def advance(
    batch: Batch,
    months: int,
    campaign: Campaign | None = None,
    *,
    into: np.ndarray | None = None,
    row: int = 0,
    logs: list[Log] | None = None,
    tick: Tick | None = None,
) -> np.ndarray:
    """Run a batch on, month by month under a campaign, or in slices where no strategy acts.

    Parameters
    ----------
    batch : Batch
    months : int
    campaign : Campaign or None
    into : ndarray of RECORD, shape (B, >= row + months, S), or None
        Where the months are written, from `row` on; None for a record of their own.
    row : int
    logs : list of Log or None
        Gets the log of each month's events; the batch is then a single history.
    tick : callable or None
        Called with the history-months just run.

    Returns
    -------
    ndarray of RECORD, shape (B, months, S)
    """
    world = batch.setting.world
    record = np.empty((len(batch), months, world.n_sites), RECORD) if into is None else into
    one_by_one = campaign is not None or logs is not None
    step = 1 if one_by_one else max(1, SLICE // len(batch))
    for done in range(0, months, step):
        n = min(step, months - done)
        log = NO_LOG
        if logs is not None:  # room for at most three events a post and three a site
            log = new_log(3 * 64 * len(world.word_site) + 3 * world.n_sites)
            logs.append(log)
        if campaign is None:
            batch.advance(n, log=log, into=record, row=row + done)
        else:
            batch.advance_under(campaign, log, record, row + done)
        if tick:
            tick(n * len(batch))
    return record[:, row : row + months]


@dataclass(frozen=True)
class Past:
    """B histories that have reached the policy date, from where strategies part.

    Attributes
    ----------
    batch : Batch
        At the policy date; only branches of it move on.
    record : ndarray of RECORD, shape (B, months, S)
    support_usd : ndarray of float64, shape (B, months)
        What the practice's own support cost. It is part of the world and charged to no strategy.
    logs : list of Log or None
        Events of each month, where they were asked for.
    """

    batch: Batch
    record: np.ndarray
    support_usd: np.ndarray
    logs: list[Log] | None = None

    @cached_property
    def outcomes(self) -> dict[str, np.ndarray]:
        """Each outcome by month, (B, months); see `imr_sim.model.outcomes.monthly_outcomes`."""
        return monthly_outcomes(self.record, self.batch.params)

    @property
    def factors(self) -> np.ndarray:
        """Fixed factors of the sites; float32, shape (B, factors, S)."""
        return read_factors(self.batch.state.sites)

    def only(self, which: np.ndarray) -> Past:
        """Those histories for which `which` (bool, shape (B,)) is true."""
        return Past(self.batch.only(which), self.record[which], self.support_usd[which])


@dataclass(frozen=True)
class Course:
    """What became of B histories under one strategy, from the policy date on.

    Attributes
    ----------
    batch : Batch
        At the end.
    record : ndarray of RECORD, shape (B, horizon, S)
    campaign : Campaign
        Its books: money, hours, and the sites that got any dose.
    logs : list of Log or None
    """

    batch: Batch
    record: np.ndarray
    campaign: Campaign
    logs: list[Log] | None = None

    @cached_property
    def outcomes(self) -> dict[str, np.ndarray]:
        """Each outcome by month, (B, horizon), with ``cost_usd`` and ``hours`` of the strategy."""
        spent = {"cost_usd": self.campaign.spent_usd, "hours": self.campaign.hours}
        return monthly_outcomes(self.record, self.batch.params) | spent


@dataclass(frozen=True)
class Chunk(Generic[P, C]):
    """What was kept of a chunk.

    Attributes
    ----------
    where : slice
        Its place among the histories.
    past : P
    courses : list of C
        One for each strategy of the run.
    """

    where: slice
    past: P
    courses: list[C]


class Driver:
    """Runs histories of one run.

    Parameters
    ----------
    run : Run
    threads : int or None
        Threads to use; None for one a core. Results do not depend on it.
    """

    def __init__(self, run: Run, threads: int | None = None) -> None:
        if threads is not None:
            whole_number("threads", threads, *limits.THREADS)
        self.run = run
        self.setting = Setting.of(run.system, run.seed, run.dates.start, threads)
        # Pasts run ahead of those whose strategies are under way, so that no thread waits.
        self.ahead = 1 + self.setting.threads // (1 + len(run.strategies))

    @property
    def at_once(self) -> int:
        """Histories of a chunk, at most, so that all chunks under way stay below the cap."""
        one = sum(array.nbytes for array in allocate(1, self.setting.world))
        one += self.run.dates.months * self.setting.world.n_sites * RECORD.itemsize
        chunks = 2 * self.ahead + 1  # ahead, at hand, and with strategies under way
        return max(1, min(CHUNK_HISTORIES, MEMORY_BYTES // (one * chunks)))

    def past(
        self,
        histories: Histories,
        *,
        threads: int = 1,
        events: bool = False,
        tick: Tick | None = None,
    ) -> Past:
        """Run histories to the policy date; `tick(history_months)` now and then."""
        setting = replace(self.setting, threads=threads)
        batch = Batch(setting, histories.values, histories.draw, histories.replicate)
        before = self.run.dates.before
        record = np.empty((len(batch), before, setting.world.n_sites), RECORD)
        support_usd = np.zeros((len(batch), before))
        logs: list[Log] | None = [] if events else None
        for period in self.run.past:
            campaign = period.campaign(batch)
            months, row = period.stop - period.first, period.first
            advance(batch, months, campaign, into=record, row=row, logs=logs, tick=tick)
            if campaign is not None:
                support_usd[:, period.first : period.stop] = campaign.spent_usd
        batch.begin_policy()  # once: all strategies meet the same surveys
        return Past(batch, record, support_usd, logs)

    def course(self, past: Past, strategy: Strategy, tick: Tick | None = None) -> Course:
        """Run on from the policy date under a strategy, in this thread; `past` stays as it is."""
        batch = past.batch.branch(threads=1)
        campaign = batch.campaign(strategy, self.run.dates.horizon, self.run.budget)
        logs: list[Log] | None = None if past.logs is None else []
        record = advance(batch, self.run.dates.horizon, campaign, logs=logs, tick=tick)
        return Course(batch, record, campaign, logs)

    def chunks(
        self,
        histories: Histories,
        keep_past: Callable[[slice, Past], P],
        keep_course: Callable[[slice, int, Course], C],
        *,
        events: bool = False,
        tick: Tick | None = None,
    ) -> Iterator[Chunk[P, C]]:
        """Run histories, and then each on under every strategy of the run.

        Parameters
        ----------
        histories : Histories
        keep_past : callable
            Given the place of a chunk among the histories and its past, returns what is kept.
        keep_course : callable
            Given the place, the number of the strategy and the course, returns what is kept.
            Both are called by the thread that ran the chunk.
        events : bool
            Keep the log of events: a chunk is then one history.
        tick : callable or None
            Called with the history-months just run, by any thread.

        Yields
        ------
        Chunk
            In the order of the histories.
        """
        threads, strategies = self.setting.threads, self.run.strategies
        places = self._places(len(histories), events)
        first = max(1, threads // min(self.ahead, len(places)))  # others have nothing to do yet

        def past(place: slice, threads: int) -> tuple[Past, P]:
            reached = self.past(histories[place], threads=threads, events=events, tick=tick)
            return reached, keep_past(place, reached)

        def course(place: slice, s: int, past: Past) -> C:
            return keep_course(place, s, self.course(past, strategies[s], tick))

        pool = ThreadPoolExecutor(threads)
        try:
            pasts = deque(pool.submit(past, place, first) for place in places[: self.ahead])
            following = iter(places[self.ahead :])
            under_way: deque[tuple[slice, P, list[Future[C]]]] = deque()
            for place in places:
                reached, kept = pasts.popleft().result()
                # Queued before the strategies, and those waited for later: no thread is ever idle.
                if (then := next(following, None)) is not None:
                    pasts.append(pool.submit(past, then, 1))
                courses = [pool.submit(course, place, s, reached) for s in range(len(strategies))]
                under_way.append((place, kept, courses))
                if len(under_way) > self.ahead:
                    yield _finished(*under_way.popleft())
            while under_way:
                yield _finished(*under_way.popleft())
        finally:
            pool.shutdown(cancel_futures=True)

    def _places(self, histories: int, events: bool) -> list[slice]:
        """Chunks of neighbours, small enough that every thread has some of the work."""
        shared = -(-histories * max(1, len(self.run.strategies)) // self.setting.threads)
        size = 1 if events else max(1, min(self.at_once, shared, histories))
        return [slice(i, min(i + size, histories)) for i in range(0, histories, size)]


def no_strategy(place: slice, strategy: int, course: Course) -> None:
    """What is kept of courses where a run has no strategies: there are none."""


def _finished(place: slice, past: P, courses: list[Future[C]]) -> Chunk[P, C]:
    return Chunk(place, past, [course.result() for course in courses])
