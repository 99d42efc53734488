"""Where and when a virtual study looks: histories up to a month, and how well the study sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imr_sim import limits
from imr_sim.checks import whole_number
from imr_sim.errors import RequestError
from imr_sim.model.batch import identities
from imr_sim.model.history import History
from imr_sim.model.parameters import INDEX
from imr_sim.months import month_number
from imr_sim.studies.observation import ANSWERS, OBSERVATION, prior_observation
from imr_sim.system import System


@dataclass(frozen=True)
class Scene:
    """H histories (draw by replicate) as a study meets them.

    Attributes
    ----------
    past : ndarray of RECORD, shape (H, months so far, S)
    factors : ndarray of float32, shape (H, 5, S)
    how : mapping of ndarray, shape (H,)
        Parameters of observation; of those that are not given each draw has a prior draw, as
        nobody knows how well studies see.
    note : str
        Which of these were given.
    """

    system: System
    date: str
    seed: int
    past: np.ndarray
    factors: np.ndarray
    values: np.ndarray
    draw: np.ndarray
    replicate: np.ndarray
    how: Mapping[str, np.ndarray]
    note: str

    def __len__(self) -> int:
        return len(self.past)

    @property
    def now(self) -> np.ndarray:
        """The sites at the end of the month; RECORD (H, S)."""
        return self.past[:, -1]

    def parameter(self, name: str) -> np.ndarray:
        """One parameter of the model; (H,)."""
        return self.values[:, INDEX[name]]

    def luck(self, h: int, study: int) -> np.random.Generator:
        """The observer's own luck in one history: the same in any batch, none of the model's."""
        key = [self.seed, 0x57D, study, int(self.draw[h]), int(self.replicate[h])]
        return np.random.default_rng(np.random.SeedSequence(key))


def look(
    history: History, date: str, seed: int, observation: Mapping[str, np.ndarray] | None
) -> Scene:
    """Look at histories at the end of a month.

    Parameters
    ----------
    history : History
    date : str
        ``"YYYY-MM"``.
    seed : int
        Seed of the study's own luck, 0 or more.
    observation : mapping or None
        Values of parameters of observation, shape (draws,) each, or one number.

    Raises
    ------
    RequestError
        When the month is not in the history, or a parameter of observation is unknown.
    """
    whole_number("seed", seed, *limits.SEED)
    first = 12 * history.months[0].year + history.months[0].month - 1
    at = month_number(date) - first
    draws, replicates, months, sites = history.shape
    check_date(date, at, months, f"{history.months[0]:%Y-%m}")
    draw, replicate, values = identities(history.parameters, replicates)
    how = prior_observation(draws, seed) | prior_observation(draws, seed, ANSWERS)
    for name, given in (observation or {}).items():
        if name not in how:
            raise RequestError(
                name,
                where="observation",
                why="there is no such parameter of observation",
                write=f"Known are {', '.join([*OBSERVATION, *ANSWERS])}.",
            )
        how[name] = np.broadcast_to(np.asarray(given, float), (draws,))
    return Scene(
        system=history.system,
        date=date,
        seed=seed,
        past=history.record[:, :, : at + 1].reshape(-1, at + 1, sites),
        factors=history.factors.reshape(-1, *history.factors.shape[2:]),
        values=values,
        draw=draw,
        replicate=replicate,
        how={name: value[draw] for name, value in how.items()},
        note="How well the study sees: "
        + ("as given, else prior draws." if observation else "prior draws (assumptions)."),
    )


def check_date(date: str, at: int, months: int, start: str) -> None:
    """Raise RequestError unless a month, the `at`-th of a history, lies within it."""
    if not 0 <= at < months:
        raise RequestError(
            f"study_date={date}",
            where="study_date",
            why=f"it is not within the {months} months from {start} on",
            write="Write a month of the history, as 2012-03.",
        )


def check_size(size: int | None, usual: int, most: int, low: int = 2) -> int:
    """The size of a study: as given, or the usual, if there are so many."""
    if size is None:
        return min(usual, most)
    return whole_number("study_size", size, low, most)
