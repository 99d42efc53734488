"""What is done at the sites of an arm: doses by month, or a strategy held to these sites."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from imr_sim.strategies import PlannerView, SiteFacts, Strategy, Wish
from imr_sim.strategies.strategy import Delivered
from imr_sim.trials.setting import Part


class Schedule(Strategy):
    """Levers with doses by month, at every site.

    Parameters
    ----------
    parts : sequence of Part
    """

    name = "components"
    label = "Components"

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)

    def wish(self, view: PlannerView, delivered: Delivered) -> Wish:
        """Doses of the month; see `Strategy.wish`."""
        wish = Wish.nothing(view)
        for part in self.parts:
            dose = part.at(view.month)
            if dose > 0:
                wish.dose(part.lever)[:] = dose
        return wish

    def stretches(self, months: int) -> list[tuple[int, int]]:
        """First month and number of months of each stretch of constant doses."""
        changes = {0, months}.union(*(part.changes() for part in self.parts))
        edges = sorted(m for m in changes if m <= months)
        return [(a, b - a) for a, b in pairwise(edges)]


class AtSites(Strategy):
    """A strategy that reaches some sites of each history only.

    Parameters
    ----------
    inner : Strategy
    sites : ndarray of bool, shape (B, S)
    """

    def __init__(self, inner: Strategy, sites: np.ndarray) -> None:
        self.inner, self.sites = inner, sites
        self.name, self.label = inner.name, inner.label
        self.capacity, self.budget_usd = inner.capacity, inner.budget_usd

    def wish(self, view: PlannerView, delivered: Delivered) -> Wish:
        """What the strategy wishes, at these sites; see `Strategy.wish`."""
        wish = self.inner.wish(view, delivered)
        return Wish(wish.priority, {k: dose * self.sites for k, dose in wish.doses.items()})

    def check(self, facts: SiteFacts) -> None:
        """See `Strategy.check`."""
        self.inner.check(facts)
