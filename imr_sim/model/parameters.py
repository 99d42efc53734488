"""Parameter values: one validated set, or many draws with their provenance."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd
from scipy.stats import qmc

from imr_sim import limits
from imr_sim.checks import is_number, whole_number
from imr_sim.errors import RequestError, RequestErrors
from imr_sim.model import lever_table, parameter_table
from imr_sim.model.parameter_table import Spec

GROUPS: dict[str, tuple[Spec, ...]] = {
    "turnover": parameter_table.TURNOVER,
    "awareness": parameter_table.AWARENESS,
    "persuasion": parameter_table.PERSUASION,
    "decision": parameter_table.DECISION,
    "site": parameter_table.SITE,
    "implementation": parameter_table.IMPLEMENTATION,
    "sustainment": parameter_table.SUSTAINMENT,
    "reach": parameter_table.REACH,
    "offers": lever_table.OFFERS,
    "lever effects": lever_table.EFFECTS,
    "lever costs": lever_table.COSTS,
}
SPECS: dict[str, Spec] = {s.name: s for group in GROUPS.values() for s in group}
NAMES: tuple[str, ...] = tuple(SPECS)
INDEX: dict[str, int] = {name: i for i, name in enumerate(NAMES)}
INTEGERS = ("team_size",)


def check_name(name: str, where: str) -> None:
    """Raise RequestError when `name` is no parameter, naming the nearest ones."""
    if name not in SPECS:
        near = get_close_matches(str(name), NAMES, n=3, cutoff=0.5)
        hint = f"Write one of {', '.join(near)}." if near else "See imr-sim describe parameters."
        raise RequestError(repr(name), where=where, why="no parameter has this name", write=hint)


def check_value(name: str, value: object, where: str) -> float:
    """Return `value` as a float inside the parameter's range, or raise RequestError."""
    spec = SPECS[name]
    span = f"Write a number from {spec.low:g} to {spec.high:g} ({spec.unit})."
    given = f"{name}={value!r}"
    if not is_number(value):
        raise RequestError(given, where=where, why="it is not a number", write=span)
    number = float(value)
    if not math.isfinite(number):
        raise RequestError(given, where=where, why="it is not a finite number", write=span)
    if not spec.low <= number <= spec.high:
        why = f"{spec.meaning}: outside its range"
        raise RequestError(given, where=where, why=why, write=span)
    if name in INTEGERS and number != round(number):
        raise RequestError(given, where=where, why="it counts whole people", write=span)
    return number


def check_column(name: str, column: pd.Series | np.ndarray, where: str) -> np.ndarray:
    """Return many values of a parameter as floats in its range, float64 of the same length.

    Raises
    ------
    RequestError
        For the first that is not: see `check_value`; a truth value or a date is no number.
    """
    given = np.asarray(column)
    kind = given.dtype.kind
    if kind == "O":
        kinds = {
            t
            for t in set(map(type, given))
            if issubclass(t, int | float | np.integer | np.floating)
        }
        kinds -= {bool, np.timedelta64}
        good = np.array([type(value) in kinds for value in given], bool)
    else:
        good = np.full(len(given), kind in "iuf")
    values = np.full(len(given), np.nan)
    values[good] = given[good].astype(np.float64)
    spec = SPECS[name]
    with np.errstate(invalid="ignore"):
        good &= (values >= spec.low) & (values <= spec.high)
        if name in INTEGERS:
            good &= values == np.round(values)
    if not good.all():
        row = int(np.argmin(good))
        value = given[row]
        check_value(name, value.item() if kind in "iufb" else value, f"{where}, row {row}")
    return values


