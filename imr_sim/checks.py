"""Validators of arguments, with one form of message."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

import numpy as np

from imr_sim import limits
from imr_sim.errors import RequestError


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a real number; truth values and stretches of time are none."""
    number = isinstance(value, int | float | np.integer | np.floating)
    return number and not isinstance(value, bool | np.timedelta64)


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Return `value` as an int within [low, high], or raise RequestError."""
    if not (is_number(value) and isinstance(value, int | np.integer)):
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
    if is_number(value):
        if math.isfinite(value) and limits.BUDGET.low <= value <= limits.BUDGET.high:
            return
    raise RequestError(
        f"{name}={value!r}",
        where=name,
        why="it is no amount of money",
        write=f"Write US$ as a number from 0 to {limits.BUDGET.high:.0e}, e.g. 5e6, or None for no "
        "limit.",
    )


def read_only(values: np.ndarray) -> np.ndarray:
    """A copy that nobody can write to, and from which no way leads back to `values`.

    A view that is only marked as not writeable can be marked as writeable again, and its ``base``
    is the array itself; here the memory belongs to an object that cannot be changed.

    Parameters
    ----------
    values : ndarray
        Of numbers, truth values or text.
    """
    values = np.asarray(values)
    if values.dtype == object:
        values = values.astype(str)
    root: object = values
    while isinstance(root, np.ndarray):
        root = root.base
    if isinstance(root, bytes):
        return values  # it is one already
    return np.ndarray(values.shape, values.dtype, buffer=values.tobytes())


def several(name: str, value: object) -> list[Any]:
    """Return the members of a list or other sequence, or raise RequestError.

    A string is no list of its letters.
    """
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return list(value)
    raise RequestError(
        f"{name}={value!r}",
        where=name,
        why="it is not a list",
        write=f"Write {name}=[{value!r}]." if isinstance(value, str) else "Write a list.",
    )
