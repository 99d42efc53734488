"""A practice: its name, its start, how it differs from IMR, the support it had in its history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, InstanceOf, Strict, field_validator

from imr_sim.errors import RequestError
from imr_sim.model.parameters import INDEX, INTEGERS, SPECS, ParameterSet, check_name, check_value
from imr_sim.practice.move import Move
from imr_sim.strategies import SiteFacts, Strategy
from imr_sim.strategies.checked import checked, wrong

DRAWN_FOR = "IMR"
"""The practice that priors and shipped draws are for."""
CALIBRATED = "posterior"


def _name(given: object) -> object:
    # It stands in titles and on axes, where $ and line ends would be read as signs.
    if isinstance(given, str) and not re.fullmatch(r"[^\W_][\w .&'()/+-]{0,15}", given):
        why = "it does not fit into titles and axes"
        raise wrong(why, "Write at most 16 letters, digits and spaces.")
    return given


def _month(given: object) -> object:
    if not isinstance(given, str) or not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", given):
        raise wrong("it is not a month of the calendar", "Write year and month, e.g. 2010-01.")
    return given


def _move(given: object) -> object:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return {"value": given} if number else given


Name = Annotated[str, BeforeValidator(_name)]
Words = Annotated[str, Field(max_length=600)]
Month = Annotated[str, BeforeValidator(_month)]
Moves = Mapping[str, Annotated[Move, BeforeValidator(_move)]]
Months = Annotated[int, Strict(), Field(ge=1, le=1200)]
Since = Annotated[int, Strict(), Field(ge=0, le=1200)]


@checked
class Support:
    """A strategy that was at work in the practice's history: part of the world, in every arm.

    Attributes
    ----------
    strategy : Strategy
    months : int
        For how long it acts; whatever it was giving ends then.
    start : int
        Months from the first month of the history until it begins.
    """

    strategy: InstanceOf[Strategy]
    months: Months
    start: Since = 0

    @property
    def end(self) -> int:
        """Months from the first month of the history until it is over."""
        return self.start + self.months


@checked
class Practice:
    """What spreads over the sites.

    Attributes
    ----------
    name : str
        As it stands in text and figures, e.g. ``"IMR"``.
    start : str
        First month of its history, ``"YYYY-MM"``: it is public from then on.
    full_name, description : str
    sources : tuple of str
    invented : bool
        True when there is no such practice; headings say so.
    parameters : mapping of str to Move
        Parameters that differ from IMR's, e.g. ``media`` (hearing of it without any lever), ``a0``
        (level of the decision to implement), ``startup_months``.
    support : Support or None
        A strategy that was at work in its history, before any that is compared.

    Raises
    ------
    RequestErrors
        When a field cannot be, or a parameter does not exist.
    """

    name: Name
    start: Month
    full_name: Words = ""
    description: Words = ""
    sources: tuple[Words, ...] = ()
    invented: Annotated[bool, Strict()] = False
    parameters: Moves = field(default_factory=dict)
    support: Support | None = None

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

    @property
    def moves(self) -> dict[str, Move]:
        """Parameters that differ from IMR's."""
        return {name: m for name, m in self.parameters.items() if not m.changes_nothing}

    @property
    def moves_in_words(self) -> str:
        """The same in words, e.g. ``"media x 0.5, a0 + 0.5"``."""
        return ", ".join(f"{name} {move}" for name, move in self.moves.items())

    @property
    def support_end(self) -> int:
        """Months from the first month of the history until its own support is over; 0: none."""
        return self.support.end if self.support else 0

    def check(self, facts: SiteFacts) -> None:
        """Raise RequestError when its support names a station or VISN that does not exist."""
        if self.support:
            self.support.strategy.check(facts)

    def check_policy(self, before: int, policy_start: str | None, where: str) -> None:
        """Raise RequestError when strategies would begin before its own support is over.

        Parameters
        ----------
        before : int
            Months from the first month of the history to the policy date.
        policy_start : str or None
            The policy date as it was given, and `where`, for the message.
        """
        if before < self.support_end:
            raise RequestError(
                f"policy_start={policy_start}",
                where=where,
                why=f"{self.name} has support of its own in the first {self.support_end} months "
                "of its history, and strategies begin after it",
                write="Write a later policy_start.",
            )

    def adapt(self, draws: ParameterSet) -> ParameterSet:
        """Draws for this practice: its parameters moved in every draw, and the note saying so.

        Draws that are calibrated or screened are so for IMR; for another practice they become
        ``"transferred"``. Draws that this practice has adapted already stay as they are.

        Raises
        ------
        RequestError
            When a moved value leaves its parameter's range, or another practice has adapted them.
        """
        if draws.practice == self.name:
            return draws
        if draws.practice is not None:
            raise RequestError(
                f"parameters adapted to {draws.practice}",
                where=f"practice {self.name}",
                why="draws can be adapted to one practice only",
                write="Write the draws as they were before, or that practice.",
            )
        moves = self.moves
        if self.name == DRAWN_FOR and not moves:
            return draws
        values = draws.values.copy()
        for name, move in moves.items():
            values[:, INDEX[name]] = self._moved(name, move, draws.column(name))
        change = f"used for {self.name} as they are"
        if moves:
            change = f"moved for {self.name}: {self.moves_in_words}"
        status, note = draws.status, draws.note
        if status == CALIBRATED:
            note = f"draws calibrated for {DRAWN_FOR}, not for {self.name} ({note})"
            status = "transferred"
        return replace(
            draws, values=values, status=status, note=f"{note}; {change}", practice=self.name
        )

    def _moved(self, name: str, move: Move, draws: np.ndarray) -> np.ndarray:
        """Moved draws, all of them in the range of the parameter: none is clipped to it."""
        spec, moved = SPECS[name], move.of(draws)
        outside = (moved < spec.low) | (moved > spec.high)
        why = "outside its range"
        if name in INTEGERS:
            outside |= moved != np.round(moved)
            why = "and it counts whole people"
        if outside.any():
            first = int(outside.argmax())
            raise RequestError(
                f"{name} {move}",
                where=f"practice {self.name}, parameters",
                why=f"it gives {moved[first]:g} in draw {first} ({outside.sum()} of "
                f"{len(draws)} draws), {why}",
                write=f"The range is {spec.low:g} to {spec.high:g} ({spec.unit}), the draws reach "
                f"from {draws.min():g} to {draws.max():g}: write a smaller change",
            )
        return moved
