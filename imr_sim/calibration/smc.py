"""Prior to posterior by tempered sequential Monte Carlo, for a simulator that has its own luck.

The state of a particle is its point z (prior N(0, I)), the keys of the luck of its R histories,
and what was seen of them. The likelihood of a point is the mean over its histories; targets of all
temperatures live on points *and* luck together, so that the last one has exactly the posterior as
its margin however few the histories (pseudo-marginal argument: Andrieu and Roberts 2009, doi
10.1214/07-AOS574). A proposal meets the luck of the point it comes from in all histories but one
(Tran et al. 2016, arXiv:1603.02485), which keeps the noise of the acceptance ratio small.

Proposals are preconditioned Crank-Nicolson steps (Cotter et al. 2013, doi 10.1214/13-STS421) about
a Gaussian fitted to the particles: in the many directions that the data do not inform they are
steps along the prior and do not slow with dimension. Tempering follows Del Moral, Doucet and Jasra
2006 (doi 10.1111/j.1467-9868.2006.00553.x). All randomness of a sweep comes from (seed, stage,
sweep), so that a run that was killed goes on to the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import logsumexp

Features = Mapping[str, np.ndarray]
Simulate = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
Score = Callable[[np.ndarray, Features], np.ndarray]


@dataclass(frozen=True)
class Settings:
    """How hard to work.

    Attributes
    ----------
    particles, replicates : int
        Points, and histories of each. The bank of prior points that the run starts from may be
        larger and has one history of each point: at low temperatures luck counts little.
    ess : float
        A step of the temperature leaves so many effective, as a share of `particles`.
    sweeps, last_sweeps : int
        Moves of every particle at each temperature, and at the last one.
    cheap : int
        Moves of the observation axes alone in each sweep: they need no new history.
    accept : float
        Acceptance that the step length is tuned to.
    seed : int
    """

    particles: int
    replicates: int
    ess: float
    sweeps: int
    last_sweeps: int
    cheap: int
    accept: float
    seed: int


@dataclass(frozen=True)
class Cloud:
    """All particles between two sweeps, and all that is needed to go on from there.

    Attributes
    ----------
    z : ndarray, shape (n, axes)
    luck : ndarray of uint32, shape (n, R)
        Keys of the histories.
    features : mapping of ndarray, first axis n * R
        What was seen of them, history by history; contiguous, as they come back from disk: the
        last bit of a sum depends on how its terms lie in memory.
    ll : ndarray, shape (n, R)
        Log likelihood of each history.
    temper, stage, sweep : float, int, int
        Temperature reached (0 the prior, 1 the posterior), and where in the schedule.
    step, cheap_step : float
        Step lengths of the proposals, 0 to 1.
    evidence : float
        Log marginal likelihood up to this temperature.
    mean, cov : ndarray
        The Gaussian that proposals of this stage are made about.
    origin : ndarray, shape (n, axes)
        Points at the start of the stage, to see how far the moves went.
    trace : tuple of dict
        One entry a sweep.
    """

    z: np.ndarray
    luck: np.ndarray
    features: Features
    ll: np.ndarray
    temper: float = 0.0
    stage: int = 0
    sweep: int = 0
    step: float = 0.5
    cheap_step: float = 0.5
    evidence: float = 0.0
    mean: np.ndarray = field(default_factory=lambda: np.zeros(0))
    cov: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    origin: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    trace: tuple[dict, ...] = ()

    @property
    def log_likelihood(self) -> np.ndarray:
        """Log of the mean likelihood over the histories of each particle, shape (n,)."""
        return logsumexp(self.ll, axis=1) - np.log(self.ll.shape[1])


class Sampler:
    """Moves a cloud from the prior to the posterior, a sweep at a time.

    Parameters
    ----------
    settings : Settings
    simulate : callable
        ``simulate(z, luck)``, z of shape (n, axes) and luck (n, R): features of the n * R
        histories.
    score : callable
        ``score(z, features)``: log likelihood of each history, shape (n, R), finite.
    model_axes : int
        The first so many axes change histories; the others only how they are seen.
    axes : int
    """

    def __init__(
        self, settings: Settings, simulate: Simulate, score: Score, model_axes: int, axes: int
    ) -> None:
        self.settings, self.simulate, self.score = settings, simulate, score
        self.model_axes, self.axes = model_axes, axes

    def start(self, z: np.ndarray) -> Cloud:
        """A bank of prior points, of any number, each with one history."""
        luck = _fresh(self._rng(0, 0), (len(z), 1))
        features = self.simulate(z, luck)
        return Cloud(z, luck, features, self._scored(z, features))

    def done(self, cloud: Cloud) -> bool:
        """Whether the posterior is reached and all its sweeps are made."""
        return cloud.temper >= 1.0 and cloud.sweep >= self.settings.last_sweeps

    def advance(self, cloud: Cloud) -> Cloud:
        """One sweep, after a step of the temperature where the last one's sweeps are made."""
        if cloud.stage == 0 or (cloud.sweep >= self.settings.sweeps and cloud.temper < 1.0):
            cloud = self._warm(cloud)
        return self._sweep(cloud)

    def _warm(self, cloud: Cloud) -> Cloud:
        """Raise the temperature, weigh, resample, and fit the proposal."""
        log_l = cloud.log_likelihood
        wanted = self.settings.ess * self.settings.particles
        temper = _next_temper(log_l, cloud.temper, wanted)
        log_w = (temper - cloud.temper) * log_l
        evidence = cloud.evidence + logsumexp(log_w) - np.log(len(log_w))
        weights = np.exp(log_w - logsumexp(log_w))
        mean = weights @ cloud.z
        cov = shrunk(cloud.z - mean, weights)
        rng = self._rng(cloud.stage + 1, 0)
        kept = pick(cloud, systematic(weights, self.settings.particles, rng))
        kept = replace(kept, temper=temper, stage=cloud.stage + 1, sweep=0, mean=mean, cov=cov)
        kept = replace(kept, evidence=float(evidence))
        if kept.luck.shape[1] < self.settings.replicates:
            kept = self._widened(kept, rng)
        return replace(kept, origin=kept.z)

    def _widened(self, cloud: Cloud, rng: np.random.Generator) -> Cloud:
        """More histories of every particle, and what that does to its weight."""
        n, had = cloud.luck.shape
        luck = _fresh(rng, (n, self.settings.replicates - had))
        more = self.simulate(cloud.z, luck)
        features = {
            k: np.concatenate([_by_particle(v, n), _by_particle(more[k], n)], axis=1).reshape(
                n * self.settings.replicates, *v.shape[1:]
            )
            for k, v in cloud.features.items()
        }
        ll = np.concatenate([cloud.ll, self._scored(cloud.z, more)], axis=1)
        wide = replace(
            cloud, luck=np.concatenate([cloud.luck, luck], axis=1), features=features, ll=ll
        )
        log_w = cloud.temper * (wide.log_likelihood - cloud.log_likelihood)
        weights = np.exp(log_w - logsumexp(log_w))
        evidence = cloud.evidence + logsumexp(log_w) - np.log(n)
        return replace(pick(wide, systematic(weights, n, rng)), evidence=float(evidence))

    def _sweep(self, cloud: Cloud) -> Cloud:
        """Move every particle once, and its observation axes several times."""
        rng = self._rng(cloud.stage, cloud.sweep + 1)
        cloud, accepted = self._move(cloud, rng)
        cheap = 0.0
        if self.axes > self.model_axes:
            for _ in range(self.settings.cheap):
                cloud, share = self._move_observers(cloud, rng)
                cheap += share / self.settings.cheap
        gain = 2.0 / np.sqrt(cloud.sweep + 1.0)
        step = _tuned(cloud.step, accepted - self.settings.accept, gain)
        cheap_step = _tuned(cloud.cheap_step, cheap - self.settings.accept, gain)
        entry = {
            "stage": cloud.stage,
            "sweep": cloud.sweep + 1,
            "temper": cloud.temper,
            "acceptance": accepted,
            "acceptance_observers": cheap,
            "step": cloud.step,
            "distinct": len(np.unique(cloud.z[:, 0])),
            "memory": _memory(cloud.origin, cloud.z),
            "mean_log_likelihood": float(cloud.log_likelihood.mean()),
            "log_evidence": cloud.evidence,
        }
        return replace(
            cloud,
            sweep=cloud.sweep + 1,
            step=step,
            cheap_step=cheap_step,
            trace=(*cloud.trace, entry),
        )

    def _move(self, cloud: Cloud, rng: np.random.Generator) -> tuple[Cloud, float]:
        z, ratio = _crank_nicolson(cloud.z, cloud.mean, cloud.cov, cloud.step, rng)
        luck = cloud.luck.copy()
        block = rng.integers(luck.shape[1], size=len(luck))
        luck[np.arange(len(luck)), block] = _fresh(rng, len(luck))
        features = self.simulate(z, luck)
        proposed = Cloud(z, luck, features, self._scored(z, features))
        return _accept(cloud, proposed, ratio, rng)

    def _move_observers(self, cloud: Cloud, rng: np.random.Generator) -> tuple[Cloud, float]:
        seen = slice(self.model_axes, self.axes)
        z = cloud.z.copy()
        z[:, seen], ratio = _crank_nicolson(
            cloud.z[:, seen], cloud.mean[seen], cloud.cov[seen, seen], cloud.cheap_step, rng
        )
        proposed = replace(cloud, z=z, ll=self._scored(z, cloud.features))
        return _accept(cloud, proposed, ratio, rng)

    def _scored(self, z: np.ndarray, features: Features) -> np.ndarray:
        ll = self.score(z, features)
        if not np.isfinite(ll).all():
            raise FloatingPointError("the log likelihood of a history is not finite")
        return ll

    def _rng(self, stage: int, sweep: int) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, stage, sweep])


