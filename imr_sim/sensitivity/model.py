"""The model as a function of its parameters: histories of a sweep, averaged over replicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from imr_sim.errors import ImrSimError
from imr_sim.experiment import Design, Scenario, Store, sweep
from imr_sim.experiment.outcomes import PAIRED
from imr_sim.model.parameters import ParameterSet
from imr_sim.practice import Practice
from imr_sim.sensitivity.factors import Factors
from imr_sim.sensitivity.sample import Sample
from imr_sim.strategies import Strategy
from imr_sim.system import System

RATIO, OVER, UNDER = "cost_per_added_vamc_year", "added_cost_usd", "added_vamc_years"


@dataclass(frozen=True, kw_only=True)
class ModelFunction:
    """Outcomes of the model at the end of its histories.

    Attributes
    ----------
    factors : Factors
        Names of parameters.
    base : ParameterSet
        One draw: values of those that a sample does not vary, adapted to the practice.
    system : System
    strategy : Strategy
        Under which outcomes are read.
    reference : Strategy or None
        That added outcomes are compared with.
    practice : Practice
    start, policy_start : str
        First month of the history, and of the strategy; ``"YYYY-MM"``.
    horizon : int
        Months after the policy date.
    outcomes : tuple of str
        Out of `imr_sim.experiment.outcomes`.
    replicates : int
        Histories of each point, at least 2.
    budget : float or None
        US$ of the strategy.
    seed : int
    folder : Path
        Where the sweeps are kept; one that was begun goes on.
    executor, workers, scheduler
        See `imr_sim.experiment.sweep`.
    failed : dict
        Filled while it works: failing runs, and their first message, by method.
    """

    factors: Factors
    base: ParameterSet
    system: System
    strategy: Strategy
    reference: Strategy | None
    practice: Practice
    start: str
    policy_start: str
    horizon: int
    outcomes: tuple[str, ...]
    replicates: int
    budget: float | None
    seed: int
    folder: Path
    executor: str = "processes"
    workers: int | None = None
    scheduler: str | None = None
    failed: dict[str, tuple[int, str]] = field(default_factory=dict)

    def scenario(self, sample: Sample) -> Scenario:
        """The sweep that evaluates a sample."""
        values = self.factors.values(sample.names, sample.u)
        wanted = set(self.outcomes)
        if RATIO in wanted:
            wanted = (wanted - {RATIO}) | {OVER, UNDER}
        return Scenario(
            system=self.system,
            design=Design(sample.names, values, f"{len(values):,} points of {sample.method}"),
            parameters=self.base,
            strategies=(self.strategy,),
            reference=None if self.reference is None else self.reference.name,
            practice=self.practice,
            start=self.start,
            policy_start=self.policy_start,
            horizon=self.horizon,
            outcomes=sorted(wanted),
            replicates=self.replicates,
            seed=self.seed,
            budget=self.budget,
            common_luck=not sample.own_luck,
        )

    def evaluate(
        self, sample: Sample, progress: Callable[[float, str], None]
    ) -> dict[str, np.ndarray]:
        """Run what is missing of a sample, and read its outcomes."""
        store = sweep(
            self.scenario(sample),
            self.folder / sample.method,
            executor=self.executor,
            workers=self.workers,
            scheduler=self.scheduler,
            progress=progress,
        )
        wrong = list(store.failures())
        if wrong:
            runs = len({(run.point, run.replicate) for run, _, _ in wrong})
            self.failed[sample.method] = (runs, wrong[0][2])
            if runs == store.runs:
                raise ImrSimError(f"every run of {sample.method} failed; the first: {wrong[0][2]}")
        return {name: self._values(store, name) for name in self.outcomes}

    def _values(self, store: Store, outcome: str) -> np.ndarray:
        if outcome == RATIO:
            over, under = (store.array(name, self.strategy.name) for name in (OVER, UNDER))
            return ratio_of_means(over, under)
        return store.array(outcome, self.strategy.name)


def ratio_of_means(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    """A ratio of means over replicates, as values whose mean it is; shape (points, replicates).

    The spread of these values is what each replicate adds to the ratio's error (the delta method:
    Cochran 1977, Sampling Techniques, chapter 6). NaN at points whose mean denominator is not
    above zero.
    """
    top, bottom = (part.mean(axis=1, keepdims=True) for part in (over, under))
    with np.errstate(invalid="ignore"):
        bottom = np.where(bottom > 0, bottom, np.nan)
    ratio = top / bottom
    return ratio + (over - ratio * under) / bottom


def needs_reference(outcomes: tuple[str, ...]) -> bool:
    """Whether some outcome is what a strategy adds."""
    return any(outcome in PAIRED for outcome in outcomes)
