"""Each study against the prediction made without it, and which study each lever rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from imr_sim.calibration.identify import what_data_say, without
from imr_sim.calibration.lever_fit import LeverFit, ProgressCall, fit_levers
from imr_sim.calibration.lever_space import LeverSpace
from imr_sim.calibration.refit import AGAIN
from imr_sim.calibration.smc import systematic
from imr_sim.calibration.space import normal_scores
from imr_sim.model.parameters import prior_cube
from imr_sim.trials.effects import difficulty_of, new_study
from imr_sim.trials.form import Trial
from imr_sim.trials.likelihood import log_score
from imr_sim.trials.outcomes import Item
from imr_sim.trials.predict import draw_item
from imr_sim.trials.run import Shares, run_trial

FEWEST = 100  # effective draws that may stand for a fit without a study
DRAWS = 400  # draws that predict a study
SITES = 100  # simulated for each arm and draw of a prediction
TRIES = 8000  # predictive values behind a band
BAND = (0.05, 0.5, 0.95)
OUT, PICK = 2 * 10**6, 3 * 10**6  # streams of the seed
REFERENCE = 4000  # prior points that scale a score

Without = Callable[[str], LeverFit]


@dataclass(frozen=True)
class Refits:
    """Fits without one trial, made where reweighting does not carry; each can be resumed.

    Attributes
    ----------
    fit : LeverFit
        The fit that is judged.
    draws : int
        Of each smaller fit.
    folder : Path or None
        Where each keeps its state.
    progress : callable or None
    """

    fit: LeverFit
    draws: int = 300
    folder: Path | None = None
    progress: ProgressCall | None = None

    def __call__(self, name: str) -> LeverFit:
        """The fit without trial `name`, or with other luck (``"again"``)."""
        space, watch = self.fit.space, self.fit.watch
        settings = self.fit.settings
        settings = replace(settings, particles=self.draws, seed=settings.seed + 1)
        return fit_levers(
            space.passive,
            [trial for trial in space.trials if trial.name != name],
            settings,
            sites=watch.sites,
            discount="success_shift" in space.names,
            threads=watch.threads,
            checkpoint=self.folder / f"without_{name}.npz" if self.folder else None,
            progress=self.progress,
        )


def predict_new(
    space: LeverSpace, z: np.ndarray, trial: Trial, seed: int, sites: int, threads: int | None
) -> Shares:
    """A trial as a study that has not been seen: its effect is new.

    The difficulty of its practice is that of the draws where another study tells of it too.
    """
    effects = new_study(trial, space.studies(z), seed)
    others = {t.practice.name for t in space.trials if t.name != trial.name}
    if trial.practice.name in others:
        axis = space.names.index(f"difficulty: {trial.practice.name}")
        effects = replace(effects, difficulty=difficulty_of(trial, z[:, axis]))
    keys = np.random.default_rng([seed, OUT]).integers(2**32, size=len(z), dtype=np.uint32)
    rows = space.parameters(z)
    return run_trial(trial, rows, effects, keys, seed, sites=sites, threads=threads)


def verdicts(fit: LeverFit, refits: Without, seed: int = 1) -> pd.DataFrame:
    """Every study's observed count against the prediction made without that study.

    The draws are weighed by one over the study's likelihood (truncated, Ionides 2008, doi
    10.1198/106186008X320456); where fewer than 100 stay effective, a fit without it is made.

    Returns
    -------
    DataFrame
        One row a fitted number: ``trial, label, arm, outcome, month, sites, observed``,
        ``observed_low``, ``observed_high`` (counts or bounds; of a difference its value), ``q05,
        q50, q95`` of the prediction, the same as shares (``share_*``), ``width`` of the band as a
        share, ``in_band``, ``log_score``, ``effective`` draws, ``refitted``.
    """
    rows = []
    for trial in fit.space.trials:
        weights = without(fit.by_target[trial.name])
        effective = float(1.0 / np.sum(weights**2))
        space, z, refitted = fit.space, fit.z, effective < FEWEST
        rng = np.random.default_rng([seed, PICK])
        if refitted:
            again = refits(trial.name)
            space, z = again.space, again.z
            effective = float(len(z))
        else:
            z = z[systematic(weights, DRAWS, rng)]
        shares = predict_new(space, z, trial, seed, SITES, fit.watch.threads)
        for column, item in enumerate(shares.items):
            if not item.fitted or item.observed is None:
                continue
            sample = draw_item(shares, item, np.random.default_rng([seed, column]), TRIES)
            value, sd, reach = (
                getattr(shares, name)[:, column] for name in ("value", "sd", "reach")
            )
            score = log_score(item, value, sd, reach, SITES)
            about = {"effective": effective, "refitted": refitted, "log_score": score}
            rows.append({**verdict_row(trial, item, sample), **about})
    return pd.DataFrame(rows)


def verdict_row(trial: Trial, item: Item, sample: np.ndarray) -> dict[str, object]:
    """One number of a trial against predictive values of it."""
    low, middle, high = np.quantile(sample, BAND)
    seen = item.observed
    assert seen is not None, "nothing was observed"
    point = seen.count if seen.mean is None else seen.mean
    least = point if point is not None else (0 if seen.low is None else seen.low)
    most = point if point is not None else (item.sites if seen.high is None else seen.high)
    of = 1.0 if item.outcome.is_mean else float(item.sites)
    return {
        "trial": trial.name,
        "label": trial.title,
        "evidence": ", ".join(trial.evidence),
        "arm": item.arm,
        "outcome": item.outcome.name,
        "month": item.month,
        "sites": item.sites,
        "is_share": not item.outcome.is_mean,
        "observed": np.nan if point is None else float(point),
        "observed_low": float(least),
        "observed_high": float(most),
        "q05": low,
        "q50": middle,
        "q95": high,
        "share_observed_low": least / of,
        "share_observed_high": most / of,
        "share_q05": low / of,
        "share_q50": middle / of,
        "share_q95": high / of,
        "width": (high - low) / of,
        "in_band": bool(low <= most and high >= least),
    }


def lever_table(fit: LeverFit, refits: Without | None = None) -> pd.DataFrame:
    """What the trials say of each axis, and which of them say it; see `identifiability`.

    Quantities that several axes make up (prompts, effects of studies) are judged on a scale on
    which their own prior is N(0, 1). With `refits` a second fit must bear out the first.
    """
    space = fit.space
    more = None
    if refits is not None:
        again = refits(AGAIN)
        more = {AGAIN: pd.DataFrame(scores(space, again.z), columns=list(space.names))}
    return what_data_say(space, fit.z, fit.by_target, more, scores(space, fit.z))


def scores(space: LeverSpace, z: np.ndarray) -> np.ndarray:
    """Draws on scales on which each quantity's own prior is N(0, 1); shape (n, axes)."""
    out = z.copy()
    reference = space.values(normal_scores(prior_cube(REFERENCE, space.names, 0)))
    values = space.values(z)
    for i, name in enumerate(space.names):
        if name in space.prompts or name.startswith("study: "):
            rank = np.searchsorted(np.sort(reference[:, i]), values[:, i])
            out[:, i] = ndtri((rank + 0.5) / (REFERENCE + 1.0))
    return out
