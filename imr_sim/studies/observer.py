"""What observers have in common: they read a record up to a month, and expect what a study sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from imr_sim.errors import RequestError
from imr_sim.model import state as st

Features = Mapping[str, np.ndarray]
Observation = Mapping[str, np.ndarray]


class Observer(Protocol):
    """One way of looking at histories.

    Attributes
    ----------
    months : int
        Months of history that it reads.
    """

    months: int

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """What it keeps of RECORD (H, M, S) and factors (H, 5, S): small arrays, first axis H."""

    def predict(self, features: Features, observation: Observation) -> dict[str, np.ndarray]:
        """What the study expects to see, as `imr_sim.evidence.likelihoods` wants it."""


def months_since(first: int, month: int, what: str) -> int:
    """Index of `month` (year * 12 + month - 1) in histories that begin in `first`."""
    if month < first:
        raise RequestError(
            f"start={first // 12:04d}-{first % 12 + 1:02d}",
            where="start",
            why=f"{what} looks at {month // 12:04d}-{month % 12 + 1:02d}, before the history",
            write="Begin the history earlier.",
        )
    return month - first


def provides(record: np.ndarray) -> np.ndarray:
    """Whether each site provides IMR; bool, of the shape of `record`."""
    return record["status"] == st.PROVIDING


def has_prrc(record: np.ndarray) -> np.ndarray:
    """Whether each site has a PRRC; bool, of the shape of `record`."""
    return (record["events"] & st.HAS_PRRC) != 0
