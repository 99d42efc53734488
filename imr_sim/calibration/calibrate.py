"""Calibrate the model against what was observed."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import logsumexp

from imr_sim.calibration import checkpoint as disk
from imr_sim.calibration.simulator import Simulator
from imr_sim.calibration.smc import Cloud, Sampler, Settings, pick
from imr_sim.calibration.space import normal_scores
from imr_sim.model.parameters import prior_cube
from imr_sim.model.version import model_version

ProgressCall = Callable[[float, str], None]
CHOOSE = 10**6  # stream of the seed that shuffles particles and picks a history of each


@dataclass(frozen=True)
class Calibration:
    """A posterior: points, one history of each, and how the sampler got there.

    Attributes
    ----------
    simulator : Simulator
        System, axes, evidence and seed it belongs to.
    settings : Settings
    z : ndarray, shape (n, axes)
    luck : ndarray of uint32, shape (n,)
        Key of the one history that stands for each point, drawn in proportion to its likelihood:
        point and history together are a draw from their joint posterior.
    features : mapping of ndarray, first axis n
        What was seen of these histories.
    by_target : mapping of str to ndarray, shape (n,)
        Their log likelihoods.
    evidence : float
        Log marginal likelihood.
    trace : tuple of dict
        One entry a sweep.
    """

    simulator: Simulator
    settings: Settings
    z: np.ndarray
    luck: np.ndarray
    features: Mapping[str, np.ndarray]
    by_target: Mapping[str, np.ndarray]
    evidence: float
    trace: tuple[dict, ...]

    def __len__(self) -> int:
        return len(self.z)


def calibrate(
    simulator: Simulator,
    settings: Settings,
    bank: int,
    *,
    checkpoint: Path | None = None,
    progress: ProgressCall | None = None,
) -> Calibration:
    """Draw from the posterior of the parameters and of the histories.

    Parameters
    ----------
    simulator : Simulator
        What is calibrated, on what evidence.
    settings : Settings
    bank : int
        Prior points that the sampler starts from, at least `settings.particles`.
    checkpoint : Path or None
        File that keeps the state after every sweep. If it exists the run goes on from it, to the
        result that it would have had; if it is damaged the run says so and begins again.
    progress : callable or None
        Called with the share done (0 to 1) and a message.

    Returns
    -------
    Calibration

    Raises
    ------
    RequestError
        When the checkpoint belongs to another run.
    """
    space = simulator.space
    me = _identity(simulator, settings, bank)
    meter = _Meter(settings, bank, progress)
    simulator = replace(simulator, tick=meter.tick)
    sampler = Sampler(
        settings, simulator.simulate, simulator.score, len(space.model), len(space.names)
    )
    cloud = disk.load(checkpoint, me) if checkpoint else None
    if cloud is None:
        if checkpoint and checkpoint.exists():
            meter.message = "the checkpoint is damaged: prior histories, once more"
        cloud = sampler.start(normal_scores(prior_cube(bank, space.names, settings.seed)))
        _keep(cloud, checkpoint, me)
    while not sampler.done(cloud):
        meter.look(cloud)
        cloud = sampler.advance(cloud)
        _keep(cloud, checkpoint, me)
    return _chosen(replace(simulator, tick=None), settings, cloud)


def _chosen(simulator: Simulator, settings: Settings, cloud: Cloud) -> Calibration:
    """Take one history of each particle, in proportion to its likelihood, in random order.

    Copies of a particle stand side by side after resampling; shuffled, any first few draws are as
    good as others.
    """
    rng = np.random.default_rng([settings.seed, CHOOSE])
    cloud = pick(cloud, rng.permutation(len(cloud.z)))
    weights = np.exp(cloud.ll - logsumexp(cloud.ll, axis=1, keepdims=True))
    u = rng.random(len(weights))
    which = np.minimum((weights.cumsum(axis=1) < u[:, None]).sum(axis=1), weights.shape[1] - 1)
    rows = np.arange(len(which))
    features = {
        k: v.reshape(*cloud.luck.shape, *v.shape[1:])[rows, which]
        for k, v in cloud.features.items()
    }
    by_target = simulator.by_target(cloud.z, features)
    return Calibration(
        simulator,
        settings,
        cloud.z,
        cloud.luck[rows, which],
        features,
        {target: ll[:, 0] for target, ll in by_target.items()},
        cloud.evidence,
        cloud.trace,
    )


def _keep(cloud: Cloud, checkpoint: Path | None, me: str) -> None:
    if checkpoint:
        disk.save(cloud, checkpoint, me)


def _identity(simulator: Simulator, settings: Settings, bank: int) -> str:
    """Hash of all that the result depends on."""
    about = {
        "model": model_version(),
        "system": simulator.system.digest,
        "axes": simulator.space.names,
        "fixed": dict(simulator.space.fixed),
        "evidence": simulator.likelihood.digest,
        "start": simulator.start,
        "seed": simulator.seed,
        "settings": asdict(settings),
        "bank": bank,
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


class _Meter:
    """Counts histories and guesses how many are still to come."""

    def __init__(self, settings: Settings, bank: int, progress: ProgressCall | None) -> None:
        self.settings, self.progress = settings, progress
        self.sweep = settings.particles * settings.replicates
        self.done = 0
        self.left = bank + self.sweep * (8 * settings.sweeps + settings.last_sweeps)
        self.message = "prior histories"

    def look(self, cloud: Cloud) -> None:
        """Guess the sweeps left from how the temperature rose last."""
        s = self.settings
        if cloud.stage == 0:
            return
        if cloud.temper >= 1.0:
            sweeps = s.last_sweeps - cloud.sweep
        else:
            growth = max(cloud.temper ** (-1.0 / max(cloud.stage - 1, 1)), 1.2)
            before = next(
                (e["temper"] for e in reversed(cloud.trace) if e["stage"] < cloud.stage), None
            )
            growth = max(cloud.temper / before, 1.1) if before else growth
            stages = math.ceil(-math.log(cloud.temper) / math.log(growth))
            sweeps = (s.sweeps - cloud.sweep) + (stages - 1) * s.sweeps + s.last_sweeps
        self.left = sweeps * self.sweep
        last = cloud.trace[-1] if cloud.trace else {"acceptance": 0.0}
        self.message = (
            f"temperature {cloud.temper:.3f} of 1, sweep {cloud.sweep + 1}, "
            f"{last['acceptance']:.0%} accepted"
        )

    def tick(self, histories: int) -> None:
        """Note histories run."""
        self.done += histories
        self.left = max(self.left - histories, 0)
        if self.progress:
            self.progress(self.done / (self.done + self.left + 1), self.message)
