"""What a sweep runs: a system, a design of parameters, strategies, dates, and what is kept."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from imr_sim.checks import amount, whole_number
from imr_sim.errors import RequestError
from imr_sim.experiment.design import Design
from imr_sim.experiment.outcomes import OUTCOMES, PAIRED
from imr_sim.model.compiled import source_hash
from imr_sim.model.parameters import INDEX, NAMES, Parameters, ParameterSet, as_set
from imr_sim.months import month_number
from imr_sim.practice import Practice, load_practice
from imr_sim.strategies import SiteFacts, Strategy, load_strategy
from imr_sim.strategies.checked import nearest
from imr_sim.system import System

LONGEST = 2400  # months


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
    common_luck : bool
        True: replicate r of every point meets the same luck (common random numbers), so that a
        difference between points is due to their parameters. False: each point has its own, as
        the draws of `simulate` and `compare` have, so that means over points average luck out.

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
    common_luck: bool = True

    def __post_init__(self) -> None:
        chosen = [load_strategy(s) for s in self.strategies]
        if self.reference is not None and self.reference not in [s.name for s in chosen]:
            chosen.insert(0, load_strategy(self.reference))
        _check_names([s.name for s in chosen], self.reference)
        spreading = load_practice(self.practice)
        object.__setattr__(self, "practice", spreading)
        object.__setattr__(self, "start", self.start or spreading.start)
        facts = SiteFacts.of(self.system)
        spreading.check(facts)
        for strategy in chosen:
            strategy.check(facts)
        object.__setattr__(self, "strategies", tuple(chosen))
        object.__setattr__(self, "at", tuple(self.at))
        object.__setattr__(self, "parameters", spreading.adapt(as_set(self.parameters)))
        whole_number("replicates", self.replicates, 1, 1_000_000)
        whole_number("seed", self.seed, 0, 2**64 - 1)
        whole_number("horizon", self.horizon, 0, LONGEST)
        amount("budget", self.budget)
        self._check_dates()
        if 1 < len(self.base) < self.replicates:
            raise _wrong(
                f"replicates={self.replicates}",
                f"each replicate takes a draw of its own, and there are {len(self.base)}",
                f"Write replicates={len(self.base)} or fewer, or more draws.",
            )
        object.__setattr__(self, "outcomes", self._kept())

    def _check_dates(self) -> None:
        if self.before < 0 or not 1 <= self.months <= LONGEST:
            why = f"a history from {self.start} on would have {self.before} months before it"
            given = f"policy_start={self.policy_start}, horizon={self.horizon}"
            raise _wrong(given, why, "Write another policy_start, start or horizon.")
        self.spreading.check_policy(self.before, self.policy_start, "scenario")
        for month in self.at:
            if not 0 <= month_number(month) - self.first < self.months:
                why = f"it is not within the {self.months} months from {self.start} on"
                raise _wrong(f"at={month}", why, "Write months inside the history.")

    def _kept(self) -> tuple[str, ...]:
        known = OUTCOMES + (PAIRED if self.reference is not None else ())
        if self.outcomes is None:
            return known
        for name in self.outcomes:
            if name not in known:
                why = "there is no such outcome" + (
                    "" if name not in PAIRED else " without a reference"
                )
                raise _wrong(f"outcomes={name}", why, nearest(name, known))
        if not self.outcomes:
            raise _wrong("outcomes=[]", "nothing would be kept", f"Write {OUTCOMES[0]}.")
        return tuple(name for name in known if name in self.outcomes)

    @property
    def base(self) -> ParameterSet:
        """`parameters` as a set of draws."""
        assert isinstance(self.parameters, ParameterSet)
        return self.parameters

    @property
    def spreading(self) -> Practice:
        """`practice` as an object."""
        assert isinstance(self.practice, Practice)
        return self.practice

    @property
    def first(self) -> int:
        """Number of the first month of the history (year * 12 + month - 1)."""
        return month_number(str(self.start))

    @property
    def arms(self) -> tuple[Strategy, ...]:
        """`strategies` as objects, the reference among them."""
        return tuple(self.strategies)  # type: ignore[arg-type]

    @property
    def before(self) -> int:
        """Months of history before the policy date."""
        return month_number(self.policy_start) - self.first

    @property
    def months(self) -> int:
        """Months of the histories in all."""
        return self.before + self.horizon

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
        named = {f"_{m.replace('-', '_')}": month_number(m) - self.first for m in self.at}
        return {"": self.months - 1, **named}

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
            "strategies": [_identity(strategy) for strategy in self.arms],
            "reference": self.reference,
            "practice": [self.spreading.name, *_support(self.spreading)],
            "start": self.first,
            "before": self.before,
            "horizon": self.horizon,
            "columns": self.columns,
            "replicates": self.replicates,
            "seed": self.seed,
            "budget": None if self.budget is None else float(self.budget),
            "common_luck": self.common_luck,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _check_names(names: list[str], reference: str | None) -> None:
    for name in names:
        if names.count(name) > 1:
            why, write = "its rows could not be told apart", "Write each strategy once."
            raise _wrong(f"strategies name {name!r} twice", why, write)
    if not names:
        raise _wrong("strategies=[]", "there is nothing to run", "Write at least none.")
    if reference is not None and len(names) == 1:
        why = "there is nothing to compare the reference with"
        raise _wrong(f"reference={reference}", why, "Write at least one other strategy.")


def _identity(strategy: Strategy) -> list[str]:
    """What a strategy is: all its fields where it says them, else its class and name."""
    kind = type(strategy)
    told = [f"{kind.__module__}.{kind.__qualname__}", strategy.name]
    if dataclasses.is_dataclass(strategy):
        told += [
            f"{f.name}={getattr(strategy, f.name)!r}"
            for f in dataclasses.fields(strategy)
            if f.name != "where"  # the path of its file: the same strategy wherever it lies
        ]
    return told


def _support(practice: Practice) -> list[str]:
    """What the support of the practice's own is; its parameters are in the points and the base."""
    own = practice.support
    return [] if own is None else [*_identity(own.strategy), f"{own.start}+{own.months}"]


def _hash(values: np.ndarray) -> str:
    return hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()


def _wrong(given: str, why: str, write: str) -> RequestError:
    return RequestError(given, where="scenario", why=why, write=write)
