"""A strategy at work on a batch of histories: what it wishes, capacity and budget permitting."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from imr_sim import limits
from imr_sim.errors import RequestError
from imr_sim.strategies.asked import Asked, copied
from imr_sim.strategies.capacity import HUNDREDTHS, admit, hundredths, scale_strength
from imr_sim.strategies.facts import SiteFacts
from imr_sim.strategies.levers import LEVER_INDEX, LEVERS
from imr_sim.strategies.obligations import Obligations
from imr_sim.strategies.strategy import Delivered, Strategy, Wish
from imr_sim.strategies.view import NEVER, PROVIDING, PlannerView

HOURS = {"facilitation": "facilitation_hours", "outreach": "outreach_hours"}
SEATS = {
    "training": "training_seats",
    "train_trainer": "train_trainer_seats",
    "collaborative": "collaborative_seats",
}
LIMITS = ("hours", "seats", "money")
# What `Campaign.limits` returns.
LIMIT_KINDS: dict[str, type] = {
    "wished": np.bool_,
    "acted": np.bool_,
    **dict.fromkeys(LIMITS, np.int16),
    "left_usd": np.float64,
    "lowest_dose": np.float64,
    "highest_dose": np.float64,
}
OPEN = "open_prrc"
UNLIMITED = int(np.iinfo(np.int64).max)


class Campaign:
    """Delivers a strategy month by month and keeps its books.

    Each month, in order of priority and those already served first: facilitation and outreach go to
    sites while facilitator hours last; training, train the trainer and learning collaborative begin
    at sites while seats last; then money. Nobody overtakes: when the next site does not fit, the
    queue ends. A site short of hours or seats still gets its other levers. Where money is limited,
    a site is begun with, or given more, only if all that it is begun with can be paid for to its
    end (`Wish.plans`, `Wish.follows`); that money is set aside, and set free when the support ends
    early. A PRRC that was opened is kept open. Costs, hours and seats are proportional to the
    nominal dose. `limits` says which of them turned sites away.

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
        strategy = copied(strategy)
        strategy.check(facts)
        self.strategy, self.values = strategy, values
        histories, sites = len(next(iter(values.values()))), len(facts)
        self._asked = Asked(strategy, histories)
        shape = (len(LEVERS), histories, sites)
        self._months, self._last = np.zeros(shape, dtype=np.int16), np.zeros(shape, dtype=bool)
        self.delivered = Delivered(self._months, self._last)
        self._wished = np.zeros(histories, dtype=bool)
        self._short = {limit: np.zeros(histories, dtype=np.int16) for limit in LIMITS}
        self._hours = np.zeros((histories, months), dtype=np.int64)
        self._cents = np.zeros((histories, months), dtype=np.int64)
        self._cents_by_lever = np.zeros((histories, len(LEVERS)), dtype=np.int64)
        self._first = np.full((histories, sites), NEVER, dtype=np.int16)
        self._open_dose = np.zeros((histories, sites))
        self._provided_since = np.zeros((histories, sites), dtype=bool)
        self._obligations = Obligations(histories, sites, self._price)
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
        return np.not_equal(self._first, NEVER)

    @property
    def providing_since_supported(self) -> np.ndarray:
        """Sites that provided IMR in some month since their support began; bool (B, S)."""
        return self._provided_since.copy()

    def limits(self) -> dict[str, np.ndarray]:
        """What kept the strategy from doing more, each of shape (B,).

        ``wished``, ``acted`` : it wished for a dose, a site got one (bool). ``hours``, ``seats``,
        ``money`` : months in which they turned a site away (int16). ``left_usd`` : what is left
        of the budget, NaN without one. ``lowest_dose``, ``highest_dose`` : wished for outside 0 to
        2 and clipped, NaN where none was.
        """
        spent = self._cents.sum(axis=1)
        left = np.full(len(spent), np.nan)
        if self._budget < UNLIMITED:
            left = (self._budget - spent) / 100
        lowest, highest = self._asked.clipped()
        return {
            "wished": self._wished.copy(),
            "acted": np.any(self.supported, axis=1),
            **{limit: months.copy() for limit, months in self._short.items()},
            "left_usd": left,
            "lowest_dose": lowest,
            "highest_dose": highest,
        }

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
        wish = self._asked.wish(view, self.delivered)
        self._keep_open(wish)
        given = {lever: dose for lever, dose in wish.doses.items() if dose.any()}
        if given:
            self._wished |= np.any([dose.any(axis=1) for dose in given.values()], axis=0)
            self._within_hours(given, wish.priority)
            self._within_seats(given, wish.priority)
            self._within_budget(given, wish, view.month)
            self._hours[:, view.month] = self._hours_of(given).sum(axis=1)
        self._note(given)
        doses = np.zeros((*self._first.shape, len(LEVERS)))
        if OPEN in given:
            np.maximum(self._open_dose, given[OPEN], out=self._open_dose)
        for lever, dose in given.items():
            self._first[(dose > 0) & ~self.supported] = view.month
            strength = self._strength(dose) if lever == "facilitation" else 1.0
            doses[..., LEVER_INDEX[lever]] = dose * strength
        return doses

    def _keep_open(self, wish: Wish) -> None:
        """A PRRC that this strategy opened stays, whatever it wishes now."""
        kept = self._open_dose
        if kept.any():
            dose = wish.dose(OPEN)
            np.maximum(dose, kept, out=dose)
        if OPEN in wish.doses:
            wish.plans[OPEN] = (wish.dose(OPEN), np.full(kept.shape, np.inf))

    def _within_hours(self, given: dict[str, np.ndarray], priority: np.ndarray) -> None:
        wanted = given.keys() & HOURS.keys()
        room = self._room(self.strategy.capacity.facilitator_hours_per_month, len(priority))
        kept = self._supported({lever: given[lever] for lever in wanted})
        admitted = self._admit("hours", self._hours_of(given), room, kept, priority)
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
        nobody = np.zeros(need.shape, dtype=bool)
        admitted = self._admit("seats", need, room, nobody, priority)
        for lever, first_month in new.items():
            given[lever] *= admitted | ~first_month

    def _within_budget(self, given: dict[str, np.ndarray], wish: Wish, month: int) -> None:
        if self._budget < UNLIMITED:
            room = self._budget - self._cents.sum(axis=1)
            left = self._cents.shape[1] - month
            admitted = self._obligations.admit(given, wish, self.delivered, left, room)
            self._short["money"] += ~admitted.all(axis=1)
        for lever, dose in given.items():
            spent = self._cents_for(lever, dose).sum(axis=1)
            self._cents[:, month] += spent
            self._cents_by_lever[:, LEVER_INDEX[lever]] += spent

    def _cents_for(self, lever: str, dose: np.ndarray) -> np.ndarray:
        start, month = self._price(lever)
        return hundredths(dose * (month + start * (self.delivered.months(lever) == 0)))

    def _price(self, lever: str) -> tuple[np.ndarray, np.ndarray]:
        """US$ to begin with a lever at dose 1, and of each month; (B, 1) each."""
        return self._of(f"{lever}_start_usd"), self._of(f"{lever}_month_usd")

    def _strength(self, dose: np.ndarray) -> np.ndarray:
        """Strength left to facilitation, one a history; (B, 1)."""
        names = ("facilitation_scale_penalty", "facilitation_scale_sites")
        at_once = (dose > 0).sum(axis=1, keepdims=True)
        return scale_strength(at_once, *(self._of(name) for name in names))

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

    def _admit(
        self,
        limit: str,
        need: np.ndarray,
        room: np.ndarray,
        kept: np.ndarray,
        priority: np.ndarray,
    ) -> np.ndarray:
        """`admit`, and a note of the histories in which the limit turned somebody away."""
        admitted = admit(need, room, kept, priority)
        self._short[limit] += ~admitted.all(axis=1)
        return admitted

    def _note(self, given: Mapping[str, np.ndarray]) -> None:
        """Record the sites that got each lever this month."""
        self._last[:] = False
        for lever, dose in given.items():
            index = LEVER_INDEX[lever]
            self._last[index] = dose > 0
            self._months[index] += self._last[index]


def _cents_of(budget_usd: float | None) -> int:
    """A budget in whole cents, rounded down but not by the last bit of a binary fraction."""
    if budget_usd is None:
        return UNLIMITED
    number = isinstance(budget_usd, int | float | np.number) and not isinstance(budget_usd, bool)
    if not number or not 0 <= budget_usd <= limits.BUDGET.high:
        raise RequestError(
            f"budget_usd={budget_usd!r}",
            where="budget",
            why="it is no amount of money that can be spent",
            write=f"Write US$ from 0 to {limits.BUDGET.high:.0e}, or None for no limit.",
        )
    return math.floor(round(budget_usd * 100, 4))
