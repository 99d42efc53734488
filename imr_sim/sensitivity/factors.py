"""What is varied, and over which distribution: the unit cube mapped to parameter values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from imr_sim.errors import RequestError
from imr_sim.experiment.axis import axes_of
from imr_sim.model.parameters import INTEGERS, NAMES, SPECS, ParameterSet, check_name

Quantile = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Factors:
    """Independent inputs of a function.

    Attributes
    ----------
    names : tuple of str
    quantiles : tuple of callable
        Quantile function of each: values at `u` in (0, 1).
    units : tuple of str
    note : str
        What the distributions are, in a sentence.
    ignored : str
        What independence leaves out; empty where nothing.
    """

    names: tuple[str, ...]
    quantiles: tuple[Quantile, ...]
    units: tuple[str, ...]
    note: str
    ignored: str = ""

    def __len__(self) -> int:
        return len(self.names)

    def values(self, names: Sequence[str], u: np.ndarray) -> np.ndarray:
        """Values of some of them at points of their unit cube, shape (points, names)."""
        columns = [self.quantiles[self.names.index(n)](u[:, i]) for i, n in enumerate(names)]
        return np.column_stack(columns)


def prior_factors(
    ranges: Mapping[str, Sequence[float]], vary: Sequence[str], note: str = ""
) -> Factors:
    """Parameters over explicit ranges (uniform), and others over their priors.

    Raises
    ------
    RequestErrors
        For each name or range that cannot be used; when nothing is varied.
    """
    axes = axes_of(ranges, vary)
    spans = "uniform over the given ranges" if ranges else ""
    priors = "over their priors: judgements, not findings" if vary else ""
    return Factors(
        tuple(axis.name for axis in axes),
        tuple(axis.quantile for axis in axes),
        tuple(SPECS[axis.name].unit for axis in axes),
        note or "; ".join(filter(None, [spans, priors])),
    )


def draw_factors(
    draws: ParameterSet, ranges: Mapping[str, Sequence[float]], vary: Sequence[str]
) -> Factors:
    """Parameters over the marginal distributions of draws, as if they were independent.

    Variance-based indices need independent inputs; the draws are not. The largest rank
    correlation that this ignores is named.

    Raises
    ------
    RequestError
        When a name is unknown, or a parameter does not vary in the draws.
    """
    for name in vary:
        check_name(name, "sensitivity")
        if np.ptp(draws.column(name)) == 0:
            raise RequestError(
                name,
                where="sensitivity",
                why=f"it has one value in all of the {draws.status} draws",
                write=f"Leave it out, or give it a range: ranges={{{name}: [low, high]}}.",
            )
    given = prior_factors(ranges, ()) if ranges else Factors((), (), (), "")
    drawn = [name for name in vary if name not in ranges]
    if not drawn:
        return given
    return Factors(
        (*given.names, *drawn),
        (*given.quantiles, *(_empirical(draws, name) for name in drawn)),
        (*given.units, *(SPECS[name].unit for name in drawn)),
        f"over the marginal distributions of the {draws.status} draws, taken to be independent",
        _ignored(draws, drawn),
    )


def varied(draws: ParameterSet | None, left_out: Collection[str]) -> list[str]:
    """Parameters that have a spread, in the draws or else in the prior, but for some."""
    spread = [
        name
        for name in NAMES
        if (np.ptp(draws.column(name)) > 0 if draws else not SPECS[name].prior.is_fixed)
    ]
    return [name for name in spread if name not in left_out]


def medians(draws: ParameterSet | None) -> dict[str, float]:
    """Marginal median of each parameter: where those stay that are not varied."""
    middle = np.array([0.5])
    values = {}
    for name, spec in SPECS.items():
        if draws is None:
            value = float(spec.prior.quantile(middle, spec.low, spec.high)[0])
            value = float(np.round(value)) if name in INTEGERS else value
        else:
            value = float(_empirical(draws, name)(middle)[0])
        values[name] = value
    return values


def _empirical(draws: ParameterSet, name: str) -> Quantile:
    column = np.sort(draws.column(name))
    whole = name in INTEGERS

    def quantile(u: np.ndarray) -> np.ndarray:
        if whole:
            return np.quantile(column, u, method="inverted_cdf")
        return np.quantile(column, u)

    return quantile


def _ignored(draws: ParameterSet, names: Sequence[str]) -> str:
    if len(names) < 2:
        return ""
    table = np.column_stack([draws.column(name) for name in names])
    rho = np.atleast_2d(spearmanr(table).statistic)
    if rho.shape == (1, 1):
        rho = np.array([[1.0, rho[0, 0]], [rho[0, 0], 1.0]])
    upper = np.triu(rho, 1)
    i, j = np.unravel_index(np.abs(upper).argmax(), upper.shape)
    return (
        f"The draws are not independent: the largest rank correlation ignored is "
        f"{upper[i, j]:+.2f}, between {names[i]} and {names[j]}"
    )
