"""A strategy looks once a month at what a planner sees, and says what it wishes for each site."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

from imr_sim.checks import read_only
from imr_sim.errors import RequestError
from imr_sim.strategies.checked import nearest
from imr_sim.strategies.component import Capacity
from imr_sim.strategies.facts import SiteFacts
from imr_sim.strategies.levers import LEVER_INDEX, LEVERS
from imr_sim.strategies.view import PlannerView


@dataclass(frozen=True)
class Follow:
    """A lever that is to come at a site once it has had another: part of what it is begun with.

    Attributes
    ----------
    after, lever : str
    dose : float
    months : ndarray of float, shape (B, S)
        Months that it may last; inf: to the horizon; 0: it does not come there.
    """

    after: str
    lever: str
    dose: float
    months: np.ndarray


@dataclass(frozen=True)
class Wish:
    """What a strategy would do this month if capacity and budget allowed all of it.

    Attributes
    ----------
    priority : ndarray of float, shape (B, S)
        Higher comes first where not all can be served. Sites that are being supported already
        come before new ones, whatever their priority.
    doses : dict of str to ndarray of float, shape (B, S)
        Dose of each lever that is wished for, 0 to 2; what lies outside is clipped, and the
        results say so.
    plans : dict of str to two ndarray of float, shape (B, S)
        Dose and months, this one included, that each lever is meant to last at a site; 0 where it
        is over, inf for the horizon. A lever that is not in it is meant to last to the horizon.
        Where money is limited, a site is begun with only if it can be paid for that long.
    follows : list of Follow
        What comes later at sites that get a lever now, and is paid for likewise.
    """

    priority: np.ndarray
    doses: dict[str, np.ndarray] = field(default_factory=dict)
    plans: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    follows: list[Follow] = field(default_factory=list)

    @classmethod
    def nothing(cls, view: PlannerView) -> Wish:
        """Zero doses, and an order left to luck: where a wish begins."""
        return cls(view.luck.copy())

    def dose(self, lever: str) -> np.ndarray:
        """Doses of one lever, shape (B, S), zero at first: write to it.

        Raises
        ------
        RequestError
            When there is no such lever.
        """
        lever_index(lever, "wish")
        return self.doses.setdefault(lever, np.zeros(self.priority.shape))

    def plan(self, lever: str, dose: np.ndarray, months: np.ndarray) -> None:
        """Say how long a lever is meant to last; where it was said already, the larger counts."""
        if lever in self.plans:
            known_dose, known = self.plans[lever]
            dose, months = np.maximum(dose, known_dose), np.maximum(months, known)
        self.plans[lever] = (dose, months)

    def planned(self, lever: str) -> tuple[np.ndarray, np.ndarray]:
        """Dose and months of a lever as planned, (B, S) each; else to the horizon."""
        return self.plans.get(lever, (self.dose(lever), np.full(self.priority.shape, np.inf)))


class Delivered:
    """What a campaign has delivered so far; read only.

    Parameters
    ----------
    months, last : ndarray of int16, bool, shape (L, B, S)
        Months in which each site has had each lever so far, and whether it had it last month.
    """

    def __init__(self, months: np.ndarray, last: np.ndarray) -> None:
        self._months, self._last = months, last

    def months(self, lever: str) -> np.ndarray:
        """Months in which each site has had the lever so far; int16 (B, S)."""
        return read_only(self._months[lever_index(lever, "delivered.months")])

    def last_month(self, lever: str) -> np.ndarray:
        """Whether each site had the lever last month; bool (B, S)."""
        return read_only(self._last[lever_index(lever, "delivered.last_month")])

    def only(self, history: int) -> Delivered:
        """What was delivered in one history, by its place in the batch."""
        one = slice(history, history + 1)
        return Delivered(self._months[:, one].copy(), self._last[:, one].copy())


class Strategy(ABC):
    """Base of all strategies: override `wish`, and the attributes that differ.

    Mostly all that a strategy needs of the past is in the view and in what was delivered. What it
    keeps in ``self`` besides is the memory of one history: each history has a copy of its own, as
    the object was when the histories began, and each copy sees its history alone (B = 1). So no
    result depends on which histories are run together, in which order, or by whom. Chance comes
    from ``view.luck``: a generator kept in ``self`` would give all histories the same numbers.
    What is kept outside of ``self`` (class attributes, global variables) must not be changed.

    Attributes
    ----------
    name, label, description : str
        Key in results; short words for figures; one or two sentences.
    eric, sources : tuple of str
        Names in the ERIC compilation; E-numbers or doi.
    capacity : Capacity
        Facilitator hours and training seats a month.
    budget_usd : float or None
        The most that it may spend after the policy date; None = no limit.
    """

    name: str = ""
    label: str = ""
    description: str = ""
    eric: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    capacity: Capacity = Capacity()
    budget_usd: float | None = None

    @abstractmethod
    def wish(self, view: PlannerView, delivered: Delivered) -> Wish:
        """Say what to do this month.

        Parameters
        ----------
        view : PlannerView
            What a planner sees; the facts of the sites are in ``view.sites``.
        delivered : Delivered
            Months of each lever that each site has had from this strategy.

        Returns
        -------
        Wish
        """

    def check(self, facts: SiteFacts) -> None:  # noqa: B027 - most have nothing to check
        """Raise RequestError when the strategy names a station or VISN that does not exist."""


def lever_index(lever: str, where: str) -> int:
    """Place of a lever in `LEVERS`, or RequestError."""
    if lever not in LEVER_INDEX:
        raise RequestError(
            repr(lever), where=where, why="no such lever", write=nearest(lever, LEVERS)
        )
    return LEVER_INDEX[lever]
