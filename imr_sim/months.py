"""Months as text and as numbers, and the dates of a run: a history, then strategies at work."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from imr_sim import limits
from imr_sim.checks import whole_number
from imr_sim.errors import RequestError

PATTERN = r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"  # of a month that somebody writes


def is_month(given: object) -> bool:
    """Whether it is a month as ``"2004-01"``, from 1900 to 2199."""
    return isinstance(given, str) and re.fullmatch(PATTERN.strip("^$"), given) is not None


def month_number(month: str) -> int:
    """``"2004-01"`` as months since year 0 (year * 12 + month - 1).

    Raises
    ------
    RequestError
        When it is no month of a year from 1900 to 2199.
    """
    if not is_month(month):
        raise RequestError(
            repr(month),
            where="date",
            why="it is no year and month from 1900 to 2199",
            write="Write it as 2021-01.",
        )
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_text(number: int) -> str:
    """A month number as ``"2004-01"``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_index(first: int, n: int) -> pd.DatetimeIndex:
    """First days of `n` months from month number `first` on."""
    return pd.date_range(f"{month_text(first)}-01", periods=n, freq="MS")


def months_between(first: str, then: str) -> int:
    """Months from one ``"YYYY-MM"`` to another."""
    return month_number(then) - month_number(first)


def later(month: str, n: int) -> str:
    """The month `n` months after ``"YYYY-MM"``."""
    return month_text(month_number(month) + n)


@dataclass(frozen=True)
class Dates:
    """Months of a run: a history, and from the policy date on what strategies make of it.

    Attributes
    ----------
    first : int
        Number of the first month (year * 12 + month - 1).
    before : int
        Months before the policy date.
    horizon : int
        Months from the policy date on.
    """

    first: int
    before: int
    horizon: int

    @classmethod
    def of(
        cls, start: str, policy_start: str, horizon: int, *, where: str, least: int = 0
    ) -> Dates:
        """Dates of a run whose strategies act for `horizon` months from `policy_start` on.

        Parameters
        ----------
        start, policy_start : str
            ``"YYYY-MM"``.
        horizon : int
            Months, 0 or more.
        where : str
            Who asks, for the message.
        least : int
            Months that the history has before the policy date, at least.

        Raises
        ------
        RequestError
            When the history does not come before the policy date, is empty or too long.
        """
        whole_number("horizon", horizon, *limits.SWEEP_HORIZON)
        before = months_between(start, policy_start)
        write = "Write another policy_start, start or horizon."
        why = ""
        if before < least:
            why = f"the history begins in {start}, not before it"
        elif not limits.MONTHS.low <= before + horizon <= limits.MONTHS.high:
            why = (
                f"the history would have {before + horizon:,} months, and {limits.MONTHS.low} to "
                f"{limits.MONTHS.high:,} can be run"
            )
        if why:
            raise RequestError(f"policy_start={policy_start}", where=where, why=why, write=write)
        return cls(month_number(start), before, horizon)

    @classmethod
    def within(cls, start: str, policy_start: str, months: int, *, where: str) -> Dates:
        """Dates of a run of `months` in all, with the policy date among them.

        Raises
        ------
        RequestError
            When there are too many months or none, or the policy date is not among them.
        """
        whole_number("months", months, *limits.MONTHS)
        before = months_between(start, policy_start)
        if not 0 <= before < months:
            raise RequestError(
                f"policy_start={policy_start}",
                where=where,
                why=f"it is not within the {months:,} months from {start} on",
                write="Write another policy_start or start, or more months.",
            )
        return cls(month_number(start), before, months - before)

    @property
    def months(self) -> int:
        """Months in all."""
        return self.before + self.horizon

    @property
    def start(self) -> str:
        """The first month, ``"YYYY-MM"``."""
        return month_text(self.first)

    @property
    def policy_start(self) -> str:
        """The policy date, ``"YYYY-MM"``."""
        return month_text(self.first + self.before)

    @property
    def index(self) -> pd.DatetimeIndex:
        """First days of all months."""
        return month_index(self.first, self.months)

    def position(self, month: str, *, what: str, where: str) -> int:
        """Place of a month among those of the run, from 0 on.

        Raises
        ------
        RequestError
            When it is not among them; `what` names the key that was given.
        """
        place = month_number(month) - self.first
        if not 0 <= place < self.months:
            raise RequestError(
                f"{what}={month}",
                where=where,
                why=f"it is not within the {self.months:,} months from {self.start} on",
                write="Write months inside the history.",
            )
        return place
