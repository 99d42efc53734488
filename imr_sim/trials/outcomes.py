"""What the arms of a trial show: outcomes at sites, added up over the sites of each draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from imr_sim.model.state import NOT_PROVIDING, PROVIDING
from imr_sim.trials.form import Outcome, Trial, TrialArm
from imr_sim.trials.observed import Observed

ROUNDING = 1e-9  # points; fidelity at the threshold counts as reaching it


@dataclass(frozen=True)
class Item:
    """One number that a trial yields: an outcome of an arm at a month.

    Attributes
    ----------
    trial, arm : str
    outcome : Outcome
    month : int
    sites : int
        Sites of the arm, or those that were counted.
    arm_sites : int
    observed : Observed or None
    fitted : bool
        Whether it informs parameters: of repeated counts of the same sites only the last does.
    """

    trial: str
    arm: str
    outcome: Outcome
    month: int
    sites: int
    arm_sites: int
    observed: Observed | None
    fitted: bool

    @property
    def name(self) -> str:
        """``arm: outcome@month``."""
        return f"{self.arm}: {self.outcome.name}@{self.month}"


def items_of(trial: Trial) -> tuple[Item, ...]:
    """All numbers of a trial: arm by arm, outcome by outcome, month by month."""
    return tuple(
        _item(trial, arm, outcome, month)
        for arm in trial.arms
        for outcome in trial.outcomes
        if outcome.minus != arm.name
        for month in sorted(outcome.months)
    )


def _item(trial: Trial, arm: TrialArm, outcome: Outcome, month: int) -> Item:
    seen = {m: arm.observed.get(f"{outcome.name}@{m}") for m in outcome.months}
    last = max((m for m, o in seen.items() if o is not None), default=None)
    observed = seen[month]
    sites = arm.sites if observed is None or observed.of is None else observed.of
    fitted = arm.fitted and month == last
    return Item(trial.name, arm.name, outcome, month, sites, arm.sites, observed, fitted)


@dataclass(frozen=True)
class Sums:
    """Sums over the simulated sites of each draw, for one arm, outcome and month; (D,) each.

    Attributes
    ----------
    sites : ndarray
        Sites that the outcome looks at.
    total, squares : ndarray
        Sum of the outcome over them, and of its square.
    of : ndarray
        Sites of the arm.
    """

    sites: np.ndarray
    total: np.ndarray
    squares: np.ndarray
    of: np.ndarray


def add_up(
    record: np.ndarray,
    at_start: np.ndarray,
    sites: np.ndarray,
    outcome: Outcome,
    month: int,
    spread: np.ndarray,
    entering: np.ndarray,
    draws: int,
) -> Sums:
    """Add an outcome up over the sites and histories of each draw.

    Parameters
    ----------
    record : ndarray of RECORD, shape (B, months, S)
        From the arm's start on; B histories, those of a draw next to each other.
    at_start : ndarray of uint8, shape (B, S)
        Status when the arm starts.
    sites : ndarray of bool, shape (B, S)
        Sites of the arm.
    outcome, month
    spread : ndarray, shape (B,)
        Of measured fidelity.
    entering : ndarray, shape (B,)
        Veterans who enter in a month with one delivering staff member.
    draws : int
        B is a multiple of it.
    """
    past = record[:, :month]
    now = record[:, month - 1]
    provided = (at_start == PROVIDING) | (past["status"] == PROVIDING).any(axis=1)
    looked_at = sites & provided if outcome.of_started else sites
    value: np.ndarray
    if outcome.kind == "accepted":
        asked = (at_start != NOT_PROVIDING) | (past["status"] != NOT_PROVIDING).any(axis=1)
        value = asked.astype(float)
    elif outcome.kind == "started":
        value = provided.astype(float)
    elif outcome.kind in ("providing", "still_providing"):
        value = (now["status"] == PROVIDING).astype(float)
    elif outcome.kind == "fidelity_at_least":
        assert outcome.threshold is not None
        above = now["fidelity"].astype(float) - outcome.threshold + ROUNDING
        value = ndtr(above / spread[:, None]) * (now["status"] == PROVIDING)
    elif outcome.kind == "mean_fidelity":
        looked_at = sites & (now["status"] == PROVIDING)
        value = now["fidelity"].astype(float)
    else:
        value = past["delivering"].sum(axis=1) * entering[:, None]
    counted = np.where(looked_at, value, 0.0)

    def by_draw(what: np.ndarray) -> np.ndarray:
        return what.reshape(draws, -1).sum(axis=1, dtype=float)

    return Sums(by_draw(looked_at), by_draw(counted), by_draw(counted**2), by_draw(sites))
