"""What a trial file says: practice, sites, what came before, arms, outcomes, what was observed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, InstanceOf, Strict, field_validator, model_validator

from imr_sim.errors import RequestError
from imr_sim.model.parameters import check_name, check_value
from imr_sim.practice.move import Move
from imr_sim.practice.practice import Month, Moves
from imr_sim.strategies import Strategy
from imr_sim.strategies.checked import checked, nearest, wrong

MOST_SITES, MOST_MONTHS, MOST_STAFF = 20_000, 240, 2_000
SHIPPED_SYSTEMS = ("va", "small", "invented")

Kind = Literal[
    "accepted",
    "started",
    "providing",
    "fidelity_at_least",
    "mean_fidelity",
    "still_providing",
    "veterans_reached",
]
MEANS = ("mean_fidelity", "veterans_reached")
"""Outcomes that are a mean over sites; the others are shares of sites."""
Number = Annotated[float, Strict()]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Whole = Annotated[int, Strict(), Field(ge=1)]
Count = Annotated[int, Strict(), Field(ge=0, le=MOST_SITES)]
Sites_ = Annotated[int, Strict(), Field(ge=1, le=MOST_SITES)]
Months = Annotated[int, Strict(), Field(ge=0, le=MOST_MONTHS)]
After = Annotated[int, Strict(), Field(ge=1, le=MOST_MONTHS)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,59}$")]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


def _difficulty(given: object) -> object:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return {"mean": given} if number else given


def _text(given: object) -> object:
    # A file says `V` or `A`, or several (`V/C`), as the evidence table does.
    if isinstance(given, str) and not re.fullmatch(r"[VCA](/[VCA])?", given):
        raise wrong("it is no status of evidence", "Write V (read), C (arithmetic) or A (assumed).")
    return given


@checked
class Difficulty:
    """How much harder a practice is to deliver well than IMR, fidelity points; IMR is 0.

    Attributes
    ----------
    mean, sd : float
        Normal; sd 0: known.
    """

    mean: Annotated[float, Strict(), Field(ge=-4, le=4)] = 0.0
    sd: Annotated[float, Strict(), Field(ge=0, le=4)] = 0.0


@checked
class StudyPractice:
    """What the sites were to begin.

    Attributes
    ----------
    name : str
        Studies that name one practice share its difficulty.
    difficulty : Difficulty
        A number, or mean and sd.
    parameters : mapping of str to Move
        Parameters that differ from IMR's in every draw, as in a practice file.
    """

    name: Words
    difficulty: Annotated[Difficulty, BeforeValidator(_difficulty)] = Difficulty()
    parameters: Moves = field(default_factory=dict)

    @field_validator("parameters", mode="after")
    @classmethod
    def _exist(cls, moves: dict[str, Move]) -> dict[str, Move]:
        for name, move in moves.items():
            try:
                check_name(name, "parameters")
                if move.value is not None:
                    check_value(name, move.value, "parameters")
            except RequestError as error:
                raise wrong(f"{error.given}: {error.why}", error.write) from None
        return moves


@checked
class TrialSites:
    """Which sites, and the state in which the trial finds them.

    Attributes
    ----------
    source : str
        Key ``from``: ``invented``, or a system (``va``, ``small``, the path of a folder), whose
        sites have ties.
    staff : int or None
        Posts of an invented site; None: `DEFAULT_STAFF`.
    chosen : str
        ``random``, ``largest``, ``not_started`` (by lot among those that neither provide nor
        prepare when the trial begins) or ``providing`` (by lot among those that provide).
    engaged : float
        Share of the sites that has accepted already and prepares.
    providing : float
        Share that provides already.
    fidelity : float or None
        Of these at the start; None: what the draw gives an untrained team without support.
    aware : float
        Share of the SMI-programme staff and chiefs who know of the practice at the start.
    """

    source: Annotated[str, Field(min_length=1, max_length=300)] = "invented"
    staff: Annotated[int, Strict(), Field(ge=8, le=MOST_STAFF)] | None = None
    chosen: Literal["random", "largest", "not_started", "providing"] = "random"
    engaged: Share = 0.0
    providing: Share = 0.0
    fidelity: Annotated[float, Strict(), Field(ge=1, le=5)] | None = None
    aware: Share = 0.0

    @model_validator(mode="after")
    def _fits_together(self) -> TrialSites:
        if self.engaged + self.providing > 1:
            raise wrong("engaged and providing add up to more than 1", "Write shares of all sites.")
        if self.fidelity is not None and self.providing == 0:
            raise wrong("fidelity of sites that provide, where none does", "Write providing too.")
        if self.staff is not None and self.source != "invented":
            raise wrong("the sites of a system have their own staff", "Leave out staff.")
        if self.chosen != "random" and self.source == "invented":
            raise wrong("invented sites are all alike", "Leave out chosen, or name a system.")
        return self


Dose = Annotated[float, Strict(), Field(ge=0, le=2)]


def _doses(given: object) -> object:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return {0: given} if number else given


@checked
class Part:
    """One lever of an arm and its dose by month.

    Attributes
    ----------
    lever : str
        One of `imr_sim.strategies.LEVERS`.
    dose : mapping of int to float
        A number, or the dose from a month on: ``{0: 1.0, 12: 0.5}``.
    start : int
        Months after the arm's start in which it begins.
    months : int or None
        For so many months; None: to the end.
    """

    lever: str
    dose: Annotated[
        Mapping[Annotated[int, Field(ge=0, le=MOST_MONTHS)], Dose], BeforeValidator(_doses)
    ] = field(default_factory=lambda: {0: 1.0})
    start: Months = 0
    months: Whole | None = None

    @field_validator("lever", mode="before")
    @classmethod
    def _exists(cls, lever: object) -> object:
        from imr_sim.strategies import LEVERS

        if lever not in LEVERS:
            raise wrong("there is no such lever", nearest(lever, LEVERS))
        return lever

    @model_validator(mode="after")
    def _has_doses(self) -> Part:
        if not self.dose:
            raise wrong("it has no dose", "Write dose: 1.0, or {0: 1.0, 12: 0.5}.")
        return self

    def at(self, month: int) -> float:
        """Dose in a month after the arm's start, from 0 on."""
        since = month - self.start
        if since < 0 or (self.months is not None and since >= self.months):
            return 0.0
        reached = [m for m in self.dose if m <= since]
        return float(self.dose[max(reached)]) if reached else 0.0

    def changes(self) -> set[int]:
        """Months in which its dose may change."""
        ends = set() if self.months is None else {self.start + self.months}
        return {self.start} | {self.start + m for m in self.dose} | ends


