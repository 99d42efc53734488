"""What is done at the sites of an arm: doses by month, or a strategy held to these sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from imr_sim.strategies import LEVERS, Campaign, PlannerView, SiteFacts, Strategy, Wish
from imr_sim.strategies.asked import Asked
from imr_sim.strategies.capacity import scale_strength
from imr_sim.strategies.levers import LEVER_INDEX
from imr_sim.strategies.strategy import Delivered
from imr_sim.trials.setting import Part

FACILITATION = "facilitation"


def stretches(
    parts: Sequence[Part], sites: np.ndarray, values: np.ndarray, months: int
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Stretches of months in which the doses stay as they are.

    Parameters
    ----------
    parts : sequence of Part
    sites : ndarray of bool, shape (B, S)
        Where they are given.
    values : ndarray of records, shape (B,)
        Parameters: facilitation of many sites at once is weaker (E30), as in a campaign.
    months : int

    Yields
    ------
    int, int, ndarray of float64, shape (B, S, levers)
        First month, number of months, doses.
    """
    changes = {0, months}.union(*(part.changes() for part in parts))
    edges = sorted(m for m in changes if m <= months)
    strength = scale_strength(
        sites.sum(axis=1), values["facilitation_scale_penalty"], values["facilitation_scale_sites"]
    )
    for first, end in pairwise(edges):
        doses = np.zeros((*sites.shape, len(LEVERS)))
        for part in parts:
            dose = part.at(first) * sites
            if part.lever == FACILITATION:
                dose = dose * strength[:, None]
            doses[..., LEVER_INDEX[part.lever]] = dose
        yield first, end - first, doses


class ArmCampaign(Campaign):
    """A campaign that reaches some sites of each history only.

    Parameters
    ----------
    strategy, facts, values, months
        As of a `Campaign`.
    sites : ndarray of bool, shape (B, S)
    """

    def __init__(
        self,
        strategy: Strategy,
        facts: SiteFacts,
        values: Mapping[str, np.ndarray],
        months: int,
        sites: np.ndarray,
    ) -> None:
        super().__init__(strategy, facts, values, months)
        self._asked = _AtSites(strategy, sites)


class _AtSites(Asked):
    """Wishes for some sites of each history only."""

    def __init__(self, strategy: Strategy, sites: np.ndarray) -> None:
        super().__init__(strategy, len(sites))
        self.sites = sites

    def wish(self, view: PlannerView, delivered: Delivered) -> Wish:
        """See `Asked.wish`."""
        wish = super().wish(view, delivered)
        for lever, dose in wish.doses.items():
            wish.doses[lever] = dose * self.sites
        for lever, (dose, months) in wish.plans.items():
            wish.plans[lever] = (dose * self.sites, months)
        wish.follows[:] = [
            replace(follow, months=np.where(self.sites, follow.months, 0.0))
            for follow in wish.follows
        ]
        return wish
