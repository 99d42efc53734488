"""What a sweep runs: a system, a design of parameters, strategies, dates, and what is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from imr_sim import limits
from imr_sim.checks import several, whole_number
from imr_sim.errors import RequestError
from imr_sim.experiment.design import Design
from imr_sim.experiment.driver import Driver
from imr_sim.experiment.outcomes import OUTCOMES, PAIRED
from imr_sim.experiment.run import Histories, Run, with_reference
from imr_sim.experiment.simulate import record
from imr_sim.model.compiled import source_hash
from imr_sim.model.history import History
from imr_sim.model.parameters import INDEX, NAMES, Parameters, ParameterSet, as_set
from imr_sim.months import Dates
from imr_sim.practice import Practice, load_practice
from imr_sim.strategies import Strategy, identity
from imr_sim.strategies.checked import nearest
from imr_sim.system import System

WHERE = "scenario"


class RunId(NamedTuple):
    """Identity of one run: the scenario's digest, the point of the design, the replicate.

    All strategies of a run share it, and the history before the policy date.
    """

    scenario: str
    point: int
    replicate: int


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """All that decides the results of a sweep, and nothing that does not.

    Attributes
    ----------
    system : System
    design : Design
        The points: values of the parameters that differ between runs.
    parameters : Parameters or ParameterSet
        Values of all others. Of a set with several draws, replicate r of every point takes draw
        r, so that replicates differ in parameters and in luck.
    strategies : sequence of str or Strategy
        Names, paths of YAML files, or objects; each run has one row for each.
    reference : str or None
        Strategy whose outcomes are taken off those of the others, run by run; it joins them by
        itself. None: nothing is compared.
    practice : str, Path or Practice
        What spreads: a name that ships, the path of a YAML file, or an object. `parameters` are
        adapted to it; what the design varies has the values that the design says.
    start : str or None
        First month of the history, ``"YYYY-MM"``; None for the practice's own.
    policy_start : str
        First month in which strategies act.
    horizon : int
        Months after the policy date; 0 ends the histories there.
    at : sequence of str
        Further months at whose end the outcomes are kept, ``"YYYY-MM"``.
    outcomes : sequence of str or None
        Names out of `OUTCOMES` and `PAIRED` that are kept; None for all.
    replicates : int
        Runs of each point.
    seed : int
        0 to 2**64 - 1.
    budget : float or None
        Most that each strategy may spend in each history, US$.
    common_luck : bool or None
        True: replicate r of every point meets the same luck (common random numbers), so that a
        difference between points is due to their parameters. False: each point has its own, as
        the draws of `simulate` and `compare` have, so that means over points average luck out.
        None: as the design had it, if it is that of an earlier sweep, else common.

    run : Run
        What all its runs have in common.
    base : ParameterSet
        `parameters` as draws, adapted to the practice.

    Raises
    ------
    RequestError
        When one of them cannot work, or they do not fit each other.
    """

    system: System
    design: Design
    parameters: Parameters | ParameterSet = field(default_factory=Parameters)
    strategies: Sequence[str | Strategy] = ("none",)
    reference: str | None = None
    practice: str | Path | Practice = "imr"
    start: str | None = None
    policy_start: str = "2021-01"
    horizon: int = 60
    at: Sequence[str] = ()
    outcomes: Sequence[str] | None = None
    replicates: int = 1
    seed: int = 1
    budget: float | None = None
    common_luck: bool | None = None
    run: Run = field(init=False, repr=False)
    base: ParameterSet = field(init=False, repr=False)

    def __post_init__(self) -> None:
        chosen, reference = with_reference(self.strategies, self.reference, WHERE)
        spreading = load_practice(self.practice)
        whole_number("replicates", self.replicates, *limits.REPLICATES)
        start = spreading.start if self.start is None else self.start
        run = Run(
            system=self.system,
            practice=spreading,
            dates=Dates.of(start, self.policy_start, self.horizon, where=WHERE),
            strategies=chosen,
            reference=reference,
            budget=self.budget,
            seed=self.seed,
        )
        common_luck = self.common_luck
        if common_luck is None:
            common_luck = not self.design.own_luck
        for name, value in {
            "run": run,
            "base": spreading.adapt(as_set(self.parameters)),
            "practice": spreading,
            "start": start,
            "strategies": chosen,
            "reference": reference,
            "at": tuple(several("at", self.at)),
            "common_luck": common_luck,
        }.items():
            object.__setattr__(self, name, value)
        for month in self.at:
            run.dates.position(month, what="at", where=WHERE)
        if 1 < len(self.base) < self.replicates:
            raise _wrong(
                f"replicates={self.replicates}",
                f"each replicate takes a draw of its own, and there are {len(self.base)}",
                f"Write replicates={len(self.base)} or fewer, or more draws.",
            )
        object.__setattr__(self, "outcomes", self._kept())

    def _kept(self) -> tuple[str, ...]:
        known = OUTCOMES + (PAIRED if self.reference is not None else ())
        if self.outcomes is None:
            return known
        for name in several("outcomes", self.outcomes):
            if name not in known:
                why = "there is no such outcome" + (
                    "" if name not in PAIRED else " without a reference"
                )
                raise _wrong(f"outcomes={name}", why, nearest(name, known))
        if not self.outcomes:
            raise _wrong("outcomes=[]", "nothing would be kept", f"Write {OUTCOMES[0]}.")
        return tuple(name for name in known if name in self.outcomes)

    @property
    def runs(self) -> int:
        """Number of runs: points x replicates. Run i is replicate i % replicates of a point."""
        return len(self.design) * self.replicates

    def run_id(self, run: int) -> RunId:
        """Identity of run number `run`."""
        return RunId(self.digest, *divmod(run, self.replicates))

    @property
    def dates(self) -> dict[str, int]:
        """Index of the months whose outcomes are kept, by the ending of the columns' names."""
        dates = self.run.dates
        named = {
            f"_{month.replace('-', '_')}": dates.position(month, what="at", where=WHERE)
            for month in self.at
        }
        return {"": dates.months - 1, **named}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of outcomes: each outcome at the end, then at each of `at`."""
        assert self.outcomes is not None
        return tuple(f"{name}{ending}" for ending in self.dates for name in self.outcomes)

    def values(self, point: np.ndarray, replicate: np.ndarray) -> np.ndarray:
        """Parameter values of runs, shape (runs, parameters), columns in the order of ``NAMES``."""
        values = self.base.values[replicate % len(self.base)]
        values[:, [INDEX[name] for name in self.design.names]] = self.design.values[point]
        return values

    def histories(self, point: np.ndarray, replicate: np.ndarray) -> Histories:
        """Runs as histories: their parameter values, and the key of their luck."""
        luck = np.zeros_like(point) if self.common_luck else self.design.luck_of(point)
        return Histories(self.values(point, replicate), luck, replicate)

    def history(
        self, point: int, replicate: int = 0, strategy: str | None = None, *, events: bool = False
    ) -> History:
        """The history that a row of the sweep sums up, site by site and month by month.

        Parameters
        ----------
        point, replicate : int
            As the row says.
        strategy : str or None
            Its strategy; None where the sweep has only one.
        events : bool
            Keep the event log.

        Returns
        -------
        History
            Of one draw and one replicate, counted from 0.

        Raises
        ------
        RequestError
            When the sweep has no such row, or its point cannot be run.
        """
        whole_number("point", point, 0, len(self.design) - 1)
        whole_number("replicate", replicate, 0, self.replicates - 1)
        names = [s.name for s in self.run.strategies]
        if strategy is None and len(names) == 1:
            strategy = names[0]
        if strategy not in names:
            why = f"the sweep runs {', '.join(names)}"
            raise _wrong(f"strategy={strategy}", why, "Write one of them.")
        if problem := self.design.problem(point):
            raise _wrong(f"point={point}", problem, "Write a point that the sweep could run.")
        run = replace(
            self.run, strategies=(self.run.strategies[names.index(strategy)],), reference=None
        )
        histories = self.histories(np.array([point]), np.array([replicate]))
        note = f"point {point} of {self.design.note}; {self.base.note}"
        values = ParameterSet(
            histories.values, self.base.status, note, practice=self.run.practice.name
        )
        return record(Driver(run, threads=1), values, histories, events=events)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that decides the results, the model's code included."""
        parts = {
            "version": version("imr-sim"),
            "model": source_hash(),
            "system": self.system.digest,
            "parameters": NAMES,
            "varied": self.design.names,
            "points": _hash(self.design.values),
            "base": _hash(self.base.values),
            "strategies": [_identity(strategy) for strategy in self.run.strategies],
            "reference": self.reference,
            "practice": [self.run.practice.name, *_support(self.run.practice)],
            "start": self.run.dates.first,
            "before": self.run.dates.before,
            "horizon": self.horizon,
            "columns": self.columns,
            "replicates": self.replicates,
            "seed": self.seed,
            "budget": None if self.budget is None else float(self.budget),
            "common_luck": self.common_luck,
            **({} if self.design.draw is None else {"luck": _hash(self.design.draw)}),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _identity(strategy: Strategy) -> list[str]:
    """What a strategy is: its name, its class, its code and all that it holds."""
    kind = type(strategy)
    return [f"{kind.__module__}.{kind.__qualname__}", strategy.name, identity(strategy)]


def _support(practice: Practice) -> list[str]:
    """What the support of the practice's own is; its parameters are in the points and the base."""
    own = practice.support
    return [] if own is None else [*_identity(own.strategy), f"{own.start}+{own.months}"]


def _hash(values: np.ndarray) -> str:
    return hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()


def _wrong(given: str, why: str, write: str) -> RequestError:
    return RequestError(given, where=WHERE, why=why, write=write)