class Parameters(Mapping[str, float]):
    """One complete, validated, immutable set of parameter values.

    Parameters
    ----------
    **values : float
        Values that differ from the defaults; see ``imr-sim describe parameters`` for names,
        units, ranges and sources.

    Raises
    ------
    RequestError
        When a name is unknown or a value lies outside its range.

    Examples
    --------
    >>> Parameters(beta_within=0.1)["beta_within"]
    0.1
    """

    __slots__ = ("_values",)
    _values: dict[str, float]

    def __init__(self, **values: float) -> None:
        full = {name: spec.default for name, spec in SPECS.items()}
        errors = []
        for name, value in values.items():
            try:
                check_name(name, "parameters")
                full[name] = check_value(name, value, "parameters")
            except RequestError as error:
                errors.append(error)
        if errors:
            raise RequestErrors(errors)
        object.__setattr__(self, "_values", full)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Parameters are frozen; use .replace(name=value)")

    def __getattr__(self, name: str) -> float:
        try:
            return object.__getattribute__(self, "_values")[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        changed = {k: v for k, v in self._values.items() if v != SPECS[k].default}
        return f"Parameters({', '.join(f'{k}={v:g}' for k, v in changed.items())})"

    def __reduce__(self):
        return (_rebuild, (dict(self._values),))

    def replace(self, **values: float) -> Parameters:
        """A new set with some values changed."""
        return Parameters(**{**self._values, **values})


def _rebuild(values: dict[str, float]) -> Parameters:
    return Parameters(**values)


@dataclass(frozen=True)
class ParameterSet:
    """Many draws of the parameters.

    Attributes
    ----------
    values : ndarray of float64, shape (draws, parameters)
        Columns in the order of ``NAMES``.
    status : {"default", "prior", "posterior", "user", "transferred"}
        What these draws are; printed wherever they are used. Transferred: IMR's draws, used for
        another practice.
    note : str
        One sentence on where they come from.
    practice : str or None
        The practice that they have been adapted to; None: as they were drawn.
    """

    values: np.ndarray
    status: str
    note: str
    extra: Mapping[str, object] = field(default_factory=dict)
    practice: str | None = None

    def __post_init__(self) -> None:
        values = np.array(self.values, float)
        if values.ndim != 2 or values.shape[1] != len(NAMES) or not len(values):
            raise ValueError(f"values must have shape (draws, {len(NAMES)}), not {values.shape}")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str) -> np.ndarray:
        """Values of one parameter, shape (draws,)."""
        return self.values[:, INDEX[name]]

    def draw(self, i: int) -> Parameters:
        """One draw as a validated set."""
        return Parameters(**dict(zip(NAMES, self.values[i].tolist(), strict=True)))

    def take(self, n: int) -> ParameterSet:
        """Return the first `n` draws."""
        if not isinstance(n, int | np.integer) or not 1 <= n <= len(self):
            raise RequestError(
                f"draws={n}",
                where="parameters",
                why=f"the {self.status} set holds {len(self)} draws",
                write=f"Write a whole number from 1 to {len(self)}.",
            )
        return replace(self, values=self.values[:n])

    def replace(self, **fixed: float) -> ParameterSet:
        """A set in which some parameters have one value in every draw."""
        values = self.values.copy()
        for name, value in fixed.items():
            check_name(name, "parameters")
            values[:, INDEX[name]] = check_value(name, value, f"parameters.{name}")
        note = self.note
        if fixed:
            note += "; held fixed: " + ", ".join(f"{k}={v:g}" for k, v in fixed.items())
        return replace(self, values=values, note=note)

    def frame(self) -> pd.DataFrame:
        """Draws as a table, one column a parameter."""
        return pd.DataFrame(self.values, columns=list(NAMES))


def as_set(parameters: Parameters | ParameterSet | Sequence[Parameters]) -> ParameterSet:
    """Any accepted form of parameters as a ParameterSet."""
    if isinstance(parameters, ParameterSet):
        return parameters
    sets = [parameters] if isinstance(parameters, Parameters) else parameters
    if not (isinstance(sets, list | tuple) and sets) or not all(
        isinstance(p, Parameters) for p in sets
    ):
        raise RequestError(
            f"{type(parameters).__name__}",
            where="parameters",
            why="it is neither parameters nor draws of them",
            write="Write imr.Parameters(name=value), imr.posterior(), or imr.prior(100).",
        )
    if isinstance(parameters, Parameters):
        status = "default" if parameters == Parameters() else "user"
        note = "the defaults: one plausible set" if status == "default" else "one set of the user's"
        return ParameterSet(np.array([[parameters[n] for n in NAMES]]), status, note)
    rows = [[p[n] for n in NAMES] for p in sets]
    return ParameterSet(np.array(rows), "user", "sets given by the user")


def prior(n: int, seed: int = 0) -> ParameterSet:
    """`n` draws from the joint prior (independent margins), by a Latin hypercube.

    The draws of a parameter depend on its name, `n` and `seed` alone, so that a parameter that is
    added, or moved in the table, leaves those of all others as they were.

    Parameters
    ----------
    n : int
        Number of draws, at least 1.
    seed : int
        Seed; 0 is a seed.

    Returns
    -------
    ParameterSet
        With status ``"prior"``: judgements, not findings.
    """
    whole_number("n", n, *limits.DRAWS)
    whole_number("seed", seed, *limits.SEED)
    values = np.column_stack([prior_column(name, n, seed) for name in NAMES])
    return ParameterSet(values, "prior", f"{n} prior draws (judgements), seed {seed}")


def prior_column(name: str, n: int, seed: int) -> np.ndarray:
    """`n` prior draws of one parameter, shape (n,)."""
    spec = SPECS[name]
    return spec.prior.quantile(prior_cube(n, (name,), seed)[:, 0], spec.low, spec.high)


def prior_cube(n: int, names: Sequence[str], seed: int) -> np.ndarray:
    """A Latin hypercube in the unit cube, shape (n, names), each column keyed by its name."""
    return np.column_stack([_stratified(n, name, seed) for name in names])


def _stratified(n: int, name: str, seed: int) -> np.ndarray:
    """One uniform from each of `n` equal parts of (0, 1), in random order."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return qmc.LatinHypercube(d=1, rng=np.random.default_rng([seed, key])).random(n)[:, 0]


def parameter_frame() -> pd.DataFrame:
    """The parameter table: one row a parameter, with unit, range, prior, source and meaning."""
    rows = [
        {
            "name": s.name,
            "group": group,
            "default": s.default,
            "unit": s.unit,
            "low": s.low,
            "high": s.high,
            "prior": str(s.prior),
            "source": s.source,
            "meaning": s.meaning,
        }
        for group, specs in GROUPS.items()
        for s in specs
    ]
    return pd.DataFrame(rows)
