"""What was seen of an arm: a count of sites, bounds of one, or a mean and its standard error."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, Strict, model_validator

from imr_sim.strategies.checked import checked, wrong

MOST_SITES = 20_000
Number = Annotated[float, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=MOST_SITES)]
Sites = Annotated[int, Strict(), Field(ge=1, le=MOST_SITES)]


@checked
class Observed:
    """What was seen: a count, bounds of one, or a mean and its standard error.

    Attributes
    ----------
    count : int or None
    low, high : int or None
        Bounds of a count that was not published; either may be missing.
    of : int or None
        Sites that were counted, where not all of the arm.
    mean, se : float or None
        Of an outcome that is a mean or a difference.
    """

    count: Count | None = None
    low: Count | None = None
    high: Count | None = None
    of: Sites | None = None
    mean: Number | None = None
    se: Annotated[float, Strict(), Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Observed:
        bounds = self.low is not None or self.high is not None
        if (self.count is not None) + bounds + (self.mean is not None) != 1:
            why = "it is not one of a count, bounds, and a mean"
            raise wrong(why, "Write 12, {count: 12, of: 43}, [71, null] or {mean: 0.86, se: 0.33}.")
        if (self.mean is None) != (self.se is None):
            raise wrong("a mean and its standard error go together", "Write both mean and se.")
        if self.mean is not None and self.of is not None:
            raise wrong("a mean with its error needs no number of sites", "Leave out of.")
        if None not in (self.low, self.high) and self.low > self.high:  # type: ignore[operator]
            raise wrong("the lower bound is above the upper", "Write [lower, upper].")
        for value in (self.count, self.low, self.high):
            if value is not None and self.of is not None and value > self.of:
                raise wrong(f"{value} of {self.of} is more than all", "Write at most all of them.")
        return self

    @property
    def is_count(self) -> bool:
        """Whether it is a number of sites, exact or in bounds."""
        return self.mean is None

    def __str__(self) -> str:
        if self.mean is not None:
            return f"{self.mean:g} (se {self.se:g})"
        if self.count is not None:
            return f"{self.count}"
        low, high = self.low, self.high
        if high is None:
            return f"{low} or more"
        return f"{high} or fewer" if low is None else f"{low} to {high}"


def _observed(given: object) -> object:
    if isinstance(given, int) and not isinstance(given, bool):
        return {"count": given}
    if isinstance(given, list) and len(given) == 2:
        return {"low": given[0], "high": given[1]}
    return given


Seen = Annotated[Observed, BeforeValidator(_observed)]
