"""Adoption times as people write them: whole periods, dates, codes for never."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from imr_sim.errors import RequestError

NEVER_WORDS = frozenset(("", "na", "n/a", "nan", "nat", "none", "null", "never", ".", "-", "<na>"))
UNITS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
FAR = 3
"""A time this many times further off than the rest is spread looks like a code."""
MANY, SHARE = 3, 0.05
"""So many nodes, and this share of all, at one end and twice the next time look like a code."""
LONGEST = 20_000
"""Periods; more come from mistaken units."""


class Times(NamedTuple):
    """Times of adoption in whole periods (NaN: never), and the periods observed."""

    values: np.ndarray
    first: int
    last: int
    unit: str
    origin: str | None
    account: tuple[str, ...]


def read_times(
    given: Iterable[object],
    *,
    never: Iterable[object] | object | None = None,
    first: object = None,
    last: object = None,
    unit: str | None = None,
    where: str = "adoption times",
) -> Times:
    """Turn what was written into periods.

    Parameters
    ----------
    given : iterable
        One entry a node: a whole number, a date (ISO, or a Timestamp), or nothing for never.
    never : value or list of values, optional
        Codes that mean never, e.g. 99. An empty list says that there are none. When it is left
        out, times that look like codes are an error, not a guess.
    first, last : optional
        First and last period (or date) that was observed. By default those of the times.
    unit : {"day", "week", "month", "quarter", "year"}, optional
        Of dates: a month by default.
    where : str
        Named in errors.

    Returns
    -------
    Times

    Raises
    ------
    RequestError
        For what is neither a whole period nor a date, and for what looks like a code.
    """
    raw = [_plain(value) for value in given]
    codes = [] if never is None else [_plain(v) for v in _listed(never)]
    is_never = np.array([_matches(v, codes) for v in raw], bool)
    left = [v for v, no in zip(raw, is_never, strict=True) if not no]
    account = []
    coded = sum(1 for v in raw if v not in NEVER_WORDS and _matches(v, codes))
    if coded:
        account.append(f"{coded:,} times are codes for never ({', '.join(codes)}).")
    dates = any(not _is_number(v) for v in left)
    if dates:
        numbers, origin, unit = _dates(left, first, unit or "month", where)
        begin: int | None = 0
        end = _date_number(last, origin, unit, where) if last is not None else None
    else:
        numbers, origin = _numbers(left, where), None
        begin = _bound(first, "first", where)
        end = _bound(last, "last", where)
        if never is None:
            _refuse_codes(numbers, begin, end, len(left) == len(raw), len(raw), where)
    values = np.full(len(raw), np.nan)
    values[~is_never] = numbers
    if not len(numbers) and (begin is None or end is None):
        raise _refused("no adoption time at all", where, "nobody adopts", "Say first= and last=.")
    if begin is None:
        begin = int(min(numbers))
        account.append(f"Observation is taken to begin with the first adoption ({begin}).")
    if end is None:
        end = int(max(numbers, default=begin))
        account.append(f"Observation is taken to end with the last adoption ({end}).")
    if end - begin > LONGEST:
        raise _refused(
            f"times from {begin} to {end}",
            where,
            "so many periods point to another unit",
            "Write times in months or years.",
        )
    return Times(values, begin, end, unit or "period", origin, tuple(account))


def _plain(value: object) -> str:
    """A value as one would type it: 3.0 is 3, a Timestamp its ISO date, nothing the empty word."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, pd.Period | pd.Timestamp | np.datetime64):
        return str(pd.Timestamp(str(value)).date())
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value).strip()
    return "" if text.lower() in NEVER_WORDS else text


def _listed(never: object) -> list[object]:
    return list(never) if isinstance(never, list | tuple | set | np.ndarray) else [never]


