"""A plain random-effects meta-analysis of the same rows: what the model must not do worse than.

The logit of a row's share is a level for its kind of outcome, a deviation for its kind of
strategy, and an effect of its own; counts are binomial. Nothing in it knows of doses, months,
awareness or the size of teams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logsumexp

from imr_sim.calibration.smc import Sampler, Settings
from imr_sim.calibration.space import normal_scores
from imr_sim.model.parameters import prior_cube
from imr_sim.trials.form import Trial, TrialArm
from imr_sim.trials.likelihood import log_likelihood
from imr_sim.trials.outcomes import Item, items_of

LEVEL_SD, KIND_SD = 1.5, 1.0  # of the logit, by kind of outcome and of strategy; assumption
BETWEEN, BETWEEN_LOG_SD = 0.8, 0.5  # median and log sd of the spread between rows; assumption
SAMPLER = Settings(
    particles=1000,
    replicates=1,
    ess=0.5,
    sweeps=4,
    last_sweeps=10,
    cheap=0,
    accept=0.25,
    seed=1,
)
HELP = {"training", "train_trainer", "facilitation", "collaborative"}
PRINT = {"materials", "simplify"}


@dataclass(frozen=True)
class Row:
    """One observed share, with the kinds that it belongs to."""

    item: Item
    outcome: str
    strategy: str


def rows_of(trials: Sequence[Trial]) -> list[Row]:
    """Every fitted count or bound of the trials."""
    return [
        Row(item, _kind_of_outcome(item), kind_of_strategy(trial, arm))
        for trial in trials
        for arm in trial.arms
        for item in items_of(trial)
        if item.arm == arm.name and item.fitted and not item.outcome.is_mean
    ]


def kind_of_strategy(trial: Trial, arm: TrialArm) -> str:
    """What the arm got: funding, help (training, facilitation, collaborative), word, or nothing."""
    if arm.strategy is not None:
        return arm.strategy.name
    levers = {part.lever for part in arm.components}
    if "funding" in levers:
        return "funding"
    if levers & HELP:
        return "help"
    return "word" if levers - PRINT else "nothing or print"


def _kind_of_outcome(item: Item) -> str:
    return "fidelity" if item.outcome.kind == "fidelity_at_least" else "adoption"


@dataclass(frozen=True)
class _Level:
    """The model of the meta-analysis for some rows: axes to logits."""

    rows: tuple[Row, ...]
    outcomes: tuple[str, ...]
    strategies: tuple[str, ...]

    @property
    def axes(self) -> int:
        return len(self.outcomes) + len(self.strategies) + 1 + len(self.rows)

    def centre(self, z: np.ndarray, row: Row) -> np.ndarray:
        level = LEVEL_SD * z[:, self.outcomes.index(row.outcome)]
        kind = len(self.outcomes) + self.strategies.index(row.strategy)
        return level + KIND_SD * z[:, kind]

    def between(self, z: np.ndarray) -> np.ndarray:
        place = len(self.outcomes) + len(self.strategies)
        return BETWEEN * np.exp(BETWEEN_LOG_SD * z[:, place])

    def score(self, z: np.ndarray, features: object) -> np.ndarray:
        first = self.axes - len(self.rows)
        ll = np.zeros(len(z))
        for i, row in enumerate(self.rows):
            logit = self.centre(z, row) + self.between(z) * z[:, first + i]
            ll += _log(row.item, expit(logit))
        return ll[:, None]


def _log(item: Item, p: np.ndarray) -> np.ndarray:
    one = np.ones_like(p)
    return log_likelihood(item, np.clip(p, 1e-9, 1 - 1e-9), one, one, np.inf)


def left_out_scores(trials: Sequence[Trial], settings: Settings = SAMPLER) -> pd.DataFrame:
    """Log predictive probability of each row given the rows of all other trials.

    Returns
    -------
    DataFrame
        ``trial, arm, outcome, month, kind, log_score``, and the 90% band of the share,
        ``share_q05``, ``share_q95``.
    """
    rows = rows_of(trials)
    outcomes = tuple(sorted({row.outcome for row in rows}))
    strategies = tuple(sorted({row.strategy for row in rows}))
    found: list[dict[str, object]] = []
    for name in dict.fromkeys(row.item.trial for row in rows):
        kept = tuple(row for row in rows if row.item.trial != name)
        level = _Level(kept, outcomes, strategies)
        z = _posterior(level, settings)
        rng = np.random.default_rng([settings.seed, len(found)])
        for row in rows:
            if row.item.trial != name:
                continue
            effect = level.between(z) * rng.standard_normal(len(z))
            p = expit(level.centre(z, row) + effect)
            ll = _log(row.item, p)
            sample = rng.binomial(row.item.sites, p) / row.item.sites
            low, high = np.quantile(sample, (0.05, 0.95))
            found.append(
                {
                    "trial": name,
                    "arm": row.item.arm,
                    "outcome": row.item.outcome.name,
                    "month": row.item.month,
                    "kind": f"{row.outcome}, {row.strategy}",
                    "log_score": float(logsumexp(ll) - np.log(len(ll))),
                    "share_q05": low,
                    "share_q95": high,
                }
            )
    return pd.DataFrame(found)


def _posterior(level: _Level, settings: Settings) -> np.ndarray:
    sampler = Sampler(settings, lambda z, luck: {}, level.score, level.axes, level.axes)
    names = [f"axis {i}" for i in range(level.axes)]
    first = prior_cube(2 * settings.particles, names, settings.seed)
    cloud = sampler.start(normal_scores(first))
    while not sampler.done(cloud):
        cloud = sampler.advance(cloud)
    return cloud.z


def difference(model: pd.DataFrame, other: pd.DataFrame) -> tuple[float, float, float]:
    """Mean log score of the model minus another's over common rows, with its 90% interval.

    Normal, by the spread of the paired differences over rows.
    """
    keys = ["trial", "arm", "outcome", "month"]
    both = model.merge(other, on=keys, suffixes=("", "_other"))
    gain = (both["log_score"] - both["log_score_other"]).to_numpy()
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    return (
        float(gain.mean()),
        float(gain.mean() - 1.645 * error),
        float(gain.mean() + 1.645 * error),
    )
