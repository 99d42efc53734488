"""What a planner can see in a month: all that a strategy is shown."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from imr_sim.checks import read_only
from imr_sim.strategies.facts import SiteFacts

NOT_PROVIDING, PREPARING, PROVIDING = range(3)
NEVER = 9999


@dataclass(frozen=True)
class PlannerView:
    """One month of B histories and S sites as a planner sees it; read only.

    Every array is a copy that cannot be written to, so that looking changes nothing.

    Attributes
    ----------
    month : int
        Months since the policy date, 0 in the first.
    status : ndarray of uint8, shape (B, S)
        0 not providing, 1 preparing, 2 providing IMR.
    ever_provided, has_prrc : ndarray of bool, shape (B, S)
    months_since_prrc_opened, months_since_leader_change, months_since_programme_change : \
ndarray of int16, shape (B, S)
        1 in the month after, when planners first see it; 9999 = never.
    months_since_supported : ndarray of int16, shape (B, S)
        Since the site first got any dose from this strategy; 9999 = never.
    providing_since_supported : ndarray of bool, shape (B, S)
        Provided IMR in some month since then.
    leadership_survey, awareness_survey : ndarray of float, shape (B, S)
        A survey at the policy date, measured with error.
    trained : ndarray of int16, shape (B, S)
        Delivering staff who are trained (training registry).
    luck : ndarray of float, shape (B, S)
        A uniform number a history and site, the same every month and for every strategy.
    sites : SiteFacts
        What is known of the sites, shape (S,).
    """

    month: int
    status: np.ndarray
    ever_provided: np.ndarray
    has_prrc: np.ndarray
    months_since_prrc_opened: np.ndarray
    months_since_leader_change: np.ndarray
    months_since_programme_change: np.ndarray
    months_since_supported: np.ndarray
    providing_since_supported: np.ndarray
    leadership_survey: np.ndarray
    awareness_survey: np.ndarray
    trained: np.ndarray
    luck: np.ndarray
    sites: SiteFacts

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, field.name, read_only(value))

    def only(self, history: int) -> PlannerView:
        """The same month of one history, by its place in the batch; arrays of shape (1, S)."""
        known: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        one = slice(history, history + 1)
        seen: dict[str, Any] = {k: v[one] for k, v in known.items() if isinstance(v, np.ndarray)}
        return replace(self, **seen)
