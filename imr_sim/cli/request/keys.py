"""Keys of a request: what they mean, how to write them, their limits, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from typing_extensions import TypeIs

from imr_sim.errors import RequestError, RequestErrors
from imr_sim.limits import Limit

WHERE = "command line"
SCALES = {"": 1, "%": 0.01, "k": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9}
MOST_DIGITS = 40  # that somebody writes on purpose
MONEY = (
    r"(us\$|usd|\$|€|eur)?\s*(?P<number>\d[\d.,_'\s]*)\s*"
    rf"(?P<scale>{'|'.join(scale for scale in SCALES if scale)})?\s*(us\$|usd|\$|€|eur|dollars)?"
)
# What a key may be marked as.
LITERAL = "literal"  # a name or path, taken as it stands: it may hold spaces, accents, brackets
EXECUTION = "execution"  # how the work is done; results do not depend on it
NAMES = "names"  # it holds whatever names the user writes
FIRST = "first"  # it holds keys, and this one among them goes by the name of the outer one


def key(
    meaning: str,
    write: str,
    *marks: str,
    first: str | None = None,
    within: Limit | None = None,
    **limits: Any,
) -> Any:
    """A required key.

    Parameters
    ----------
    meaning : str
        What it holds.
    write : str
        How to write it.
    *marks : str
        Of `LITERAL`, `EXECUTION`, `NAMES`.
    first : str, optional
        For a key that holds keys: the one that is meant when it is given a plain value, as
        ``parameters=prior`` stands for ``parameters.set=prior``.
    within : Limit, optional
        The lowest and the highest value.
    **limits
        Others, as `pydantic.Field` takes them.
    """
    if within is not None:
        limits |= {"ge": within.low, "le": within.high}
    extra: dict[str, Any] = {"write": write, **dict.fromkeys(marks, True)}
    if first is not None:
        extra[FIRST] = first
    return Field(description=meaning, json_schema_extra=extra, **limits)


class Request(BaseModel):
    """Base of all requests: unknown keys and values of the wrong type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    def resolved(self) -> Self:
        """The request with the keys filled in that were left to something else it names."""
        return self

    def check(self) -> None:
        """Raise RequestError when the keys of a resolved request do not fit each other."""


R = TypeVar("R", bound=Request)


def is_request(annotation: object) -> TypeIs[type[Request]]:
    """Whether a key holds keys of its own."""
    return isinstance(annotation, type) and issubclass(annotation, Request)


def fields_of(kind: type[Request]) -> dict[str, FieldInfo]:
    """What may be written of a request, key by key; keys within a key as ``design.points``.

    The first key within a key goes by the name of the outer one: ``design=lhs``.
    """
    fields: dict[str, FieldInfo] = {}
    for name, outer in kind.model_fields.items():
        if not is_request(outer.annotation):
            fields[name] = outer
            continue
        for i, (inner, field) in enumerate(outer.annotation.model_fields.items()):
            fields[f"{name}.{inner}" if i else name] = field
    return fields


def mark(field: FieldInfo, name: str) -> Any:
    """What a key is marked with under a name; None if it is not."""
    extra = field.json_schema_extra
    return extra.get(name) if isinstance(extra, dict) else None


def marked(kind: type[Request], name: str) -> list[str]:
    """Keys of a request that bear a mark."""
    return [key for key, field in fields_of(kind).items() if mark(field, name)]


def nested(kind: type[Request]) -> dict[str, str]:
    """Keys that hold keys, and the one among these that goes by the name of the outer one."""
    firsts: dict[str, str] = {}
    for name, field in kind.model_fields.items():
        if is_request(field.annotation):
            firsts[name] = next(iter(field.annotation.model_fields))
        elif first := mark(field, FIRST):
            firsts[name] = str(first)
    return firsts


def how_to_write(field: FieldInfo) -> str:
    """Advice that stands with a key."""
    return str(mark(field, "write") or "")


def check_request(kind: type[R], values: dict[str, Any]) -> R:
    """Build a request from plain values, or raise RequestErrors with one message a key."""
    try:
        return kind.model_validate(values)
    except ValidationError as failure:
        fields = fields_of(kind)
        reasons: dict[str, str] = {}
        for error in failure.errors():
            outer, *inner = map(str, error["loc"])
            name = f"{outer}.{inner[0]}" if inner else outer
            reasons.setdefault(name if name in fields else outer, _reason(error))
        raise RequestErrors(
            [
                RequestError(
                    f"{name}={_given(values, name)}",
                    where=WHERE,
                    why=why,
                    write=advice(name, _given(values, name), fields),
                )
                for name, why in reasons.items()
            ]
        ) from failure


def advice(name: str, given: object, fields: Mapping[str, FieldInfo]) -> str:
    """What to write instead: the number that was meant, where it can be told."""
    if name not in fields:
        near = get_close_matches(name, fields, n=1, cutoff=0.5)
        return f"Write {near[0]} instead." if near else f"Leave it out; keys: {', '.join(fields)}."
    words = isinstance(given, str) and is_number(fields[name])
    meant = meant_number(str(given)) if words else None
    if meant is None or ("." in meant and not takes(fields[name], float)):
        return how_to_write(fields[name])
    return f"Write {name}={meant}."


def is_number(field: FieldInfo) -> bool:
    """Whether a key holds one number, or none."""
    return takes(field, int) or takes(field, float)


def takes(field: FieldInfo, kind: type) -> bool:
    """Whether values of a type may stand for a key."""
    return kind in (field.annotation, *get_args(field.annotation))


def meant_number(text: str) -> str | None:
    """The number in words that a person reads as one: ``$5,000,000``, ``0,30``, ``30%``, ``5M``."""
    match = re.fullmatch(MONEY, text.strip(), re.IGNORECASE)
    if not match or len(text) > MOST_DIGITS:
        return None
    digits = re.sub(r"[\s_']", "", match["number"])
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d*|\d{1,3}(\.\d{3}){2,}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", digits):
        digits = digits.replace(",", ".")
    elif not re.fullmatch(r"\d+(\.\d*)?", digits):
        return None
    number = float(digits) * SCALES[(match["scale"] or "").lower()]
    return f"{number:.10g}" if number < 1e10 else f"{number:g}"


def wrong(given: str, why: str, write: str) -> RequestError:
    """Error of what was written on the command line."""
    return RequestError(given, where=WHERE, why=why, write=write)


def _given(values: dict[str, Any], name: str) -> object:
    """The value of a key, within a key too."""
    outer, _, inner = name.partition(".")
    given = values.get(outer)
    return given.get(inner) if inner and isinstance(given, dict) else given


def _reason(error: Any) -> str:
    """Pydantic's reason in the project's words."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind in ("greater_than_equal", "greater_than"):
        return f"it is below {limits.get('ge', limits.get('gt'))}"
    if kind in ("less_than_equal", "less_than"):
        return f"it is too large (above {limits.get('le', limits.get('lt'))})"
    wanted = {
        "int_type": "it is not a whole number",
        "int_from_float": "it is not a whole number",
        "float_type": "it is not a number",
        "finite_number": "it is not a finite number",
        "bool_type": "it is neither true nor false",
        "string_pattern_mismatch": "it is not a month of the calendar",
        "string_type": "it is not a name or path",
        "string_too_short": "it is empty",
        "list_type": "it is not a list",
        "dict_type": "it is not a parameter set",
        "literal_error": "it is none of these",
        "missing": "it is missing",
        "extra_forbidden": "there is no such key",
        "too_short": "it has too few values",
        "too_long": "it has too many values",
    }
    return wanted.get(kind, str(error["msg"]))
