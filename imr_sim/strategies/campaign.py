"""A strategy at work on a batch of histories: what it wishes, capacity and budget permitting."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from imr_sim import limits
from imr_sim.errors import RequestError
from imr_sim.strategies.capacity import HUNDREDTHS, admit, hundredths
from imr_sim.strategies.facts import SiteFacts
from imr_sim.strategies.levers import LEVER_INDEX, LEVERS
from imr_sim.strategies.strategy import Delivered, Strategy, Wish
from imr_sim.strategies.view import NEVER, PROVIDING, PlannerView

HOURS = {"facilitation": "facilitation_hours", "outreach": "outreach_hours"}
SEATS = {
    "training": "training_seats",
    "train_trainer": "train_trainer_seats",
    "collaborative": "collaborative_seats",
}
MOST_DOSE = 2.0
UNLIMITED = int(np.iinfo(np.int64).max)


class Campaign:
    """Delivers a strategy month by month and keeps its books.

    Each month, in order of priority and those already served first: facilitation and outreach go to
    sites while facilitator hours last; training, train the trainer and learning collaborative begin
    at sites while seats last; then sites get what is left of their wish while money lasts. Nobody
    overtakes: when the next site does not fit, the queue ends. A site short of hours or seats still
    gets its other levers; a site short of money gets nothing. Costs, hours and seats are
    proportional to the nominal dose.

    Parameters
    ----------
    strategy : Strategy
    facts : SiteFacts
        The S sites.
    values : mapping of str to ndarray, shape (B,)
        Parameters of the B histories by name: `<lever>_start_usd`, `<lever>_month_usd` (absent: 0),
        hours, seats, `facilitation_scale_penalty`, `facilitation_scale_sites`.
    months : int
        Months after the policy date.
    budget_usd : float or None
        The most that may be spent in each history; the strategy's own counts where it is smaller.

    Raises
    ------
    RequestError
        When the strategy names a station or VISN that does not exist, a budget is negative, or a
        wish is not made of finite numbers, one a history and site.
    """

    def __init__(
        self,
        strategy: Strategy,
        facts: SiteFacts,
        values: Mapping[str, np.ndarray],
        months: int,
        budget_usd: float | None = None,
    ) -> None:
        strategy.check(facts)
        self.strategy, self.values = strategy, values
        histories, sites = len(next(iter(values.values()))), len(facts)
        self.delivered = Delivered(histories, sites)
        self._hours = np.zeros((histories, months), dtype=np.int64)
        self._cents = np.zeros((histories, months), dtype=np.int64)
        self._cents_by_lever = np.zeros((histories, len(LEVERS)), dtype=np.int64)
        self._first = np.full((histories, sites), NEVER, dtype=np.int16)
        self._provided_since = np.zeros((histories, sites), dtype=bool)
        self._budget = min(_cents_of(budget_usd), _cents_of(strategy.budget_usd))

    @property
    def spent_usd(self) -> np.ndarray:
        """Money spent in each month, US$; float64 (B, months)."""
        return self._cents / 100

    @property
    def spent_by_lever(self) -> np.ndarray:
        """Money spent on each lever, US$; float64 (B, L)."""
        return self._cents_by_lever / 100

    @property
    def hours(self) -> np.ndarray:
        """Facilitators' hours worked in each month; float64 (B, months)."""
        return self._hours / HUNDREDTHS

    @property
    def supported(self) -> np.ndarray:
        """Sites that have had any dose; bool (B, S)."""
        return self._first != NEVER

    @property
    def providing_since_supported(self) -> np.ndarray:
        """Sites that provided IMR in some month since their support began; bool (B, S)."""
        return self._provided_since.copy()

    def months_since_supported(self, month: int) -> np.ndarray:
        """Months from a site's first dose to `month`; int16 (B, S), 9999 = never."""
        return np.where(self.supported, np.int16(month) - self._first, np.int16(NEVER))

    def note_status(self, status: np.ndarray) -> None:
        """Take notice of which sites provide IMR this month; `status` is uint8 (B, S)."""
        self._provided_since |= self.supported & (status == PROVIDING)

    def doses(self, view: PlannerView) -> np.ndarray:
        """Deliver one month; to be called once a month, in order.

        Parameters
        ----------
        view : PlannerView

        Returns
        -------
        ndarray of float64, shape (B, S, L)
            Effective doses: facilitation is weakened by its scale (E30), costs are not.
        """
        wish = self.strategy.wish(view, self.delivered)
        self._check(wish)
        given = {k: np.clip(dose, 0, MOST_DOSE) for k, dose in wish.doses.items() if dose.any()}
        if given:
            self._within_hours(given, wish.priority)
            self._within_seats(given, wish.priority)
            self._within_budget(given, wish.priority, view.month)
            self._hours[:, view.month] = self._hours_of(given).sum(axis=1)
        self.delivered.note({lever: dose > 0 for lever, dose in given.items()})
        doses = np.zeros((*self._first.shape, len(LEVERS)))
        for lever, dose in given.items():
            self._first[(dose > 0) & ~self.supported] = view.month
            strength = self._strength(dose) if lever == "facilitation" else 1.0
            doses[..., LEVER_INDEX[lever]] = dose * strength
        return doses

    def _within_hours(self, given: dict[str, np.ndarray], priority: np.ndarray) -> None:
        wanted = given.keys() & HOURS.keys()
        room = self._room(self.strategy.capacity.facilitator_hours_per_month, len(priority))
        kept = self._supported({lever: given[lever] for lever in wanted})
        admitted = admit(self._hours_of(given), room, kept, priority)
        for lever in wanted:
            given[lever] *= admitted

    def _hours_of(self, given: dict[str, np.ndarray]) -> np.ndarray:
        """Hundredths of an hour of facilitators' time at each site; int64 (B, S)."""
        need = np.zeros(self._first.shape, dtype=np.int64)
        for lever, name in HOURS.items():
            if lever in given:
                need += hundredths(given[lever] * self._of(name))
        return need

    def _within_seats(self, given: dict[str, np.ndarray], priority: np.ndarray) -> None:
        need = np.zeros(self._first.shape, dtype=np.int64)
        new = {k: self.delivered.months(k) == 0 for k in given.keys() & SEATS.keys()}
        for lever, first_month in new.items():
            need += hundredths(given[lever] * first_month * self._of(SEATS[lever]))
        room = self._room(self.strategy.capacity.training_seats_per_month, len(priority))
        admitted = admit(need, room, np.zeros(need.shape, dtype=bool), priority)
        for lever, first_month in new.items():
            given[lever] *= admitted | ~first_month

    def _within_budget(
        self, given: dict[str, np.ndarray], priority: np.ndarray, month: int
    ) -> None:
        kept = self._supported(given)
        cents = {lever: self._cents_for(lever, dose) for lever, dose in given.items()}
        left = self._budget - self._cents.sum(axis=1)
        need = np.sum(list(cents.values()), axis=0)
        admitted = admit(need, left, kept, priority)
        for lever, cost in cents.items():
            given[lever] *= admitted
            spent = np.where(admitted, cost, 0).sum(axis=1)
            self._cents[:, month] += spent
            self._cents_by_lever[:, LEVER_INDEX[lever]] += spent

    def _cents_for(self, lever: str, dose: np.ndarray) -> np.ndarray:
        start, month = (self._of(f"{lever}_{kind}_usd") for kind in ("start", "month"))
        return hundredths(dose * (month + start * (self.delivered.months(lever) == 0)))

    def _strength(self, dose: np.ndarray) -> np.ndarray:
        """Strength left to facilitation: whole at two sites (E30), the penalty's at full scale."""
        penalty, scale = (
            self._of("facilitation_scale_penalty"),
            self._of("facilitation_scale_sites"),
        )
        at_once = (dose > 0).sum(axis=1, keepdims=True)
        return 1 - (1 - penalty) * np.clip((at_once - 2) / (scale - 2), 0, 1)

    def _of(self, name: str) -> np.ndarray:
        """Parameter values as a column (B, 1); a lever that has no such cost costs 0."""
        if name.endswith("_usd") and name not in self.values:
            return np.zeros((1, 1))
        return np.asarray(self.values[name], dtype=float)[:, None]

    def _room(self, limit: float | None, histories: int) -> np.ndarray:
        return np.full(histories, UNLIMITED if limit is None else math.floor(limit * HUNDREDTHS))

    def _supported(self, given: Mapping[str, np.ndarray]) -> np.ndarray:
        """Sites that had last month a lever which some site of the same history is to have now."""
        had = np.zeros(self._first.shape, dtype=bool)
        for lever, dose in given.items():
            had |= self.delivered.last_month(lever) & dose.any(axis=1, keepdims=True)
        return had

    def _check(self, wish: Wish) -> None:
        doses = {lever: wish.dose(lever) for lever in wish.doses}
        for name, values in {"priority": wish.priority, **doses}.items():
            if np.shape(values) != self._first.shape or not np.isfinite(values).all():
                raise RequestError(
                    f"{name} of shape {np.shape(values)}",
                    where=f"wish of strategy {self.strategy.name!r}",
                    why=f"it is not {self._first.shape} finite numbers",
                    write="Start from Wish.nothing(view) and write to wish.dose(lever).",
                )


def _cents_of(budget_usd: float | None) -> int:
    """A budget in whole cents, rounded down but not by the last bit of a binary fraction."""
    if budget_usd is None:
        return UNLIMITED
    if not 0 <= budget_usd <= limits.BUDGET.high:
        raise RequestError(
            f"budget_usd={budget_usd!r}",
            where="budget",
            why="it is no amount of money that can be spent",
            write=f"Write US$ from 0 to {limits.BUDGET.high:.0e}, or None for no limit.",
        )
    return math.floor(round(budget_usd * 100, 4))
