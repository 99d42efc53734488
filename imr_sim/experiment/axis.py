"""One varied parameter of a design: a range, levels, or its prior."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imr_sim.checks import several
from imr_sim.errors import RequestError, RequestErrors
from imr_sim.model.parameters import INTEGERS, SPECS, check_name, check_value

WHERE = "design"


@dataclass(frozen=True)
class Axis:
    """A parameter and what it is varied over.

    Attributes
    ----------
    name : str
    span : tuple of float or None
        Lowest and highest value; None for the prior.
    levels : tuple of float or None
        The values themselves, in a grid.
    """

    name: str
    span: tuple[float, float] | None = None
    levels: tuple[float, ...] | None = None

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """Values at `u` in (0, 1), shape (n,): uniform in the range, or the prior's quantiles."""
        spec = SPECS[self.name]
        if self.span is None:
            values = spec.prior.quantile(u, spec.low, spec.high)
        else:
            low, high = self.span
            values = low + u * (high - low)
        return np.round(values) if self.name in INTEGERS else values

    def grid(self, n: int) -> np.ndarray:
        """The levels: those given, else `n` of them."""
        if self.levels is not None:
            return np.array(self.levels)
        if self.span is None:
            return self.quantile((np.arange(n) + 0.5) / n)
        values = np.linspace(*self.span, n)
        return np.unique(np.round(values)) if self.name in INTEGERS else values


def axes_of(
    ranges: Mapping[str, Sequence[float]] | None, vary: Iterable[str], levels: bool = False
) -> list[Axis]:
    """Axes of the parameters in `ranges`, then of those in `vary`, over their priors.

    Raises
    ------
    RequestErrors
        For each name or range that cannot be used; when nothing is varied.
    """
    axes: list[Axis] = []
    errors: list[RequestError] = []
    for name, given in {**(ranges or {}), **dict.fromkeys(several("vary", vary))}.items():
        try:
            check_name(name, WHERE)
            axes.append(_axis(name, given, levels))
        except RequestError as error:
            errors.append(error)
    if errors:
        raise RequestErrors(errors)
    if not axes:
        raise RequestError(
            "no parameter",
            where=WHERE,
            why="there is nothing to vary",
            write="Write ranges={media: [0.05, 0.3]} or vary=[media].",
        )
    return axes


def _axis(name: str, given: Sequence[float] | None, levels: bool) -> Axis:
    if given is None:
        if SPECS[name].prior.is_fixed:
            raise RequestError(
                name,
                where=WHERE,
                why="its prior is a single value",
                write="Give it a range, e.g. "
                f"ranges={{{name}: [{SPECS[name].low:g}, {SPECS[name].high:g}]}}.",
            )
        return Axis(name)
    is_list = isinstance(given, Sequence) and not isinstance(given, str)
    if not is_list or len(given) < 2 or (len(given) > 2 and not levels):
        raise RequestError(
            f"{name}={given!r}",
            where=WHERE,
            why="it is no range" + (" and no list of levels" if levels else ""),
            write=f"Write two numbers: {name}: [low, high]; only a grid takes more.",
        )
    values = tuple(check_value(name, value, WHERE) for value in given)
    if len(values) > 2:
        if len(set(values)) < len(values):
            why, write = "a level stands twice", "Write each level once."
            raise RequestError(f"{name}={given!r}", where=WHERE, why=why, write=write)
        return Axis(name, levels=values)
    if values[0] >= values[1]:
        why, write = "it does not rise", f"Write {name}: [low, high]."
        raise RequestError(f"{name}={given!r}", where=WHERE, why=why, write=write)
    return Axis(name, span=(values[0], values[1]))
