"""The second stage: levers, acceptance, giving up and fidelity, from trials of whole sites."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim.calibration import checkpoint as disk
from imr_sim.calibration.files import UNFITTED
from imr_sim.calibration.lever_space import LeverSpace
from imr_sim.calibration.smc import Cloud, Sampler, Settings, pick
from imr_sim.calibration.space import normal_scores
from imr_sim.errors import RequestError
from imr_sim.model.parameters import ParameterSet, prior_cube
from imr_sim.model.version import model_version
from imr_sim.trials.form import Trial
from imr_sim.trials.likelihood import log_likelihood
from imr_sim.trials.outcomes import Item, items_of
from imr_sim.trials.run import run_trial

ProgressCall = Callable[[float, str], None]
FIT_SITES = 50
"""Sites simulated for each arm and draw in a fit. Their luck adds .07 to the error of a share of
.5, beside .2 from the effect of a study; predictions use more (*assumption*: enough)."""
FIT = Settings(
    particles=1000,
    replicates=1,
    ess=0.5,
    sweeps=2,
    last_sweeps=6,
    cheap=0,
    accept=0.25,
    seed=1,
)
FIRST = 2  # prior points for each draw of the fit
SHUFFLE = 10**6  # stream of the seed that orders the draws
FIELDS = ("value", "sd", "reach")


@dataclass(frozen=True)
class TrialWatch:
    """Points of the second stage as trials, and trials as log likelihoods.

    Attributes
    ----------
    space : LeverSpace
    seed : int
        Of the luck of all histories.
    sites : int
        Simulated for each arm and draw.
    threads : int or None
        Results do not depend on it.
    """

    space: LeverSpace
    seed: int
    sites: int = FIT_SITES
    threads: int | None = None

    @property
    def items(self) -> dict[str, list[tuple[int, Item]]]:
        """What informs, by trial: place among the numbers of the trial, and the number."""
        return {
            trial.name: [(i, item) for i, item in enumerate(items_of(trial)) if item.fitted]
            for trial in self.space.trials
        }

    def simulate(self, z: np.ndarray, luck: np.ndarray) -> dict[str, np.ndarray]:
        """What the fitted numbers of all trials are in n points, each with R keys of luck.

        Returns
        -------
        dict of ndarray, each of shape (n * R, fitted numbers)
        """
        keys = luck.ravel()
        points = np.repeat(z, luck.shape[1], axis=0)
        rows = self.space.parameters(points)
        found: dict[str, list[np.ndarray]] = {name: [] for name in FIELDS}
        for trial in self.space.trials:
            places = [place for place, _ in self.items[trial.name]]
            effects = self.space.effects(trial, points)
            shares = run_trial(
                trial, rows, effects, keys, self.seed, sites=self.sites, threads=self.threads
            )
            for name in FIELDS:
                found[name].append(getattr(shares, name)[:, places])
        return {name: np.concatenate(parts, axis=1) for name, parts in found.items()}

    def by_target(self, z: np.ndarray, features: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Log likelihood by trial, each of shape (n, R)."""
        total, column = {}, 0
        for trial, fitted in self.items.items():
            ll = np.zeros(len(features["value"]))
            for _, item in fitted:
                value, sd, reach = (features[name][:, column] for name in FIELDS)
                ll = ll + log_likelihood(item, value, sd, reach, self.sites)
                column += 1
            total[trial] = ll.reshape(len(z), -1)
        return total

    def score(self, z: np.ndarray, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Log likelihood of all trials, shape (n, R)."""
        return np.sum(list(self.by_target(z, features).values()), axis=0)


@dataclass(frozen=True)
class LeverFit:
    """Joint posterior of the passive world, levers and studies.

    Attributes
    ----------
    watch : TrialWatch
    settings : Settings
    z : ndarray, shape (n, axes)
    by_target : mapping of str to ndarray, shape (n,)
        Log likelihood of each trial.
    evidence : float
        Log marginal likelihood.
    trace : tuple of dict
        One entry a sweep.
    """

    watch: TrialWatch
    settings: Settings
    z: np.ndarray
    by_target: Mapping[str, np.ndarray]
    evidence: float
    trace: tuple[dict, ...]

    def __len__(self) -> int:
        return len(self.z)

    @property
    def space(self) -> LeverSpace:
        """Its axes."""
        return self.watch.space

    def frame(self) -> pd.DataFrame:
        """One row a draw, one column an axis, in units."""
        return pd.DataFrame(self.space.values(self.z), columns=list(self.space.names))

    def parameters(self) -> ParameterSet:
        """Draws for IMR in VA, with the parameters of studies beside them."""
        passive = self.space.passive
        fitted = f"; levers fitted to {len(self.space.trials)} trials"
        extra = {**passive.extra, "studies": self.space.studies(self.z)}
        return replace(
            passive,
            values=self.space.draws(self.z, self.settings.seed),
            note=passive.note.replace(UNFITTED, "") + f"{fitted}; costs and reach are prior draws",
            extra=extra,
        )


def fit_levers(
    passive: ParameterSet,
    trials: Sequence[Trial],
    settings: Settings = FIT,
    *,
    sites: int = FIT_SITES,
    discount: bool = True,
    threads: int | None = None,
    checkpoint: Path | None = None,
    progress: ProgressCall | None = None,
) -> LeverFit:
    """Draw from the posterior of levers, acceptance, fidelity and studies, given trials.

    Parameters
    ----------
    passive : ParameterSet
        Draws of the first stage.
    trials : sequence of Trial
        Those with nothing to fit are left out.
    settings : Settings
        `cheap` and `replicates` beyond 1 bring nothing here.
    sites : int
        Simulated for each arm and draw.
    discount : bool
        Whether published studies are taken for selected successes.
    threads : int or None
        Results do not depend on it.
    checkpoint : Path or None
        File that keeps the state after every sweep. If it exists the run goes on from it, to the
        result that it would have had.
    progress : callable or None
        Called with the share done (0 to 1) and a message.

    Raises
    ------
    RequestError
        When no trial holds an observation to fit, or the checkpoint is of another run.
    """
    informing = tuple(t for t in trials if any(item.fitted for item in items_of(t)))
    if not informing:
        raise RequestError(
            f"{len(trials)} trials",
            where="trials",
            why="none of them holds an observation that may be fitted",
            write="Name trials with observed: counts in their arms.",
        )
    space = LeverSpace(informing, passive, () if discount else ("success_shift",))
    watch = TrialWatch(space, settings.seed, sites, threads)
    axes = len(space.names)
    me = _identity(watch, settings)
    sampler = Sampler(settings, watch.simulate, watch.score, axes, axes)
    cloud = disk.load(checkpoint, me) if checkpoint else None
    if cloud is None:
        first = normal_scores(prior_cube(FIRST * settings.particles, space.names, settings.seed))
        cloud = sampler.start(first)
        _save(cloud, checkpoint, me)
    while not sampler.done(cloud):
        if progress:
            progress(_done(cloud, settings), f"trials, temperature {cloud.temper:.3f}")
        cloud = sampler.advance(cloud)
        _save(cloud, checkpoint, me)
    rng = np.random.default_rng([settings.seed, SHUFFLE])
    cloud = pick(cloud, rng.permutation(len(cloud.z)))
    by_target = {t: ll[:, 0] for t, ll in watch.by_target(cloud.z, cloud.features).items()}
    return LeverFit(watch, settings, cloud.z, by_target, cloud.evidence, cloud.trace)


def _save(cloud: Cloud, checkpoint: Path | None, me: str) -> None:
    if checkpoint:
        disk.save(cloud, checkpoint, me)


def _identity(watch: TrialWatch, settings: Settings) -> str:
    """Hash of all that the result depends on."""
    about = {
        "model": model_version(),
        "space": watch.space.digest,
        "sites": watch.sites,
        "settings": asdict(settings),
        "first": FIRST,
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def _done(cloud: Cloud, settings: Settings) -> float:
    """Share of the work done, by the logarithm of the temperature."""
    if cloud.temper >= 1.0:
        return 0.7 + 0.3 * cloud.sweep / settings.last_sweeps
    return 0.7 * (1.0 + np.log10(max(cloud.temper, 1e-3)) / 3.0)
