"""Designs: which parameter values the points of a sweep have."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import qmc

from imr_sim import limits
from imr_sim.checks import whole_number
from imr_sim.errors import RequestError
from imr_sim.experiment.axis import axes_of
from imr_sim.model.parameters import (
    INTEGERS,
    NAMES,
    SPECS,
    ParameterSet,
    check_name,
    check_value,
)
from imr_sim.system.csv_table import Defects, read_csv

SAMPLED = {"lhs": qmc.LatinHypercube, "sobol": qmc.Sobol, "halton": qmc.Halton}
Ranges = Mapping[str, Sequence[float]]
KEYS = ("point", "draw")  # columns that number the points of a sweep, and key their luck
ABOUT_POINTS = b"imr_sim"  # in the metadata of points.parquet


@dataclass(frozen=True)
class Design:
    """The points of a sweep: values of the parameters that differ between them.

    Attributes
    ----------
    names : tuple of str
        Parameters that the design varies.
    values : ndarray of float64, shape (points, names)
        A point that holds an impossible value is allowed: it becomes a row with a message.
    note : str
        What the points are, in a sentence.
    own_luck : bool
        Whether each point had luck of its own in the sweep that the design is taken from.
    draw : ndarray of int, shape (points,), or None
        Key of that luck; None: points are counted from 0.
    """

    names: tuple[str, ...]
    values: np.ndarray
    note: str
    own_luck: bool = False
    draw: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name in self.names:
            check_name(name, "design")
        if len(set(self.names)) < len(self.names):
            raise _wrong(f"{', '.join(self.names)}", "a parameter stands twice", "Name each once.")
        numbers = np.asarray(self.values)
        if numbers.dtype.kind not in "iuf":
            why = "a truth value, a date or a word is no number"
            raise _wrong(f"values of type {numbers.dtype}", why, "Give an array of numbers.")
        values = np.array(numbers, np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.names) or not len(values):
            given = f"values of shape {values.shape}"
            write = f"Give one row a point, {len(self.names)} numbers each."
            raise _wrong(given, f"the design varies {len(self.names)} parameters", write)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def grid(
        cls, ranges: Ranges | None = None, vary: Iterable[str] = (), points: int | None = None
    ) -> Design:
        """Every combination of levels.

        Parameters
        ----------
        ranges : mapping of str to sequence of float
            Two numbers: equally spaced levels from the first to the second. Three or more: the
            levels themselves.
        vary : iterable of str
            Parameters to vary over their prior: levels at the middles of equally likely parts.
        points : int or None
            Most points; as many levels of each parameter as fit. None: five levels of each.
        """
        axes = axes_of(ranges, vary, levels=True)
        free = sum(axis.levels is None for axis in axes)
        fixed = math.prod(len(axis.levels) for axis in axes if axis.levels is not None)
        levels = 5
        if points is not None:
            whole_number("points", points, *limits.POINTS)
            levels = _whole_root(points // fixed, free)
            if levels < 1 or (free and levels < 2):
                least = fixed * 2**free
                why = f"a grid of these parameters has at least {least:,} points"
                raise _wrong(f"points={points}", why, f"Write {least} or more, or another design.")
        if fixed * levels**free > limits.POINTS.high:
            given = f"{fixed * levels**free:,} points"
            why, write = "a grid of so many parameters is too large", "Write design=lhs or sobol."
            raise _wrong(given, why, write)
        values = list(product(*(axis.grid(levels) for axis in axes)))
        note = f"grid of {' x '.join(str(len(axis.grid(levels))) for axis in axes)} levels"
        return cls(tuple(a.name for a in axes), np.array(values), note)

    @classmethod
    def sample(
        cls,
        kind: str,
        points: int,
        ranges: Ranges | None = None,
        vary: Iterable[str] = (),
        seed: int = 1,
    ) -> Design:
        """Points that fill the ranges evenly: scipy's quasi-Monte Carlo samplers, scrambled.

        Parameters
        ----------
        kind : {"lhs", "sobol", "halton"}
            Latin hypercube (McKay et al. 1979, doi 10.2307/1268522), Sobol' (1967,
            doi 10.1016/0041-5553(67)90144-9), Halton (1960, doi 10.1007/BF01386213).
        points : int
            Sobol' points are balanced when this is a power of two.
        ranges : mapping of str to (low, high)
            Uniform between the two.
        vary : iterable of str
            Parameters to vary over their prior, through its quantiles.
        seed : int
            Seed of the scrambling; 0 is a seed.
        """
        axes = axes_of(ranges, vary)
        whole_number("points", points, *limits.POINTS)
        whole_number("seed", seed, *limits.SEED)
        sampler = SAMPLED[kind](d=len(axes), rng=np.random.default_rng(seed))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the note says it where it is seen
            u = sampler.random(points)
        note = f"{points} points of a {SAMPLED[kind].__name__} sample, seed {seed}"
        if kind == "sobol" and points & (points - 1):
            below = 1 << (points.bit_length() - 1)
            note += f" (balanced were {below} or {2 * below}: powers of two)"
        columns = [axis.quantile(u[:, i]) for i, axis in enumerate(axes)]
        return cls(tuple(a.name for a in axes), np.column_stack(columns), note)

    @classmethod
    def draws(cls, parameters: ParameterSet) -> Design:
        """One point for each draw of a parameter set, all parameters in it."""
        return cls(NAMES, parameters.values, f"{len(parameters)} draws: {parameters.note}")

    @classmethod
    def read(cls, path: str | Path) -> Design:
        """Points of a CSV or Parquet file: a column for each varied parameter, a row for a point.

        A cell that is empty, infinite or out of range makes its point a failure, not the file.
        The points of an earlier sweep (``points.parquet``, or the same as CSV) keep the luck
        that they had in it, by their column ``point``.

        Raises
        ------
        RequestError
            When the file cannot be read, names an unknown parameter, or a cell is no number.
        """
        path = Path(path)
        if path.suffix == ".parquet":
            return read_points(path)
        frame = read_csv(path, (), (*NAMES, *KEYS))
        defects = Defects(path.name)
        columns = {str(name): _numbers(frame[name], defects) for name in frame}
        defects.raise_if_any()
        return _of_columns(columns, f"{len(frame)} points of {path.name}", own_luck=False)

    def problem(self, point: int) -> str | None:
        """Why a point cannot be run, in one line; None when it can."""
        errors = []
        for name, value in zip(self.names, self.values[point].tolist(), strict=True):
            try:
                check_value(name, value, f"point {point}")
            except RequestError as error:
                errors.append(f"{error.given}: {error.why}")
        return "; ".join(errors) or None

    def possible(self, points: np.ndarray) -> np.ndarray:
        """Which of `points` hold values that can be run; bool, same shape."""
        values = self.values[points]
        low = np.array([SPECS[name].low for name in self.names])
        high = np.array([SPECS[name].high for name in self.names])
        whole = np.array([name in INTEGERS for name in self.names])
        with np.errstate(invalid="ignore"):
            good = (values >= low) & (values <= high) & (~whole | (values == np.round(values)))
        return good.all(axis=1)

    def luck_of(self, point: np.ndarray) -> np.ndarray:
        """Key of the luck that points have of their own; int, same shape."""
        return point if self.draw is None else self.draw[point]

    def frame(self) -> pd.DataFrame:
        """The points as a table: ``point``, then one column a parameter.

        Where the luck of points is not counted from 0, its key stands in ``draw``.
        """
        table = pd.DataFrame(self.values, columns=list(self.names))
        table.insert(0, "point", np.arange(len(self), dtype=np.int32))
        if self.draw is not None:
            table.insert(1, "draw", self.draw)
        return table


def read_points(path: Path) -> Design:
    """Points of a Parquet file; see `Design.read`."""
    where = f"design {path.name}"
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise RequestError(
            str(path),
            where="design",
            why=f"it cannot be read as Parquet ({str(error).splitlines()[0]:.80})",
            write="Write the points of a sweep, or a table with one column a parameter.",
        ) from None
    about = json.loads((table.schema.metadata or {}).get(ABOUT_POINTS, b"{}"))
    columns = {}
    for name in table.column_names:
        column = table[name].to_numpy()
        if column.dtype.kind not in "iuf":
            why = "a truth value, a date or a word is no number"
            raise _wrong(f"{where}: {name} of type {table[name].type}", why, "Write numbers.")
        columns[name] = column.astype(np.float64)
    note = f"{len(table)} points of {path.name}"
    return _of_columns(columns, note, own_luck=bool(about.get("own_luck")))


def _of_columns(columns: dict[str, np.ndarray], note: str, own_luck: bool) -> Design:
    keys = [columns.pop(name) for name in KEYS if name in columns]
    if not columns:
        raise _wrong(note, "no column is a parameter", "Name a column after each parameter.")
    draw = None
    if keys:
        last = keys[-1]  # `draw` stands after `point`, and says more
        if not (np.isfinite(last).all() and (last >= 0).all() and (last == np.round(last)).all()):
            raise _wrong("point", "a key of luck is no whole number from 0 on", "Leave it out.")
        draw = last.astype(np.int64)
        if np.array_equal(draw, np.arange(len(draw))):
            draw = None
    values = np.column_stack(list(columns.values()))
    return Design(tuple(columns), values, note, own_luck, draw)


def _whole_root(n: int, k: int) -> int:
    """The largest whole number whose k-th power is at most n; n itself for k = 0."""
    if k == 0 or n < 1:
        return n
    root = round(n ** (1 / k))
    return root if root**k <= n else root - 1


def _numbers(column: pd.Series, defects: Defects) -> np.ndarray:
    numbers = np.full(len(column), np.nan)
    for i, (row, cell) in enumerate(column.items()):
        try:
            numbers[i] = float(cell or "nan")
        except ValueError:
            write = "Write a number, or leave the cell empty."
            at = f"row {row}, column {column.name}"
            defects.add(repr(cell), at=at, why="it is not a number", write=write)
    return numbers


def _wrong(given: str, why: str, write: str) -> RequestError:
    return RequestError(given, where="design", why=why, write=write)
