"""A strategy is asked what it wishes: each history by itself, and what it says is checked."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np

from imr_sim.errors import RequestError
from imr_sim.strategies.checked import nearest, shown
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.levers import LEVER_INDEX, LEVERS
from imr_sim.strategies.strategy import Delivered, Strategy, Wish
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
        return wish

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
        return Wish(self._numbers("priority", wish.priority, shape), doses)

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
