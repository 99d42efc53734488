"""What one cell of a site file may say. Each reader returns a value or raises ``BadCell``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches


class BadCell(ValueError):
    """A cell that cannot be read: why, and what to write."""

    def __init__(self, why: str, write: str) -> None:
        super().__init__(why)
        self.why, self.write = why, write


def text(cell: str) -> str:
    """Any text."""
    return cell


def station(cell: str) -> str:
    """A station number such as ``402`` or ``528A5``."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,20}", cell):
        raise BadCell("it is no station number", "Write 1 to 20 letters or digits, like 528A5.")
    return cell


def state(cell: str) -> str:
    """Two capital letters."""
    if not re.fullmatch(r"[A-Z]{2}", cell):
        raise BadCell("it is no state", "Write two capital letters, like IN.")
    return cell


def number(low: float, high: float) -> Callable[[str], float]:
    """A finite number from ``low`` to ``high``."""

    def read(cell: str) -> float:
        span = f"Write a number from {low:g} to {high:g}, with a point for decimals."
        try:
            value = float(cell)
        except ValueError:
            raise BadCell("it is not a number", span) from None
        if not math.isfinite(value) or not low <= value <= high:
            raise BadCell("it is out of range", span)
        return value

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from ``low`` to ``high``."""
    read_number = number(low, high)

    def read(cell: str) -> int:
        value = read_number(cell)
        if value != int(value):
            raise BadCell("it is not a whole number", f"Write a whole number from {low} to {high}.")
        return int(value)

    return read


def choice(words: Sequence[str]) -> Callable[[str], str]:
    """One of some words."""

    def read(cell: str) -> str:
        if cell not in words:
            near = get_close_matches(cell, words, n=1, cutoff=0.6)
            hint = f"Write {near[0]!r}." if near else "Write one of " + ", ".join(words) + "."
            raise BadCell("it is not a known value", hint)
        return cell

    return read


def flag(cell: str) -> bool:
    """True or False; also yes, no, 1, 0."""
    word = cell.lower()
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    raise BadCell("it is neither true nor false", "Write True or False.")


def prrc(cell: str) -> str:
    """``unknown``, ``never``, or the month a PRRC opened as ``YYYY-MM``."""
    known = cell in ("unknown", "never")
    if not known and not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", cell):
        raise BadCell("it is no month", "Write unknown, never, or the opening month like 2008-10.")
    return cell