@checked
class Observed:
    """What was seen: a count, bounds of one, or a mean and its standard error.

    Attributes
    ----------
    count : int or None
    low, high : int or None
        Bounds of a count that was not published; either may be missing.
    of : int or None
        Sites that were counted, where not all of the arm.
    mean, se : float or None
        Of an outcome that is a mean or a difference.
    """

    count: Count | None = None
    low: Count | None = None
    high: Count | None = None
    of: Sites_ | None = None
    mean: Number | None = None
    se: Annotated[float, Strict(), Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Observed:
        bounds = self.low is not None or self.high is not None
        if (self.count is not None) + bounds + (self.mean is not None) != 1:
            why = "it is not one of a count, bounds, and a mean"
            raise wrong(why, "Write 12, {count: 12, of: 43}, [71, null] or {mean: 0.86, se: 0.33}.")
        if (self.mean is None) != (self.se is None):
            raise wrong("a mean and its standard error go together", "Write both mean and se.")
        if self.mean is not None and self.of is not None:
            raise wrong("a mean with its error needs no number of sites", "Leave out of.")
        if None not in (self.low, self.high) and self.low > self.high:  # type: ignore[operator]
            raise wrong("the lower bound is above the upper", "Write [lower, upper].")
        for value in (self.count, self.low, self.high):
            if value is not None and self.of is not None and value > self.of:
                raise wrong(f"{value} of {self.of} is more than all", "Write at most all of them.")
        return self

    @property
    def is_count(self) -> bool:
        """Whether it is a number of sites, exact or in bounds."""
        return self.mean is None

    def __str__(self) -> str:
        if self.mean is not None:
            return f"{self.mean:g} (se {self.se:g})"
        if self.count is not None:
            return f"{self.count}"
        low, high = self.low, self.high
        if high is None:
            return f"{low} or more"
        return f"{high} or fewer" if low is None else f"{low} to {high}"


def _observed(given: object) -> object:
    if isinstance(given, int) and not isinstance(given, bool):
        return {"count": given}
    if isinstance(given, list) and len(given) == 2:
        return {"low": given[0], "high": given[1]}
    return given


Seen = Annotated[Observed, BeforeValidator(_observed)]


@checked
class TrialArm:
    """Sites that get one treatment.

    Attributes
    ----------
    name : str
    sites : int
    strategy : Strategy or None
        Of the library, of a file, or written out; at work at the arm's sites only.
    components : tuple of Part
        Levers and doses by month at every site of the arm, instead of a strategy.
    observed : mapping of str to Observed
        By ``outcome@month``.
    fitted : bool
        Whether what was observed may inform parameters; False where a contrast is not clean.
    """

    name: Name
    sites: Sites_
    strategy: InstanceOf[Strategy] | None = None
    components: tuple[Part, ...] = ()
    observed: Mapping[str, Seen] = field(default_factory=dict)
    fitted: Annotated[bool, Strict()] = True

    @model_validator(mode="after")
    def _fits_together(self) -> TrialArm:
        if self.strategy is not None and self.components:
            raise wrong("strategy and components both say what is done", "Write one of them.")
        levers = [part.lever for part in self.components]
        if len(set(levers)) < len(levers):
            why = "components name one lever twice"
            raise wrong(why, "Write its doses by month: dose: {0: 1.0, 12: 0.5}.")
        return self


@checked
class Outcome:
    """What is counted, and when.

    Attributes
    ----------
    name : str
    kind : str
        ``accepted``, ``started``: up to the month. ``providing``, ``fidelity_at_least``,
        ``mean_fidelity``: at its end. ``still_providing``: of sites that have provided.
        ``veterans_reached``: mean a site up to the month.
    months : tuple of int
        Months after the arm's start at whose end it is counted, from 1 on.
    of : str
        ``all`` sites of the arm, or those that have ``started`` by then.
    threshold : float or None
        For ``fidelity_at_least``, 1 to 5.
    minus : str or None
        The arm from which the difference is taken: in shares, or in the mean's unit.
    """

    name: Name
    kind: Kind
    months: tuple[After, ...]
    of: Literal["all", "started"] = "all"
    threshold: Annotated[float, Strict(), Field(ge=1, le=5)] | None = None
    minus: Name | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Outcome:
        if not self.months or len(set(self.months)) < len(self.months):
            raise wrong("its months are none, or one stands twice", "Write months: [12, 24].")
        if (self.threshold is not None) != (self.kind == "fidelity_at_least"):
            raise wrong(
                "threshold goes with kind fidelity_at_least, and with no other",
                "Write threshold: 4.0 there, and leave it out elsewhere.",
            )
        return self

    @property
    def is_mean(self) -> bool:
        """Whether it is a mean over sites or a difference, and so no count."""
        return self.kind in MEANS or self.minus is not None

    @property
    def of_started(self) -> bool:
        """Whether only sites that have started are looked at."""
        return self.of == "started" or self.kind in ("still_providing", "mean_fidelity")


@checked
class RunIn:
    """What the sites had before the trial, and which of them go on into it.

    Attributes
    ----------
    months : int
    strategy, components
        As of an arm; nothing: they were left alone.
    keep : str
        ``all``, ``not_started`` (neither provide nor prepare after it: non-responders),
        ``not_providing`` or ``providing``.
    """

    months: After
    strategy: InstanceOf[Strategy] | None = None
    components: tuple[Part, ...] = ()
    keep: Literal["all", "not_started", "not_providing", "providing"] = "all"


@checked
class Passive:
    """Months before the trial, from a start at which nobody knows of the practice, without support.

    Attributes
    ----------
    months : int
    """

    months: After


@checked
class Trial:
    """A study of whole sites, of the past or planned.

    Attributes
    ----------
    name, label, source : str
    status : str
        V (read in the source), C (arithmetic on it), A (assumed); of a plan: A.
    evidence : tuple of str
        E-numbers.
    practice : StudyPractice
    sites : TrialSites
    start : str
        Month in which the histories begin, ``"YYYY-MM"``.
    passive : Passive or None
    run_in : RunIn or None
    arms : tuple of TrialArm
    outcomes : tuple of Outcome
    assumed : str
        What is assumed in imitating the study.
    where : str
        Where it was written, for messages.
    """

    name: Name
    practice: StudyPractice
    arms: tuple[TrialArm, ...]
    outcomes: tuple[Outcome, ...]
    label: Words | None = None
    source: Words = "assumption"
    status: Annotated[str, BeforeValidator(_text)] = "A"
    evidence: tuple[Words, ...] = ()
    sites: TrialSites = TrialSites()
    start: Month = "2004-01"
    passive: Passive | None = None
    run_in: RunIn | None = None
    assumed: str = ""
    where: str = "trial"

    @model_validator(mode="after")
    def _fits_together(self) -> Trial:
        arms, outcomes = [a.name for a in self.arms], {o.name: o for o in self.outcomes}
        if not arms or len(set(arms)) < len(arms):
            raise wrong("arms are none, or two have one name", "Write arms: and a name for each.")
        if not outcomes or len(outcomes) < len(self.outcomes):
            why = "outcomes are none, or two have one name"
            raise wrong(why, "Write outcomes: and a name for each.")
        for outcome in self.outcomes:
            if outcome.minus is not None and outcome.minus not in arms:
                why = f"outcomes: {outcome.name}: minus names no arm: {outcome.minus}"
                raise wrong(why, nearest(outcome.minus, arms))
        for arm in self.arms:
            for key, observed in arm.observed.items():
                _check_observed(arm, key, observed, outcomes)
        return self

    @property
    def title(self) -> str:
        """Words for figures."""
        return self.label or self.name

    @property
    def published(self) -> bool:
        """Whether anything was observed; else it is a plan."""
        return any(arm.observed for arm in self.arms)

    @property
    def months(self) -> int:
        """Months that the arms are followed."""
        return max(m for outcome in self.outcomes for m in outcome.months)


def _check_observed(
    arm: TrialArm, key: str, observed: Observed, outcomes: Mapping[str, Outcome]
) -> None:
    there = [f"{o.name}@{m}" for o in outcomes.values() for m in o.months]
    at = f"arm {arm.name}: observed: {key}"
    if key not in there:
        raise wrong(f"{at}: no outcome is counted then", nearest(key, there))
    outcome = outcomes[key.split("@")[0]]
    if outcome.minus == arm.name:
        raise wrong(f"{at}: a difference of an arm to itself", "Write it at the other arm.")
    if outcome.is_mean == observed.is_count:
        form = "{mean: 0.86, se: 0.33}" if outcome.is_mean else "a count or [low, high]"
        raise wrong(f"{at}: it does not fit its outcome", f"Write {form}.")
    for value in (observed.count, observed.low, observed.high):
        if value is not None and value > (observed.of or arm.sites):
            why = f"{at}: {value} of {observed.of or arm.sites} sites"
            raise wrong(why, "Write at most all of them.")