def systematic(weights: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Indices of `n` draws by systematic resampling."""
    edges = np.cumsum(weights)
    places = (rng.random() + np.arange(n)) / n * edges[-1]
    return np.minimum(np.searchsorted(edges, places, side="right"), len(weights) - 1)


def pick(cloud: Cloud, which: np.ndarray) -> Cloud:
    """The particles `which`, with all that belongs to them."""
    replicates = cloud.luck.shape[1]
    histories = (which[:, None] * replicates + np.arange(replicates)).ravel()
    return replace(
        cloud,
        z=cloud.z[which],
        luck=cloud.luck[which],
        ll=cloud.ll[which],
        features={k: np.ascontiguousarray(v[histories]) for k, v in cloud.features.items()},
    )


def effective(log_w: np.ndarray) -> float:
    """Effective sample size of log weights (Kong 1992)."""
    return float(np.exp(2.0 * logsumexp(log_w) - logsumexp(2.0 * log_w)))


def _by_particle(values: np.ndarray, n: int) -> np.ndarray:
    return values.reshape(n, -1, *values.shape[1:])


def _next_temper(log_l: np.ndarray, now: float, wanted: float) -> float:
    """The highest temperature that leaves `wanted` particles effective, by bisection."""
    if effective((1.0 - now) * log_l) >= wanted:
        return 1.0
    low, high = now, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if effective((middle - now) * log_l) >= wanted:
            low = middle
        else:
            high = middle
    return low


def shrunk(centred: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted covariance, drawn towards the prior's as far as its own error asks."""
    n, d = 1.0 / np.sum(weights**2), centred.shape[1]
    toward = d / (n + d)
    sample = (centred * weights[:, None]).T @ centred
    return (1.0 - toward) * sample + toward * np.eye(d)


def _crank_nicolson(
    z: np.ndarray, mean: np.ndarray, cov: np.ndarray, step: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Proposals that leave N(mean, cov) as it is, and log of prior over that Gaussian, new - old.

    Lengths of step vary over particles, so that some always dare more than others.
    """
    root = np.linalg.cholesky(cov)
    length = np.minimum(step * np.exp(0.5 * rng.standard_normal((len(z), 1))), 1.0)
    noise = rng.standard_normal(z.shape) @ root.T
    new = mean + np.sqrt(1.0 - length**2) * (z - mean) + length * noise

    def log_ratio(x: np.ndarray) -> np.ndarray:
        whitened = np.linalg.solve(root, (x - mean).T)
        return 0.5 * (whitened**2).sum(axis=0) - 0.5 * (x**2).sum(axis=1)

    return new, log_ratio(new) - log_ratio(z)


def _accept(
    old: Cloud, new: Cloud, ratio: np.ndarray, rng: np.random.Generator
) -> tuple[Cloud, float]:
    gain = old.temper * (new.log_likelihood - old.log_likelihood) + ratio
    yes = np.log(rng.random(len(gain))) < gain
    replicates = old.luck.shape[1]
    histories = np.repeat(yes, replicates)

    def chosen(a: np.ndarray, b: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.where(rows.reshape(-1, *[1] * (a.ndim - 1)), b, a))

    features = old.features
    if new.features is not old.features:
        features = {k: chosen(v, new.features[k], histories) for k, v in old.features.items()}
    moved = replace(
        old,
        z=chosen(old.z, new.z, yes),
        luck=chosen(old.luck, new.luck, yes),
        ll=chosen(old.ll, new.ll, yes),
        features=features,
    )
    return moved, float(yes.mean())


def _tuned(step: float, excess: float, gain: float) -> float:
    """A longer step when more than wanted is accepted, a shorter one when less."""
    return float(np.clip(step * np.exp(gain * excess), 0.02, 1.0))


def _memory(before: np.ndarray, after: np.ndarray) -> float:
    """Mean over axes of the correlation of points with those at the start of the stage."""
    a, b = before - before.mean(axis=0), after - after.mean(axis=0)
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return float(np.mean((a * b).sum(axis=0) / np.maximum(scale, 1e-300)))


def _fresh(rng: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
    return rng.integers(2**32, size=shape, dtype=np.uint32)
