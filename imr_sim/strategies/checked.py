"""Strategy parts check themselves, whether written in YAML or in Python, and say what to write."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from functools import wraps
from typing import Any, TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails, PydanticCustomError

from imr_sim.errors import RequestError, RequestErrors

T = TypeVar("T", bound=type)
_NUMBER, _WHOLE = "Write a number, without quotes.", "Write a whole number, without quotes."
_WRITE = {
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": _WHOLE,
    "string_type": "Write words.",
    "string_pattern_mismatch": "Write letters, digits, _ and -, beginning with a letter.",
}


def wrong(why: str, write: str) -> PydanticCustomError:
    """Error of a rule that pydantic has no word for; raise it in a validator."""
    return PydanticCustomError("wrong", "{why}", {"why": why, "write": write})


@dataclass_transform(frozen_default=True, kw_only_default=False)
def checked(cls: T) -> T:
    """Make a frozen dataclass whose fields are checked; what is wrong raises RequestErrors."""
    made = dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))(cls)
    plain_init = made.__init__

    @wraps(plain_init)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            plain_init(self, *args, **kwargs)
        except ValidationError as error:
            raise request_errors(error, cls.__name__, {"": keys_of(made)}) from None

    made.__init__ = init  # type: ignore[method-assign]
    return cast(T, made)


def keys_of(cls: type) -> tuple[str, ...]:
    """Names of the fields of a dataclass: the keys that may be written for it."""
    return tuple(f.name for f in fields(cls))


def request_errors(
    error: ValidationError, where: str, keys: Mapping[str, tuple[str, ...]]
) -> RequestErrors:
    """Say each thing that pydantic found wrong in the words of a RequestError.

    Parameters
    ----------
    error : ValidationError
    where : str
        The file or class that was read.
    keys : mapping of str to tuple of str
        What may be written under each key; ``""`` stands for the top.
    """
    return RequestErrors([_said(e, where, keys) for e in error.errors(include_url=False)])


def _said(error: ErrorDetails, where: str, keys: Mapping[str, tuple[str, ...]]) -> RequestError:
    path, kind, context = error["loc"], error["type"], error.get("ctx", {})
    if kind != "invalid_key" and path and isinstance(path[0], int):  # an argument given by position
        path = (keys[""][path[0]], *path[1:])
    key = re.sub(r"\.(\d+)", r"[\1]", ".".join(map(str, path)))
    given = f"{key}={shown(error['input'])}" if key else shown(error["input"])
    why, write = error["msg"][:1].lower() + error["msg"][1:], _WRITE.get(kind, f"Mend {key}.")
    if kind == "wrong":
        why, write = context["why"], context["write"]
    elif kind in ("unexpected_keyword_argument", "extra_forbidden", "invalid_key"):
        given, why = key, "there is no such key"
        above = [""] + [step for step in path[:-1] if isinstance(step, str)]
        write = nearest(path[-1], keys.get(above[-1], ()))
    elif kind in ("missing", "missing_argument"):
        given, why, write = key, "it is missing", f"Write {key}: and its value."
    elif kind == "literal_error":
        words = re.findall(r"'([^']+)'", context["expected"])
        why, write = "there is no such word here", nearest(error["input"], words)
    elif "expected" not in context and (limit := _limit(context)):
        why, write = "it lies outside its range", f"Write a number {limit}."
    elif kind in ("dataclass_type", "tuple_type", "dict_type"):
        shape = "a list (lines that begin with -)" if kind == "tuple_type" else "keys and values"
        why, write = f"it is not {shape}", f"Write {key} as {shape}."
    return RequestError(given, where=where, why=why, write=write)


def nearest(given: object, words: Sequence[str]) -> str:
    """Advice that names the words nearest to what was given, or all of them."""
    near = get_close_matches(str(given), words, n=3, cutoff=0.6) or list(words)
    if not near:
        return "Leave it out."
    return f"Write {near[0]}." if len(near) == 1 else f"Write one of {', '.join(near)}."


def _limit(context: dict[str, Any]) -> str:
    words = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
    return " and ".join(f"{words[k]} {v:g}" for k, v in context.items() if k in words)


def shown(value: object) -> str:
    """A value as it was given, cut short, however deep it is nested."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother = 2, 60, 60
    return short.repr(value)
