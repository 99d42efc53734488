"""How long sites go on: the follow-up of 49 sites over six years (E10), done in the model.

The 49 were supported, outside VA, in five kindred practices. A site of the model joins when it has
provided IMR for two years without a stop, and is followed for six more.
"""

from __future__ import annotations

import numpy as np

from imr_sim.evidence import Target
from imr_sim.studies.observer import Features, Observation, months_since, provides
from imr_sim.system import System

STEADY = 24  # months without a stop before the follow-up (E9, E10)
FOLLOWED = 72  # months (E10)
LAST = 12 * 2017 + 3  # the follow-up ends with the last census, April 2017
PRIOR_SITES = 1.0  # added to each outcome, so that few sites do not rule anything out: assumption


def outcomes(providing: np.ndarray) -> np.ndarray:
    """Sites that never stopped, stopped and provide again, stopped for good.

    Parameters
    ----------
    providing : ndarray of bool, shape (H, M, S)

    Returns
    -------
    ndarray of int16, shape (H, 3)
        Of sites whose first steady spell leaves six years to follow. "For good" means that the
        site does not provide at the end of them.
    """
    total = np.zeros((providing.shape[0], providing.shape[1] + 1, providing.shape[2]), np.int16)
    np.cumsum(providing, axis=1, out=total[:, 1:])
    last = providing.shape[1] - FOLLOWED  # the follow-up begins after this many months at most
    if last < STEADY:
        return np.zeros((len(providing), 3), np.int16)
    steady = total[:, STEADY : last + 1] - total[:, : last + 1 - STEADY] == STEADY
    joined = steady.any(axis=1)
    begin = (steady.argmax(axis=1) + STEADY)[:, None]
    end = begin + FOLLOWED
    months = np.take_along_axis(total, end, 1) - np.take_along_axis(total, begin, 1)
    never_stopped = months[:, 0] == FOLLOWED
    provides_then = np.take_along_axis(providing, end - 1, 1)[:, 0]
    return np.stack(
        [
            (joined & never_stopped).sum(axis=1),
            (joined & ~never_stopped & provides_then).sum(axis=1),
            (joined & ~provides_then).sum(axis=1),
        ],
        axis=1,
    ).astype(np.int16)


class Sustainment:
    """Outcomes of the follow-up."""

    def __init__(self, system: System, start: int, target: Target) -> None:
        self.months = months_since(start, LAST, target.name) + 1

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """Sites by outcome; int16, shape (H, 3)."""
        return {"sustainment": outcomes(provides(record[:, : self.months]))}

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """Expected shares of the outcomes, and how much elsewhere may differ."""
        sites = np.asarray(features["sustainment"], float) + PRIOR_SITES
        p = sites / sites.sum(axis=1, keepdims=True)
        return {"p": p[:, None, :], "rho": np.asarray(observation["kindred_overdispersion"], float)}
