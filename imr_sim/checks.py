"""Validators of arguments, with one form of message."""

from __future__ import annotations

import numpy as np

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
