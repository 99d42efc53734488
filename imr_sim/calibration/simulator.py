"""Histories without a roll-out, run to be simulator: what the likelihood keeps of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.space import Space
from imr_sim.experiment.driver import Driver, Past, no_strategy
from imr_sim.experiment.run import Histories, Run
from imr_sim.months import Dates, month_number
from imr_sim.practice import load_practice
from imr_sim.system import System

Features = dict[str, np.ndarray]
Watch = Callable[[np.ndarray, np.ndarray], Features]


@dataclass(frozen=True)
class Simulator:
    """Points of the calibration as histories, and histories as log likelihoods.

    Parameters
    ----------
    system : System
    space : Space
    likelihood : Likelihood
    start : str
        First month of the histories, ``"YYYY-MM"``.
    seed : int
        Seed of the histories' luck; a history's key is this seed and a replicate number.
    threads : int or None
        Threads to use; results do not depend on it.
    tick : callable or None
        Called with a number of histories when they are run.
    """

    system: System
    space: Space
    likelihood: Likelihood
    start: str
    seed: int
    threads: int | None = None
    tick: Callable[[int], None] | None = None

    def simulate(self, z: np.ndarray, luck: np.ndarray) -> dict[str, np.ndarray]:
        """Features of the histories of n points.

        Parameters
        ----------
        z : ndarray, shape (n, axes)
        luck : ndarray of uint32, shape (n, R)
            Replicate numbers: the key of each history's luck.

        Returns
        -------
        dict of ndarray, each with first axis n * R
            Point by point, as ``Likelihood.watch`` gives them.
        """
        return self.run(z, luck, self.likelihood.months, self.likelihood.watch)

    def run(self, z: np.ndarray, luck: np.ndarray, months: int, watch: Watch) -> Features:
        """Run n points, each with its luck (n, R), and keep what `watch` makes of the histories.

        `watch` gets the record (H, months, S) and the fixed factors (H, 5, S) of a few histories
        at a time and returns arrays with first axis H.
        """
        keys = luck.ravel()
        values = np.repeat(self.space.parameters(z), luck.shape[1], axis=0)
        run = Run(
            system=self.system,
            practice=load_practice("imr"),
            dates=Dates(month_number(self.start), before=months, horizon=0),
            seed=self.seed,
        )
        histories = Histories(values, np.zeros(len(keys), int), keys)

        def keep(_: slice, past: Past) -> Features:
            return watch(past.record, past.factors)

        parts = []
        for chunk in Driver(run, self.threads).chunks(histories, keep, no_strategy):
            parts.append(chunk.past)
            if self.tick:
                self.tick(chunk.where.stop - chunk.where.start)
        return {
            k: np.ascontiguousarray(np.concatenate([part[k] for part in parts])) for k in parts[0]
        }

    def by_target(self, z: np.ndarray, features: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Log likelihood of each history by target, each of shape (n, R)."""
        n = len(z)
        replicates = len(next(iter(features.values()))) // n
        observers = self.space.observers(z)
        seen = {name: np.repeat(v, replicates) for name, v in observers.items()}
        found = self.likelihood.log(features, seen)
        return {target: ll.reshape(n, replicates) for target, ll in found.items()}

    def score(self, z: np.ndarray, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Log likelihood of each history, shape (n, R)."""
        return np.sum(list(self.by_target(z, features).values()), axis=0)
