"""A chunk of a sweep's runs, from parameter values to rows; what fails becomes a row and a word."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from imr_sim.errors import ImrSimError
from imr_sim.experiment.driver import Course, Driver, Past
from imr_sim.experiment.outcomes import DOLLARS, OUTCOMES, outcomes_at, paired_outcomes
from imr_sim.experiment.run import Histories
from imr_sim.experiment.scenario import Scenario
from imr_sim.strategies import Strategy

T = TypeVar("T")
Outcomes = dict[str, np.ndarray]


class Chunks:
    """Runs chunks of one scenario in one thread.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.driver = Driver(scenario.run, threads=1)

    def warm(self) -> None:
        """Compile the model, or load it: done once, before there are several processes."""
        zeros = np.zeros(1, int)
        past = self.driver.past(Histories(self.scenario.base.values[:1], zeros, zeros))
        past.batch.advance(1)

    def table(self, first: int, stop: int) -> pa.Table:
        """Rows of the runs from `first` up to but not including `stop`, in their order.

        One row a run and strategy: ``point``, ``replicate``, ``strategy``, the scenario's
        columns, ``error``. A run that fails as a whole has one row, without a strategy.
        """
        scenario = self.scenario
        point, replicate = np.divmod(np.arange(first, stop), scenario.replicates)
        rows = _Rows(scenario, point, replicate)
        good = scenario.design.possible(point)
        for i in np.flatnonzero(~good).tolist():
            rows.fail(i, f"{scenario.design.problem(int(point[i]))}")
        runnable = np.flatnonzero(good)
        for begin in range(0, len(runnable), at_once := self.driver.at_once):
            self._batch(rows, runnable[begin : begin + at_once])
        return rows.table()

    def _batch(self, rows: _Rows, batch: np.ndarray) -> None:
        """Run some rows; a failing one is found by halving the batch."""
        for which, past in _halving(batch, lambda which: self._past(rows, which)):
            if isinstance(past, Exception):
                rows.fail(which[0], _told(past))
            else:
                for s, strategy in enumerate(self.scenario.run.strategies):
                    self._arm(rows, which, past, s, strategy)

    def _past(self, rows: _Rows, which: np.ndarray) -> Past:
        return self.driver.past(self.scenario.histories(rows.point[which], rows.replicate[which]))

    def _arm(self, rows: _Rows, which: np.ndarray, past: Past, s: int, strategy: Strategy) -> None:
        def run(part: np.ndarray) -> dict[str, Outcomes]:
            those = past if len(part) == len(which) else past.only(np.isin(which, part))
            return self._outcomes(those, self.driver.course(those, strategy))

        for part, found in _halving(which, run):
            if isinstance(found, Exception):
                rows.fail(part[0], _told(found, f"strategy {strategy.name}: "), s)
            else:
                rows.keep(part, s, found)

    def _outcomes(self, past: Past, course: Course) -> dict[str, Outcomes]:
        """Outcomes by the ending of their date."""
        before, curves = self.scenario.run.dates.before, whole_curves(past, course)
        found = {}
        for ending, month in self.scenario.dates.items():
            record = past.record[:, month] if month < before else course.record[:, month - before]
            found[ending] = outcomes_at(curves, record, month)
        return found


def whole_curves(past: Past, course: Course) -> dict[str, np.ndarray]:
    """Outcomes by month of whole histories, (B, months in all); before the policy, no cost."""
    nothing = np.zeros(past.record.shape[:2])
    return {
        name: np.concatenate([past.outcomes.get(name, nothing), later], axis=1)
        for name, later in course.outcomes.items()
    }


class _Rows:
    """Rows of a chunk under way: arrays of shape (runs, strategies)."""

    def __init__(self, scenario: Scenario, point: np.ndarray, replicate: np.ndarray) -> None:
        self.scenario, self.point, self.replicate = scenario, point, replicate
        self.shape = (len(point), len(scenario.run.strategies))
        self.values: dict[str, Outcomes] = {
            ending: {name: np.full(self.shape, np.nan) for name in OUTCOMES}
            for ending in scenario.dates
        }
        self.error = np.full(self.shape, None, dtype=object)
        self.whole = np.zeros(len(point), bool)  # failed before any strategy

    def fail(self, run: int, message: str, strategy: int | None = None) -> None:
        self.error[run, strategy or 0] = message
        self.whole[run] |= strategy is None

    def keep(self, runs: np.ndarray, strategy: int, found: dict[str, Outcomes]) -> None:
        for ending, outcomes in found.items():
            for name, values in outcomes.items():
                self.values[ending][name][runs, strategy] = values

    def table(self) -> pa.Table:
        scenario = self.scenario
        names = np.array([strategy.name for strategy in scenario.run.strategies], dtype=object)
        strategy = np.tile(names, (len(self.point), 1))
        strategy[self.whole] = None
        shown = ~self.whole[:, None] | (np.arange(len(names)) == 0)
        columns: dict[str, pa.Array] = {
            "point": pa.array(np.repeat(self.point, shown.sum(axis=1)), pa.int32()),
            "replicate": pa.array(np.repeat(self.replicate, shown.sum(axis=1)), pa.int32()),
            "strategy": pa.array(strategy[shown], pa.string()),
        }
        for ending, found in self.values.items():
            if scenario.reference is not None:
                twin = {k: v[:, names == scenario.reference] for k, v in found.items()}
                found = found | paired_outcomes(found, twin)
            for name in scenario.outcomes or ():
                kind = pa.float64() if name in DOLLARS else pa.float32()
                columns[f"{name}{ending}"] = pa.array(found[name][shown], kind)
        return pa.table({**columns, "error": pa.array(self.error[shown], pa.string())})


def _halving(
    rows: np.ndarray, attempt: Callable[[np.ndarray], T]
) -> Iterator[tuple[np.ndarray, T | Exception]]:
    """Try all rows at once; where that fails, each half by itself, down to the row that fails."""
    result: T | Exception
    try:
        result = attempt(rows)
    except MemoryError:
        raise  # of the machine, not of the run
    except Exception as error:
        result = error
    if isinstance(result, Exception) and len(rows) > 1:
        middle = len(rows) // 2
        yield from _halving(rows[:middle], attempt)
        yield from _halving(rows[middle:], attempt)
    else:
        yield rows, result


def _told(error: Exception, about: str = "") -> str:
    """What went wrong, in one line; of an error that nobody foresaw, also where."""
    lines = str(error).strip().splitlines() or ["no reason given"]
    if isinstance(error, ImrSimError):
        return about + "; ".join(lines)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{about}{type(error).__name__}: {lines[0]} ({Path(last.filename).name}:{last.lineno})"
