"""Where a trial takes place: what the sites were to begin, which sites, and what is done there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, Strict, field_validator, model_validator

from imr_sim.errors import RequestError
from imr_sim.model.parameters import check_name, check_value
from imr_sim.practice.move import Move
from imr_sim.practice.practice import Moves
from imr_sim.strategies import LEVERS
from imr_sim.strategies.checked import checked, nearest, wrong

MOST_MONTHS, MOST_STAFF = 600, 2_000
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Months = Annotated[int, Strict(), Field(ge=0, le=MOST_MONTHS)]
After = Annotated[int, Strict(), Field(ge=1, le=MOST_MONTHS)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


def _difficulty(given: object) -> object:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return {"mean": given} if number else given


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
    months: After | None = None

    @field_validator("lever", mode="before")
    @classmethod
    def _exists(cls, lever: object) -> object:
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
