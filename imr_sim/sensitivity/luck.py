"""How much of the variance is mere luck: of one history, and of the means that are analysed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from imr_sim.sensitivity.library import CONFIDENCE, generator
from imr_sim.sensitivity.stage import PARTS, Answers

COLUMNS = ("outcome", "method", "luck", "points", "replicates", "share_of", "value", "lo", "hi")


def luck_shares(answers: Answers, resamples: int, seed: int) -> pd.DataFrame:
    """Shares of variance that are luck, with percentile bootstrap intervals over points.

    Luck within a point is the variance over its replicates, averaged over points. Where all
    points share the same luck, the part of it that is the same everywhere moves all points
    together and cancels in every difference: what is left in the means is how luck acts
    differently at different points (the interaction of a two-way analysis of variance).

    Parameters
    ----------
    answers : Answers
        Of Sobol' (its independent points are used) or of PAWN.
    resamples : int
        Bootstrap samples of points.
    seed : int

    Returns
    -------
    DataFrame
        ``share_of`` "one history": variance that would remain if all parameters were known;
        "means": of the means over replicates that the indices are about.
    """
    stage = answers.stage
    values = answers.values.reshape(-1, stage.size, answers.values.shape[1])
    points = values[:, 0] if stage.size == 1 else np.concatenate([values[:, 0], values[:, -1]])
    replicates = points.shape[1]
    rng = generator(seed, PARTS[stage.method], 2)
    found = _shares(points, stage.own_luck)
    picks = (rng.integers(len(points), size=len(points)) for _ in range(resamples))
    again = np.array([_shares(points[pick], stage.own_luck) for pick in picks])
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    lo, hi = np.quantile(again, tails, axis=0)
    rows: list[dict[str, Any]] = [
        {
            "outcome": answers.outcome,
            "method": stage.method,
            "luck": "own" if stage.own_luck else "common",
            "points": len(points),
            "replicates": replicates,
            "share_of": of,
            "value": found[i],
            "lo": lo[i],
            "hi": hi[i],
        }
        for i, of in enumerate(("one history", "means"))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _shares(values: np.ndarray, own: bool) -> tuple[float, float]:
    """Of one history, and of the means; shape (points, replicates)."""
    replicates = values.shape[1]
    within = values.var(axis=1, ddof=1).mean()
    means = values.mean(axis=1)
    total = means.var(ddof=1)
    if own:
        left = within
    else:
        rest = values - means[:, None] - values.mean(axis=0) + values.mean()
        left = (rest**2).sum() / ((len(values) - 1) * (replicates - 1))
    by_parameters = max(total - left / replicates, 0.0)
    together = within + by_parameters
    if together == 0 or total == 0:
        return 0.0, 0.0
    return float(within / together), float(left / replicates / total)