def _matches(value: str, codes: list[str]) -> bool:
    if value == "" or value in codes:
        return True
    return _is_number(value) and any(_is_number(c) and float(c) == float(value) for c in codes)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(values: list[str], where: str) -> np.ndarray:
    numbers = np.array([float(v) for v in values])
    bad = ~np.isfinite(numbers) | (numbers != np.floor(numbers))
    if bad.any():
        raise _refused(
            values[int(np.argmax(bad))],
            where,
            "a time is a whole period",
            "Write whole periods (e.g. months), a date, or nothing for never.",
        )
    if np.abs(numbers).max(initial=0) > 1e9:
        raise _refused(
            values[int(np.abs(numbers).argmax())],
            where,
            "it is out of range",
            "Write whole periods.",
        )
    return numbers


def _bound(given: object, name: str, where: str) -> int | None:
    if given is None:
        return None
    text = _plain(given)
    if not _is_number(text) or not float(text).is_integer():
        raise _refused(
            f"{name}={given!r}", where, "times are whole periods here", "Write a whole period."
        )
    return int(float(text))


def _refuse_codes(
    numbers: np.ndarray, first: int | None, last: int | None, all_there: bool, n: int, where: str
) -> None:
    """Refuse times that look like codes for never; given bounds vouch for what is within them."""
    times, count = np.unique(numbers, return_counts=True)
    if not len(times):
        return
    if times[0] < 0 and (first is None or first >= 0):
        raise _code(times[0], count[0], "it is before period 0", where, "first")
    if len(times) < 2:
        return
    ends = (
        ("last", last, times[-1], count[-1], count[-2], times[-1] - times[-2], np.ptp(times[:-1])),
        ("first", first, times[0], count[0], count[1], times[1] - times[0], np.ptp(times[1:])),
    )
    for name, bound, time, here, beside, gap, spread in ends:
        if bound is not None and (time <= bound if name == "last" else time >= bound):
            continue
        if gap > FAR * (spread + 1) and gap > 5:
            raise _code(time, here, "it is far from all others", where, name)
        if all_there and here >= max(MANY, SHARE * n) and here > 2 * beside:
            if name == "first" and time != 0:
                continue
            raise _code(time, here, "nobody is without a time, and it is that common", where, name)


def _code(time: float, count: int, why: str, where: str, bound: str) -> RequestError:
    return _refused(
        f"{time:g} ({count} nodes)",
        where,
        f"it looks like a code for never: {why}",
        f"Write never={time:g} if it is one, or {bound}={time:g} if they did adopt then.",
    )


def _dates(values: list[str], first: object, unit: str, where: str) -> tuple[np.ndarray, str, str]:
    if unit not in UNITS:
        raise _refused(
            f"unit={unit!r}", where, "there is no such unit", f"Write one of {', '.join(UNITS)}."
        )
    stamps = [_date(v, where) for v in values]
    begin = _date(_plain(first), where) if first is not None else min(stamps)
    zero = begin.to_period(UNITS[unit])
    numbers = np.array([s.to_period(UNITS[unit]).ordinal - zero.ordinal for s in stamps], float)
    return numbers, str(zero.start_time.date()), unit


def _date_number(given: object, origin: str, unit: str, where: str) -> int:
    zero = pd.Timestamp(origin).to_period(UNITS[unit])
    return int(_date(_plain(given), where).to_period(UNITS[unit]).ordinal - zero.ordinal)


def _date(text: str, where: str) -> pd.Timestamp:
    """An ISO date (year, year-month or full, with or without a time of day)."""
    try:
        if len(text) < 4 or not text[:4].isdigit():
            raise ValueError(text)
        stamp = pd.Timestamp(text)
    except (ValueError, OverflowError) as failure:
        raise _refused(
            repr(text[:60]),
            where,
            "it is neither a whole period nor an ISO date (03/04/2012 is March or April)",
            "Write dates as 2012-03-04 or 2012-03, all periods as numbers, nothing for never.",
        ) from failure
    return stamp.tz_localize(None) if stamp.tzinfo else stamp


def _refused(given: str, where: str, why: str, write: str) -> RequestError:
    return RequestError(given, where=where, why=why, write=write)
