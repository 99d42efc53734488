"""Money set aside: a site is begun with only if its support can be paid for to its end.

Support of so many months is paid for in full, also where it goes on beyond the horizon: otherwise
the last months would begin with sites that nobody could carry on. All amounts are whole cents, so
that sums are exact.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imr_sim.strategies.capacity import admit, hundredths
from imr_sim.strategies.levers import LEVER_INDEX, LEVERS
from imr_sim.strategies.strategy import Delivered, Wish

Doses = dict[str, np.ndarray]
Price = Callable[[str], tuple[np.ndarray, np.ndarray]]


class Obligations:
    """What has been promised to each site: a dose of a lever, and for how many months more.

    Parameters
    ----------
    histories, sites : int
    price : callable
        Price of a lever, US$: to begin with it and of each month, of shape (B, 1).
    """

    def __init__(self, histories: int, sites: int, price: Price) -> None:
        shape = (len(LEVERS), histories, sites)
        self._dose, self._months = np.zeros(shape), np.zeros(shape)
        self._price = price

    def admit(
        self, given: Doses, wish: Wish, delivered: Delivered, left: int, room: np.ndarray
    ) -> np.ndarray:
        """Cut `given` down, in place, to what can be paid for to its end.

        Parameters
        ----------
        given : dict of ndarray, shape (B, S)
            Doses that hours and seats allow this month.
        wish : Wish
            With what is meant to come after this month.
        delivered : Delivered
        left : int
            Months to the horizon, this one included.
        room : ndarray of int64, shape (B,)
            Cents not spent yet.

        Returns
        -------
        ndarray of bool, shape (B, S)
            Sites that are not turned away for want of money.
        """
        kept = np.zeros(wish.priority.shape, np.int64)
        whole = np.zeros_like(kept)
        plans = self._plans(given, wish)
        for lever, (dose, months) in plans.items():
            k = LEVER_INDEX[lever]
            self._dose[k] = np.minimum(self._dose[k], dose)
            self._months[k] = np.minimum(self._months[k], months)
            begun = delivered.months(lever) > 0
            kept += self._cents(lever, self._dose[k], self._months[k], begun, left)
            whole += self._cents(lever, dose, months, begun, left)
        for lever in set(LEVERS) - plans.keys():
            self._dose[LEVER_INDEX[lever]] = 0.0
        supported = np.asarray((self._dose > 0).any(axis=0))
        more = np.maximum(whole - kept, 0)
        admitted = admit(more, room - kept.sum(axis=1), supported, wish.priority)
        for lever, (dose, months) in plans.items():
            k = LEVER_INDEX[lever]
            self._dose[k] = np.where(admitted, dose, self._dose[k])
            self._months[k] = np.where(admitted, months, self._months[k])
        for lever, dose in given.items():
            k = LEVER_INDEX[lever]
            np.minimum(dose, np.where(self._months[k] > 0, self._dose[k], 0.0), out=dose)
            self._months[k] -= dose > 0
        return admitted

    def _plans(self, given: Doses, wish: Wish) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Dose and months, this one included, of all that is owed if `given` is begun with."""
        active = {lever: dose > 0 for lever, dose in given.items()}
        for lever in wish.plans:
            promised = self._dose[LEVER_INDEX[lever]] > 0
            active[lever] = active.get(lever, False) | promised
        plans: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        nothing = np.zeros(wish.priority.shape)
        for lever, here in active.items():
            dose, months = wish.planned(lever)
            plans[lever] = (np.where(here, dose, 0.0), months)
        for _ in wish.follows:  # one may wait for another
            for follow in wish.follows:
                promised = self._dose[LEVER_INDEX[follow.lever]] > 0
                coming = (active.get(follow.after, promised) | promised) & (follow.months > 0)
                dose, months = plans.get(follow.lever, (nothing, nothing))
                plans[follow.lever] = (
                    np.where(coming, np.maximum(dose, follow.dose), dose),
                    np.where(coming, np.maximum(months, follow.months), months),
                )
                active[follow.lever] = active.get(follow.lever, False) | coming
        return plans

    def _cents(
        self, lever: str, dose: np.ndarray, months: np.ndarray, begun: np.ndarray, left: int
    ) -> np.ndarray:
        """What so many months of a dose cost, also beyond the horizon; inf: up to it; int64."""
        start, month = self._price(lever)
        n = np.where(np.isinf(months), left, months).astype(np.int64)
        running = hundredths(dose * month)
        first = np.where(begun, running, hundredths(dose * (month + start)))
        return np.where((n > 0) & (dose > 0), first + (n - 1) * running, 0)
