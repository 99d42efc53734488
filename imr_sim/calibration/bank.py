"""A bank of prior histories, weighed against any data: many small posteriors from one set of runs.

Importance sampling from the prior is wasteful for one posterior and cheap for hundreds. Each
history is looked at through several draws of the observation parameters, which cost no history.
Weights are honest whatever the number of histories, as each has luck of its own; how many are
effective is reported with all that is made from them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from imr_sim.calibration.likelihood import Data, Likelihood
from imr_sim.calibration.proposal import Proposal
from imr_sim.calibration.simulator import Simulator
from imr_sim.calibration.smc import effective
from imr_sim.calibration.space import normal_scores
from imr_sim.model.parameters import prior_cube

LUCK, LOOKS = 1, 2  # streams of a bank's seed
CHUNK = 500  # histories scored together


@dataclass(frozen=True)
class Bank:
    """Prior points with one history each, and several ways of seeing it.

    Attributes
    ----------
    simulator : Simulator
    z : ndarray, shape (n, axes)
    looks : ndarray, shape (n, looks, observation axes)
        Draws of the observation axes; the first is the point's own.
    features : mapping of ndarray, first axis n
    tilt : ndarray, shape (n, looks)
        Log of prior over proposal density; 0 for a bank from the prior.
    """

    simulator: Simulator
    z: np.ndarray
    looks: np.ndarray
    features: Mapping[str, np.ndarray]
    tilt: np.ndarray

    def __len__(self) -> int:
        return len(self.z)

    def log_likelihood(
        self, data: Sequence[Data], likelihood: Likelihood | None = None
    ) -> np.ndarray:
        """Log likelihood (with the tilt) of each data set, shape (n, looks, data sets).

        Parameters
        ----------
        data : sequence of mappings
            Data by target.
        likelihood : Likelihood or None
            Other evidence than that of `simulator`, on the same features: fewer targets, an earlier
            year.
        """
        judge = likelihood or self.simulator.likelihood
        n, looks, _ = self.looks.shape
        out = np.empty((n, looks, len(data)), np.float64)

        def score(first: int) -> None:
            chunk = slice(first, first + CHUNK)
            rows = {k: np.repeat(v[chunk], looks, axis=0) for k, v in self.features.items()}
            predicted = judge.predict(rows, self.observers(chunk))
            for i, observed in enumerate(data):
                found = judge.compare(predicted, observed)
                total = np.sum(list(found.values()), axis=0)
                out[chunk, :, i] = total.reshape(-1, looks) + self.tilt[chunk]

        with ThreadPoolExecutor(self.simulator.threads or os.cpu_count() or 1) as pool:
            list(pool.map(score, range(0, n, CHUNK)))
        return out

    def observers(self, chunk: slice = slice(None)) -> dict[str, np.ndarray]:
        """Observation parameters of every history and look, history by history."""
        looks = self.looks[chunk]
        points = np.zeros((looks.shape[0] * looks.shape[1], self.z.shape[1]))
        points[:, len(self.simulator.space.model) :] = looks.reshape(-1, looks.shape[2])
        return self.simulator.space.observers(points)


def make_bank(
    simulator: Simulator, n: int, looks: int, seed: int, proposal: Proposal | None = None
) -> Bank:
    """Run `n` histories of prior points, or of points of a proposal, and `looks` at each.

    Parameters
    ----------
    simulator : Simulator
    n, looks : int
    seed : int
    proposal : Proposal or None
        Where to look instead of everywhere; `Bank.log_likelihood` then holds the correction, so
        that weights are still those of the posterior.
    """
    space = simulator.space
    z = normal_scores(prior_cube(n, space.names, seed))
    rng = np.random.default_rng([seed, LOOKS])
    more = rng.standard_normal((n, looks, len(space.observation)))
    more[:, 0] = z[:, len(space.model) :]
    tilt = np.zeros((n, looks))
    if proposal:
        z, by_point = proposal.move(z, space.model)
        flat, by_look = proposal.move(more.reshape(n * looks, -1), space.observation)
        more = flat.reshape(more.shape)
        tilt = by_point[:, None] + by_look.reshape(n, looks)
        z[:, len(space.model) :] = more[:, 0]
    luck = np.random.default_rng([seed, LUCK]).integers(2**32, size=(n, 1), dtype=np.uint32)
    return Bank(simulator, z, more, simulator.simulate(z, luck), tilt)


@dataclass(frozen=True)
class Weighed:
    """A bank's posterior for one data set.

    Attributes
    ----------
    weights : ndarray, shape (n, looks)
        Sum to 1.
    evidence, error : float
        Log marginal likelihood, and its standard error over histories.
    effective : float
        Effective number of histories.
    """

    weights: np.ndarray
    evidence: float
    error: float
    effective: float


def weigh(ll: np.ndarray, leave_out: int | None = None) -> Weighed:
    """Weights from log likelihoods (n, looks), without one history if so asked."""
    ll = ll.copy()
    n, looks = ll.shape
    if leave_out is not None:
        ll[leave_out] = -np.inf
        n -= 1
    total = logsumexp(ll)
    by_history = logsumexp(ll, axis=1)
    share = np.exp(by_history - total)
    error = np.sqrt(max(np.sum(share**2) - 1.0 / n, 0.0))
    return Weighed(
        np.exp(ll - total),
        float(total - np.log(n * looks)),
        float(error),
        effective(by_history[np.isfinite(by_history)]),
    )


def axis_values(bank: Bank, axis: int) -> np.ndarray:
    """One axis of every history and look, shape (n, looks)."""
    seen = axis - len(bank.simulator.space.model)
    if seen >= 0:
        return bank.looks[:, :, seen]
    return np.broadcast_to(bank.z[:, axis, None], bank.looks.shape[:2])
