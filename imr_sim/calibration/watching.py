"""Histories without a roll-out, run to be watched: what the likelihood keeps of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.space import Space
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.history import read_factors
from imr_sim.system import System

Seen = dict[str, np.ndarray]
Watch = Callable[[np.ndarray, np.ndarray], Seen]
CHUNK = 32  # histories run and watched together by one thread


@dataclass(frozen=True)
class Watched:
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

    def run(self, z: np.ndarray, luck: np.ndarray, months: int, watch: Watch) -> Seen:
        """Run n points, each with its luck (n, R), and keep what `watch` makes of the histories.

        `watch` gets the record (H, months, S) and the fixed factors (H, 5, S) of a few histories
        at a time and returns arrays with first axis H.
        """
        values = np.repeat(self.space.parameters(z), luck.shape[1], axis=0)
        keys = luck.ravel()
        setting = Setting.of(self.system, self.seed, self.start, threads=1)

        def work(first: int) -> Seen:
            chunk = slice(first, first + CHUNK)
            n = len(keys[chunk])
            batch = Batch(setting, values[chunk], np.zeros(n, int), keys[chunk])
            record = batch.advance_quietly(months)
            return watch(record, read_factors(batch.state.sites))

        with ThreadPoolExecutor(self.threads or os.cpu_count() or 1) as pool:
            parts = []
            for part in pool.map(work, range(0, len(keys), CHUNK)):
                parts.append(part)
                if self.tick:
                    self.tick(len(next(iter(part.values()))))
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
