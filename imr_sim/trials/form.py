"""What a trial file says: arms, outcomes, what was observed, and what came before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, InstanceOf, Strict, model_validator

from imr_sim.practice.practice import Month
from imr_sim.strategies import Strategy
from imr_sim.strategies.checked import checked, nearest, wrong
from imr_sim.trials.observed import Observed, Seen, Sites
from imr_sim.trials.setting import After, Part, Share, StudyPractice, TrialSites, Words

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
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,59}$")]


def _status(given: object) -> object:
    # A file says `V` or `A`, or several (`V/C`), as the evidence table does.
    if isinstance(given, str) and not re.fullmatch(r"[VCA](/[VCA])?", given):
        raise wrong("it is no status of evidence", "Write V (read), C (arithmetic) or A (assumed).")
    return given


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
    sites: Sites
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
class Report:
    """How sites answer when they are asked whether they do it.

    Attributes
    ----------
    doing, others : float
        Share that says yes of the sites that do, and of those that do not.
    """

    doing: Share = 1.0
    others: Share = 0.0


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
    report : Report or None
        Of a share that sites report of themselves; None: it was seen as it is.
    minus : str or None
        The arm from which the difference is taken: in shares, or in the mean's unit.
    """

    name: Name
    kind: Kind
    months: tuple[After, ...]
    of: Literal["all", "started"] = "all"
    threshold: Annotated[float, Strict(), Field(ge=1, le=5)] | None = None
    report: Report | None = None
    minus: Name | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Outcome:
        if self.report is not None and self.kind in MEANS:
            raise wrong("sites report shares, and this is a mean", "Leave out report.")
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
    status: Annotated[str, BeforeValidator(_status)] = "A"
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
