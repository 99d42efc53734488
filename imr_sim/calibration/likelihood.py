"""How probable the evidence is, given a history and how the studies saw it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from imr_sim.errors import RequestError
from imr_sim.evidence import DEFAULT_TARGETS, KINDS, TARGETS, Target, check_counted_once
from imr_sim.months import month_number
from imr_sim.studies import (
    BetweenStates,
    CensusByKind,
    InterviewContrast,
    SurveyBounds,
    Sustainment,
)
from imr_sim.studies.observation import OBSERVATION
from imr_sim.studies.observer import Features, Observation, Observer
from imr_sim.system import System

Data = Mapping[str, np.ndarray]
OBSERVERS: Mapping[str, Callable[[System, int, Target], Observer]] = {
    "census_by_kind": CensusByKind,
    "census_margins": CensusByKind,
    "between_state": BetweenStates,
    "survey_bounds": SurveyBounds,
    "interview_contrast": InterviewContrast,
    "sustainment": Sustainment,
}


class Likelihood:
    """The observed evidence, or other data of its form, against histories of one system.

    Parameters
    ----------
    system : System
    start : str
        First month of the histories, ``"YYYY-MM"``.
    targets : iterable of str
        Names of `imr_sim.evidence.TARGETS`.
    until : int or None
        Keep only what was observed up to the end of this year.
    data : mapping or None
        Other data than those observed, as `draw` gives them for one history.

    Attributes
    ----------
    names : tuple of str
        Targets in use.
    targets : tuple of Target
    months : int
        Months of history needed.
    data : dict of ndarray
        Data of each target.

    Raises
    ------
    RequestError
        When a target is unknown, was never published or is the same evidence as another, when
        nothing was observed by `until`, or when `start` is too late.
    """

    def __init__(
        self,
        system: System,
        start: str = "2004-01",
        targets: Iterable[str] = DEFAULT_TARGETS,
        until: int | None = None,
        data: Data | None = None,
    ) -> None:
        self.targets = _choose(tuple(targets), until)
        self.names = tuple(target.name for target in self.targets)
        first = month_number(start)
        self._observers = {t.name: OBSERVERS[t.name](system, first, t) for t in self.targets}
        self.months = max(observer.months for observer in self._observers.values())
        given = {t.name: np.asarray(t.values) for t in self.targets}
        self.data = given if data is None else {name: data[name] for name in self.names}

    @property
    def digest(self) -> str:
        """Hash of the evidence in use and of how it is seen."""
        about = [(t, self.data[t.name].tolist()) for t in self.targets]
        return hashlib.sha256(repr((about, dict(OBSERVATION))).encode()).hexdigest()

    def watch(self, record: np.ndarray, factors: np.ndarray) -> dict[str, np.ndarray]:
        """Keep what matters of histories.

        Parameters
        ----------
        record : ndarray of RECORD, shape (H, M, S)
            M of at least `months`.
        factors : ndarray of float32, shape (H, 5, S)

        Returns
        -------
        dict of ndarray
            Features, first axis H: what `log`, `draw` and `predict` need.
        """
        if record.shape[1] < self.months:
            raise RequestError(
                f"{record.shape[1]} months",
                where="watch",
                why=f"the evidence reaches {self.months} months into the history",
                write=f"Give histories of at least {self.months} months.",
            )
        features: dict[str, np.ndarray] = {}
        for observer in self._observers.values():
            features |= observer.watch(record, factors)
        return features

    def predict(
        self, features: Features, observation: Observation
    ) -> dict[str, dict[str, np.ndarray]]:
        """What each study expects to see, by target; see `imr_sim.evidence.likelihoods`."""
        return {
            name: observer.predict(features, observation)
            for name, observer in self._observers.items()
        }

    def log(
        self, features: Features, observation: Observation, data: Data | None = None
    ) -> dict[str, np.ndarray]:
        """Log likelihood of the data of each target; natural logarithm, finite, shape (H,)."""
        return self.compare(self.predict(features, observation), data)

    def compare(
        self, predicted: Mapping[str, Mapping[str, np.ndarray]], data: Data | None = None
    ) -> dict[str, np.ndarray]:
        """`log` of what `predict` gave: for many data sets against the same histories."""
        data = self.data if data is None else data
        return {t.name: KINDS[t.kind].log(predicted[t.name], data[t.name]) for t in self.targets}

    def draw(
        self, features: Features, observation: Observation, rng: np.random.Generator
    ) -> list[dict[str, np.ndarray]]:
        """Data sets as the studies might have found them, one for each history."""
        predicted = self.predict(features, observation)
        drawn = {t.name: KINDS[t.kind].draw(predicted[t.name], t.totals, rng) for t in self.targets}
        histories = len(next(iter(drawn.values())))
        return [{name: values[h] for name, values in drawn.items()} for h in range(histories)]


def _choose(names: tuple[str, ...], until: int | None) -> tuple[Target, ...]:
    """Targets by name, what was observed of them by `until`, nothing counted twice."""
    for name in names:
        if name not in TARGETS:
            raise RequestError(
                name,
                where="targets",
                why="there is no such target",
                write=f"Known are {', '.join(TARGETS)}.",
            )
    chosen = [TARGETS[name] for name in names]
    check_counted_once(chosen)
    known = chosen if until is None else [t for t in (c.until(until) for c in chosen) if t]
    if not known:
        raise RequestError(
            f"targets={','.join(names)}, until={until}",
            where="targets",
            why="nothing was observed",
            write="Choose a target, or a later year.",
        )
    return tuple(known)
