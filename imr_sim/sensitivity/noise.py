"""How much of the variance is mere luck: of one history, and of the means that are analysed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from imr_sim.sensitivity.library import CONFIDENCE, generator
from imr_sim.sensitivity.sample import PARTS, Evaluations

COLUMNS = ("outcome", "method", "luck", "points", "replicates", "share_of", "value", "lo", "hi")


def noise_shares(evaluations: Evaluations, resamples: int, seed: int) -> pd.DataFrame:
    """Shares of variance that are luck, with percentile bootstrap intervals over points.

    Luck within a point is the variance over its replicates, averaged over points. Where all
    points share the same luck, the part of it that is the same everywhere moves all points
    together and cancels in every difference: what is left in the means is how luck acts
    differently at different points (the interaction of a two-way analysis of variance).

    Parameters
    ----------
    evaluations : Evaluations
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
    sample = evaluations.sample
    points = _independent(evaluations)
    replicates = points.shape[1]
    rng = generator(seed, PARTS[sample.method], 2)
    shares = _shares(points, sample.own_luck)
    picks = (rng.integers(len(points), size=len(points)) for _ in range(resamples))
    again = np.array([_shares(points[pick], sample.own_luck) for pick in picks])
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    lo = hi = np.array(shares)  # where there is no share, there is no interval
    if not np.isnan(lo).any():
        lo, hi = np.nanquantile(again, tails, axis=0)
    rows: list[dict[str, Any]] = [
        {
            "outcome": evaluations.outcome,
            "method": sample.method,
            "luck": "own" if sample.own_luck else "common",
            "points": len(points),
            "replicates": replicates,
            "share_of": of,
            "value": shares[i],
            "lo": lo[i],
            "hi": hi[i],
        }
        for i, of in enumerate(("one history", "means"))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def covered(
    some: Evaluations, every: Evaluations, resamples: int, seed: int
) -> tuple[float, float, float]:
    """Variance that the parameters of Sobol' make, as a share of what all of them make.

    Luck is taken off both. With a percentile bootstrap interval over points; above 1 by chance,
    or where parameters held at their medians would have damped the others.

    Parameters
    ----------
    some, every : Evaluations
        Of Sobol' and of PAWN.
    resamples, seed : int
    """
    rng = generator(seed, PARTS["sobol"], 3)
    both = [(_independent(a), a.sample.own_luck) for a in (some, every)]
    part, whole = (_parts(points, own)[1] for points, own in both)
    if whole == 0:
        return np.nan, np.nan, np.nan
    again = []
    for _ in range(resamples):
        one, other = (
            _parts(points[rng.integers(len(points), size=len(points))], own)[1]
            for points, own in both
        )
        again.append(one / other if other > 0 else np.nan)
    lo, hi = np.nanquantile(again, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return part / whole, float(lo), float(hi)


def _independent(evaluations: Evaluations) -> np.ndarray:
    """Values at points that do not share coordinates, shape (points, replicates)."""
    values = evaluations.values.reshape(-1, evaluations.sample.size, evaluations.values.shape[1])
    if evaluations.sample.size == 1:
        return values[:, 0]
    return np.concatenate([values[:, 0], values[:, -1]])


def _shares(values: np.ndarray, own: bool) -> tuple[float, float]:
    """Share of luck in one history, and in the means; of values (points, replicates).

    NaN where there is no variance to have a share of.
    """
    within, by_parameters, in_means = _parts(values, own)
    together, total = within + by_parameters, values.mean(axis=1).var(ddof=1)
    if together == 0 or total == 0:
        return np.nan, np.nan
    return float(within / together), float(in_means / total)


def _parts(values: np.ndarray, own: bool) -> tuple[float, float, float]:
    """Variance within points, that by parameters, and that of the luck left in the means."""
    replicates = values.shape[1]
    means = values.mean(axis=1)
    if replicates == 1:
        return 0.0, float(means.var(ddof=1)), 0.0
    within = float(values.var(axis=1, ddof=1).mean())
    left = within
    if not own:
        rest = values - means[:, None] - values.mean(axis=0) + values.mean()
        left = float((rest**2).sum() / ((len(values) - 1) * (replicates - 1)))
    left /= replicates
    return within, max(float(means.var(ddof=1)) - left, 0.0), left
