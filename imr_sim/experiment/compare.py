"""Run several strategies from one policy date on: same history before it, same luck after it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np

from imr_sim.analysis import Arm, Comparison
from imr_sim.checks import amount, whole_number
from imr_sim.errors import RequestError
from imr_sim.experiment.arms import Past, run_arm
from imr_sim.experiment.simulate import ProgressCall
from imr_sim.model.batch import Stage, identities
from imr_sim.model.history import read_record
from imr_sim.model.outcomes import CURVES
from imr_sim.model.parameters import Parameters, ParameterSet, as_set
from imr_sim.months import month_index, month_number
from imr_sim.practice import Practice, load_practice
from imr_sim.strategies import DEFAULT_STRATEGIES, Strategy, load_strategy
from imr_sim.system import System

CHUNK_HISTORIES = 64


def compare(
    system: System,
    parameters: Parameters | ParameterSet,
    strategies: Sequence[str | Strategy] = DEFAULT_STRATEGIES,
    reference: str = "none",
    *,
    practice: str | Path | Practice = "imr",
    start: str | None = None,
    policy_start: str = "2021-01",
    horizon: int = 60,
    replicates: int = 1,
    luck_draws: int = 25,
    seed: int = 1,
    budget: float | None = None,
    threads: int | None = None,
    progress: ProgressCall | None = None,
) -> Comparison:
    """Compare strategies from a policy date on.

    Parameters
    ----------
    system : System
    parameters : Parameters or ParameterSet
        One set, or many draws.
    strategies : sequence of str or Strategy
        Names, paths of YAML files, or objects; the reference joins them by itself.
    reference : str
        The strategy that the others are compared with.
    practice : str, Path or Practice
        What spreads: a name that ships, the path of a YAML file, or an object. The parameters are
        those of IMR; they are adapted to it. Its own support is part of the shared history.
    start : str or None
        First month of the history, ``"YYYY-MM"``; None for the practice's own.
    policy_start : str
        First month in which strategies act.
    horizon : int
        Months after the policy date.
    replicates : int
        Histories a draw; they differ in luck alone.
    luck_draws : int
        With one replicate, so many of the draws are run a second time, so that the spread from
        luck can be told from the spread from parameters; 0 for none.
    seed : int
        0 to 2**64 - 1.
    budget : float or None
        Most that each strategy may spend in each history, US$.
    threads : int or None
        Threads to use; results do not depend on it.
    progress : callable or None
        Called with the share done (0 to 1) and a message.

    Returns
    -------
    Comparison

    Raises
    ------
    RequestError
        When an argument cannot work.
    """
    chosen = _with_reference([load_strategy(s) for s in strategies], reference)
    spreading = load_practice(practice)
    draws = spreading.adapt(as_set(parameters))
    start = spreading.start if start is None else start
    whole_number("horizon", horizon, 1, 1200)
    whole_number("replicates", replicates, 1, 1_000_000)
    whole_number("luck_draws", luck_draws, 0, 1_000_000)
    whole_number("seed", seed, 0, 2**64 - 1)
    amount("budget", budget)
    if threads is not None:
        whole_number("threads", threads, 1, 4096)
    stage = Stage.of(system, seed, start, threads)
    before = month_number(policy_start) - stage.start
    if before < 1:
        raise RequestError(
            f"policy_start={policy_start}",
            where="compare",
            why=f"the history begins in {start}, not before it",
            write="Write a later policy_start or an earlier start.",
        )
    spreading.check(stage.facts)
    spreading.check_policy(before, policy_start, "compare")
    draw, replicate, values = identities(draws, replicates)
    main, again = len(draw), min(luck_draws, len(draws)) if replicates == 1 else 0
    draw = np.concatenate([draw, np.arange(again)])
    replicate = np.concatenate([replicate, np.ones(again, int)])
    values = np.concatenate([values, draws.values[:again]])
    months = before + horizon
    names = (*CURVES, "cost_usd", "hours", *(["support_usd"] if spreading.support else []))
    books = [_Book(names, len(draw), months, system.n_sites) for _ in chosen]
    report = _Report(progress, len(draw) * (before + horizon * len(chosen)))
    chunks = [
        slice(first, first + CHUNK_HISTORIES) for first in range(0, len(draw), CHUNK_HISTORIES)
    ]

    def past_of(chunk: slice, stage: Stage) -> Past:
        known = (values[chunk], draw[chunk], replicate[chunk])
        return Past.run(stage, *known, before, report.tick, spreading.support)

    past, alone = past_of(chunks[0], stage), replace(stage, threads=1)
    arms: list[Future[None]] = []
    with ThreadPoolExecutor(stage.threads) as pool:
        for chunk, following in zip(chunks, [*chunks[1:], None], strict=True):
            # Queued before the arms, and those waited for a chunk later: no thread is ever idle.
            ahead = pool.submit(past_of, following, alone) if following else None
            waiting = arms
            arms = [
                pool.submit(_fill, book, chunk, past, strategy, horizon, budget, report)
                for strategy, book in zip(chosen, books, strict=True)
            ]
            for arm in waiting:
                arm.result()
            if ahead:
                past = ahead.result()
        for arm in arms:
            arm.result()
    shape = (len(draws), replicates)
    return Comparison(
        arms=tuple(
            _arm(strategy, book, shape, main) for strategy, book in zip(chosen, books, strict=True)
        ),
        reference=reference,
        months=month_index(stage.start, months),
        policy_index=before,
        sites=system.sites,
        parameters_status=draws.status,
        parameters_note=draws.note,
        seed=seed,
        budget_usd=budget,
        invented=system.invented,
        practice=spreading.name,
        invented_practice=spreading.invented,
    )


def _with_reference(strategies: list[Strategy], reference: str) -> list[Strategy]:
    names = [s.name for s in strategies]
    if not set(names) - {reference}:
        raise RequestError(
            f"strategies={names}",
            where="compare",
            why="there is nothing to compare the reference with",
            write=f"Write at least one strategy other than {reference}.",
        )
    for name in names:
        if names.count(name) > 1:
            raise RequestError(
                f"strategies name {name!r} twice",
                where="compare",
                why="two rows of the table would have one name",
                write="Write each strategy once, or give the second another name.",
            )
    return strategies if reference in names else [load_strategy(reference), *strategies]


def _fill(
    book: _Book,
    chunk: slice,
    past: Past,
    strategy: Strategy,
    horizon: int,
    budget: float | None,
    report: _Report,
) -> None:
    """Run one strategy on from the shared history, and write its outcomes into `book`."""
    course = run_arm(past, strategy, horizon, budget, report.tick)
    for name, curve in course.curves.items():
        book.curves[name][chunk] = curve
    providing = read_record(course.record, "providing")
    book.site_months[chunk] = providing.sum(axis=1)
    book.providing_end[chunk] = providing[:, -1]
    book.supported[chunk] = course.supported


class _Book:
    """Where the outcomes of one strategy are gathered."""

    def __init__(self, names: Sequence[str], histories: int, months: int, sites: int) -> None:
        self.curves = {name: np.zeros((histories, months)) for name in names}
        self.providing_end = np.zeros((histories, sites), bool)
        self.site_months = np.zeros((histories, sites), np.int16)
        self.supported = np.zeros((histories, sites), bool)


def _arm(strategy: Strategy, book: _Book, shape: tuple[int, int], main: int) -> Arm:
    """The first `main` histories as draws x replicates, and those that were run a second time."""
    again = len(book.site_months) - main
    end = book.curves["vamcs_providing"][:, -1]
    return Arm(
        name=strategy.name,
        label=strategy.label,
        curves={k: v[:main].reshape(*shape, -1) for k, v in book.curves.items()},
        providing_end=book.providing_end[:main].reshape(*shape, -1),
        site_months=book.site_months[:main].reshape(*shape, -1),
        supported=book.supported[:main].reshape(*shape, -1),
        twice=np.stack([end[:again], end[main:]], axis=1) if again > 1 else None,
    )


class _Report:
    """Counts history-months and passes the share done on."""

    def __init__(self, progress: ProgressCall | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0
        self.lock = Lock()

    def tick(self, history_months: int) -> None:
        with self.lock:
            self.done += history_months
            if self.progress:
                self.progress(self.done / self.total, "history-months")
