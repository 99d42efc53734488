"""A strategy is asked what it wishes: each history by itself, and what it says is checked."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from imr_sim.errors import RequestError
from imr_sim.strategies.checked import nearest, shown
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.levers import LEVER_INDEX, LEVERS
from imr_sim.strategies.strategy import Delivered, Follow, Strategy, Wish
from imr_sim.strategies.view import PlannerView

MOST_DOSE = 2.0
ROUNDING = 1e-9
START = "Start from Wish.nothing(view) and write to wish.dose(lever)."


def copied(strategy: Strategy) -> Strategy:
    """A copy with a memory of its own; a strategy made of components keeps nothing and is shared.

    Raises
    ------
    RequestError
        When it holds what cannot be copied.
    """
    if type(strategy) is ComposedStrategy:
        return strategy
    try:
        return copy.deepcopy(strategy)
    except Exception as error:
        raise RequestError(
            f"strategy {strategy.name!r}",
            where=f"class {type(strategy).__name__}",
            why=f"it cannot be copied for each history ({error})",
            write="Keep plain values and arrays in self; open files inside wish.",
        ) from error


class Asked:
    """Asks a strategy for its wishes, month by month.

    A strategy of the user's own is copied once for every history, as it was when the histories
    began, and each copy sees its own history alone. So what it keeps in ``self`` is the memory of
    that history, and no result depends on which histories are run together, or by whom.

    Parameters
    ----------
    strategy : Strategy
    histories : int

    Attributes
    ----------
    lowest, highest : ndarray of float64, shape (B,)
        Smallest and largest dose that was wished for so far, where outside 0 to 2; else 0 and 2.
    """

    def __init__(self, strategy: Strategy, histories: int) -> None:
        self.strategy = strategy
        self._together = type(strategy) is ComposedStrategy
        self._copies = [] if self._together else [copied(strategy) for _ in range(histories)]
        self.lowest, self.highest = np.zeros(histories), np.full(histories, MOST_DOSE)

    def wish(self, view: PlannerView, delivered: Delivered) -> Wish:
        """Wish of all histories; float64 priority and doses of 0 to 2, each of shape (B, S).

        Raises
        ------
        RequestError
            When what a strategy returns is no wish.
        """
        if self._together:
            parts = [self._ask(self.strategy, view, delivered)]
        else:
            parts = [
                self._ask(one, view.only(i), delivered.only(i))
                for i, one in enumerate(self._copies)
            ]
        wish = Wish(np.concatenate([part.priority for part in parts]))
        levers = [lever for lever in LEVERS if any(lever in part.doses for part in parts)]
        for lever in levers:
            nothing = np.zeros((1, wish.priority.shape[1]))
            doses = np.concatenate([part.doses.get(lever, nothing) for part in parts])
            np.minimum(self.lowest, doses.min(axis=1), out=self.lowest)
            np.maximum(self.highest, doses.max(axis=1), out=self.highest)
            wish.doses[lever] = np.clip(doses, 0, MOST_DOSE)
        self._add_plans(wish, parts)
        return wish

    def _add_plans(self, wish: Wish, parts: list[Wish]) -> None:
        """How long all histories' levers are meant to last, and what follows them."""
        for lever in LEVERS:
            if any(lever in part.plans for part in parts):
                doses, months = zip(*(part.planned(lever) for part in parts), strict=True)
                wish.plans[lever] = (
                    np.clip(np.concatenate(doses), 0, MOST_DOSE),
                    np.concatenate(months),
                )
        shape, row = wish.priority.shape, 0
        follows: dict[tuple[str, str, float], np.ndarray] = {}
        for part in parts:
            rows = slice(row, row + len(part.priority))
            for follow in part.follows:
                key = (follow.after, follow.lever, follow.dose)
                months = follows.setdefault(key, np.zeros(shape))
                months[rows] = np.maximum(months[rows], follow.months)
            row = rows.stop
        wish.follows.extend(Follow(*key, months) for key, months in follows.items())

    def clipped(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest dose wished for, NaN where none was outside 0 to 2; both (B,)."""
        low = np.where(self.lowest < -ROUNDING, self.lowest, np.nan)
        return low, np.where(self.highest > MOST_DOSE + ROUNDING, self.highest, np.nan)

    def _ask(self, strategy: Strategy, view: PlannerView, delivered: Delivered) -> Wish:
        try:
            wish = strategy.wish(view, delivered)
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            given, why = "a write to what it is shown", "a planner can look at the sites, not make"
            raise self._wrong(
                given, f"{why} them so ({error})", "Copy it first: status = view.status.copy()."
            ) from error
        if not isinstance(wish, Wish):
            forgotten = " (is there a return?)" if wish is None else ""
            raise self._wrong(shown(wish), f"it is not a Wish{forgotten}", START)
        if not isinstance(wish.doses, Mapping):
            raise self._wrong(f"doses={shown(wish.doses)}", "they are not levers and doses", START)
        for lever in wish.doses:
            if lever not in LEVER_INDEX:
                raise self._wrong(shown(lever), "no such lever", nearest(lever, LEVERS))
        shape = view.luck.shape
        doses = {k: self._numbers(f"dose of {k}", v, shape) for k, v in wish.doses.items()}
        priority = self._numbers("priority", wish.priority, shape)
        return Wish(priority, doses, self._plans(wish, shape), self._follows(wish, shape))

    def _plans(
        self, wish: Wish, shape: tuple[int, ...]
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        plans = {}
        for lever, (dose, months) in wish.plans.items():
            if lever not in LEVER_INDEX:
                raise self._wrong(shown(lever), "no such lever", nearest(lever, LEVERS))
            named = self._numbers(f"planned dose of {lever}", dose, shape)
            plans[lever] = (named, self._months(f"months of {lever}", months, shape))
        return plans

    def _follows(self, wish: Wish, shape: tuple[int, ...]) -> list[Follow]:
        for follow in wish.follows:
            for lever in (follow.after, follow.lever):
                if lever not in LEVER_INDEX:
                    raise self._wrong(shown(lever), "no such lever", nearest(lever, LEVERS))
        return [
            replace(f, months=self._months(f"months of {f.lever}", f.months, shape))
            for f in wish.follows
        ]

    def _months(self, name: str, given: object, shape: tuple[int, ...]) -> np.ndarray:
        """Months that may be infinite: to the horizon."""
        values = np.asarray(given)
        endless = values == np.inf
        return np.where(endless, np.inf, self._numbers(name, np.where(endless, 0, values), shape))

    def _numbers(self, name: str, given: object, shape: tuple[int, ...]) -> np.ndarray:
        try:
            values = np.asarray(given)
        except (ValueError, TypeError):  # a list of lists of several lengths
            values = np.empty((), dtype=object)
        kind = values.dtype.kind
        if values.shape != shape or kind not in "biuf" or not np.isfinite(values).all():
            raise self._wrong(
                f"{name}: {shown(given)} of shape {values.shape}",
                f"it is not {shape} finite numbers",
                START,
            )
        return values.astype(np.float64)

    def _wrong(self, given: str, why: str, write: str) -> RequestError:
        return RequestError(
            given, where=f"wish of strategy {self.strategy.name!r}", why=why, write=write
        )
