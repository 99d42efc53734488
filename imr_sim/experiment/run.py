"""What is run: a system, a practice, dates, strategies, money and a seed, checked once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from imr_sim import limits
from imr_sim.checks import amount, several, whole_number
from imr_sim.errors import RequestError
from imr_sim.model.batch import Batch, identities
from imr_sim.model.parameters import ParameterSet
from imr_sim.model.rng import POLICY, SUPPORT_OF_PRACTICE
from imr_sim.months import Dates
from imr_sim.practice import Practice
from imr_sim.strategies import Campaign, SiteFacts, Strategy, load_strategy
from imr_sim.system import System


@dataclass(frozen=True)
class Period:
    """Months of a history in which one strategy is at work, or none.

    Attributes
    ----------
    first, stop : int
        Its first month and the one after its last, counted from the first of the history.
    strategy : Strategy or None
    budget : float or None
        Most that it may spend, US$.
    decisions : tuple of int
        Keys of what its planners learn when it begins; see `Batch.begin_policy`.
    """

    first: int
    stop: int
    strategy: Strategy | None = None
    budget: float | None = None
    decisions: tuple[int, int, int] = POLICY

    def campaign(self, batch: Batch) -> Campaign | None:
        """Its strategy at work on histories that have reached its first month."""
        if self.strategy is None:
            return None
        batch.begin_policy(self.decisions)
        return batch.campaign(self.strategy, self.stop - self.first, self.budget)


@dataclass(frozen=True, kw_only=True)
class Run:
    """All that histories have in common; they differ in parameters and in luck (`Histories`).

    Attributes
    ----------
    system : System
    practice : Practice
        What spreads. Its own support is part of the history before the policy date.
    dates : Dates
    strategies : tuple of Strategy
        Each is applied from the policy date on, to the same histories; none for a history
        without a policy.
    reference : str or None
        Name of the strategy that the others are compared with; see `with_reference`.
    budget : float or None
        Most that each strategy may spend in each history, US$.
    seed : int

    Raises
    ------
    RequestError
        When one of them cannot work, or they do not fit each other.
    """

    system: System
    practice: Practice
    dates: Dates
    strategies: tuple[Strategy, ...] = ()
    reference: str | None = None
    budget: float | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.system, System):
            raise RequestError(
                f"system={self.system!r:.60}",
                where="system",
                why=f"it is not a system but {type(self.system).__name__}",
                write='Write imr.load_system("small"), or load_system of a name or folder.',
            )
        whole_number("seed", self.seed, *limits.SEED)
        amount("budget", self.budget)
        facts = SiteFacts.of(self.system)
        self.practice.check(facts)
        for strategy in self.strategies:
            strategy.check(facts)
        self.practice.check_policy(self.dates.before, self.dates.policy_start, "dates")

    @property
    def past(self) -> tuple[Period, ...]:
        """Periods before the policy date: the practice spreads by itself, or with its support."""
        own, before = self.practice.support, self.dates.before
        if own is None:
            return (Period(0, before),)
        return (
            Period(0, own.start),
            Period(own.start, own.end, own.strategy, decisions=SUPPORT_OF_PRACTICE),
            Period(own.end, before),
        )

    def policy(self, strategy: Strategy) -> Period:
        """The period from the policy date on, under one strategy."""
        return Period(self.dates.before, self.dates.months, strategy, self.budget)


@dataclass(frozen=True)
class Histories:
    """H histories by what tells them apart.

    Attributes
    ----------
    values : ndarray of float64, shape (H, parameters)
        Parameter values of each.
    draw, replicate : ndarray of int, shape (H,)
        Key of the luck of each, beside the seed.
    """

    values: np.ndarray
    draw: np.ndarray
    replicate: np.ndarray

    @classmethod
    def of(cls, parameters: ParameterSet, replicates: int) -> Histories:
        """Draws x replicates, draw by draw."""
        draw, replicate, values = identities(parameters, replicates)
        return cls(values, draw, replicate)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, which: slice | np.ndarray) -> Histories:
        return Histories(self.values[which], self.draw[which], self.replicate[which])

    def __add__(self, other: Histories) -> Histories:
        pairs = zip(_arrays(self), _arrays(other), strict=True)
        return Histories(*(np.concatenate(pair) for pair in pairs))


def _arrays(histories: Histories) -> Iterator[np.ndarray]:
    yield from (histories.values, histories.draw, histories.replicate)


def with_reference(
    strategies: Sequence[str | Strategy], reference: str | None, where: str
) -> tuple[tuple[Strategy, ...], str | None]:
    """Strategies as objects, the reference among them, and its name.

    Parameters
    ----------
    strategies : sequence of str or Strategy
        Names, paths of YAML files, or objects.
    reference : str or None
        A name or the path of a YAML file; it joins the others by itself, as the first.
    where : str
        Who asks, for the message.

    Raises
    ------
    RequestError
        When there is no strategy, two have one name, or there is none beside the reference.
    """
    chosen = [load_strategy(strategy) for strategy in several("strategies", strategies)]
    if reference is not None and reference not in [strategy.name for strategy in chosen]:
        compared_with = load_strategy(reference)
        reference = compared_with.name
        if reference not in [strategy.name for strategy in chosen]:
            chosen.insert(0, compared_with)
    names = [strategy.name for strategy in chosen]
    given, why, write = f"strategies=[{', '.join(names)}]", "", ""
    twice = next((name for name in names if names.count(name) > 1), None)
    if not names:
        why, write = "there is nothing to run", "Write at least none."
    elif twice is not None:
        given, why = f"strategies name {twice!r} twice", "their rows could not be told apart"
        write = "Write each strategy once, or give the second another name."
    elif names == [reference]:
        why = "there is nothing to compare the reference with"
        write = f"Write at least one strategy other than {reference}."
    if why:
        raise RequestError(given, where=where, why=why, write=write)
    return tuple(chosen), reference
