"""Validators of arguments, with one form of message."""

from __future__ import annotations

import math

import numpy as np

from imr_sim import limits
from imr_sim.errors import RequestError


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Return `value` as an int within [low, high], or raise RequestError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        why = "it is not a whole number"
    elif not low <= value <= high:
        why = "it is out of range"
    else:
        return int(value)
    raise RequestError(
        f"{name}={value!r}",
        where=name,
        why=why,
        write=f"Write a whole number from {low:,} to {high:,}.",
    )


def amount(name: str, value: object) -> None:
    """Raise RequestError unless `value` is None or an amount of US$ within ``limits.BUDGET``."""
    if value is None:
        return
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        if math.isfinite(value) and limits.BUDGET.low <= value <= limits.BUDGET.high:
            return
    raise RequestError(
        f"{name}={value!r}",
        where=name,
        why="it is no amount of money",
        write=f"Write US$ as a number from 0 to {limits.BUDGET.high:.0e}, e.g. 5e6, or None for no "
        "limit.",
    )
