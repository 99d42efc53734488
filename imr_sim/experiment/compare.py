"""Run several strategies from one policy date on: same history before it, same luck after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from imr_sim import limits
from imr_sim.analysis import Arm, Comparison
from imr_sim.checks import whole_number
from imr_sim.experiment.driver import Course, Driver, Past
from imr_sim.experiment.progress import HistoryMonths, ProgressCall
from imr_sim.experiment.run import Histories, Run, with_reference
from imr_sim.model.history import read_record
from imr_sim.model.outcomes import CURVES
from imr_sim.model.parameters import Parameters, ParameterSet, as_set
from imr_sim.model.shipped import BY_STUDY
from imr_sim.months import Dates
from imr_sim.practice import Practice, load_practice
from imr_sim.strategies import DEFAULT_STRATEGIES, LIMIT_KINDS, Strategy
from imr_sim.system import System


def compare(
    system: System,
    parameters: Parameters | ParameterSet,
    strategies: Sequence[str | Strategy] = DEFAULT_STRATEGIES,
    reference: str = "none",
    *,
    practice: str | Path | Practice = "imr",
    start: str | None = None,
    policy_start: str = "2027-01",
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
    chosen, compared_with = with_reference(strategies, reference, "compare")
    spreading = load_practice(practice)
    draws = spreading.adapt(as_set(parameters))
    whole_number("horizon", horizon, *limits.HORIZON)
    whole_number("replicates", replicates, *limits.REPLICATES)
    whole_number("luck_draws", luck_draws, *limits.LUCK_DRAWS)
    start = spreading.start if start is None else start
    run = Run(
        system=system,
        practice=spreading,
        dates=Dates.of(start, policy_start, horizon, where="compare", least=1),
        strategies=chosen,
        reference=compared_with,
        budget=budget,
        seed=seed,
    )
    driver = Driver(run, threads)
    histories = Histories.of(draws, replicates)
    main, again = len(histories), min(luck_draws, len(draws)) if replicates == 1 else 0
    histories += Histories(draws.values[:again], np.arange(again), np.ones(again, int))
    kept = [_Kept(run, len(histories)) for _ in chosen]
    months = run.dates.before + horizon * len(chosen)

    def keep_past(place: slice, past: Past) -> None:
        for arm in kept:
            arm.keep_past(place, past)

    def keep_course(place: slice, s: int, course: Course) -> None:
        kept[s].keep_course(place, course)

    tick = HistoryMonths(progress, len(histories) * months)
    for _ in driver.chunks(histories, keep_past, keep_course, tick=tick):
        pass
    shape = (len(draws), replicates)
    studies = cast(Mapping[str, np.ndarray], draws.extra.get(BY_STUDY, {}))
    return Comparison(
        arms=tuple(
            arm.labelled(strategy, shape, main) for strategy, arm in zip(chosen, kept, strict=True)
        ),
        reference=str(compared_with),
        months=run.dates.index,
        policy_index=run.dates.before,
        sites=system.sites,
        parameters_status=draws.status,
        parameters_note=draws.note,
        seed=seed,
        budget_usd=budget,
        invented=system.invented,
        practice=spreading.name,
        invented_practice=spreading.invented,
        by_study={study: ll[: len(draws)] for study, ll in studies.items()},
    )


class _Kept:
    """What is kept of all histories under one strategy."""

    def __init__(self, run: Run, histories: int) -> None:
        self.before, sites = run.dates.before, run.system.n_sites
        names = (*CURVES, "cost_usd", "hours", *(["support_usd"] if run.practice.support else []))
        self.curves = {name: np.zeros((histories, run.dates.months)) for name in names}
        self.providing_end = np.zeros((histories, sites), bool)
        self.site_months = np.zeros((histories, sites), np.int16)
        self.supported = np.zeros((histories, sites), bool)
        self.limits: dict[str, np.ndarray] = {
            name: np.zeros(histories, kind) for name, kind in LIMIT_KINDS.items()
        }

    def keep_past(self, place: slice, past: Past) -> None:
        for name, curve in past.outcomes.items():
            self.curves[name][place, : self.before] = curve
        if "support_usd" in self.curves:
            self.curves["support_usd"][place, : self.before] = past.support_usd

    def keep_course(self, place: slice, course: Course) -> None:
        for name, curve in course.outcomes.items():
            self.curves[name][place, self.before :] = curve
        providing = read_record(course.record, "providing")
        self.site_months[place] = providing.sum(axis=1)
        self.providing_end[place] = providing[:, -1]
        self.supported[place] = course.campaign.supported
        for name, values in course.campaign.limits().items():
            self.limits[name][place] = values

    def labelled(self, strategy: Strategy, shape: tuple[int, int], main: int) -> Arm:
        """The first `main` histories as draws x replicates, and those run a second time."""
        again = len(self.site_months) - main
        end = self.curves["vamcs_providing"][:, -1]
        return Arm(
            name=strategy.name,
            label=strategy.label,
            curves={k: v[:main].reshape(*shape, -1) for k, v in self.curves.items()},
            providing_end=self.providing_end[:main].reshape(*shape, -1),
            site_months=self.site_months[:main].reshape(*shape, -1),
            supported=self.supported[:main].reshape(*shape, -1),
            limits={k: v[:main].reshape(shape) for k, v in self.limits.items()},
            twice=np.stack([end[:again], end[main:]], axis=1) if again > 1 else None,
        )
