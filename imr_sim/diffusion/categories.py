"""Adopter categories by time of adoption (Rogers; Valente) and by threshold (Valente)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from imr_sim.diffusion.exposure import thresholds
from imr_sim.diffusion.network import DiffusionNetwork

ROGERS = ("innovator", "early adopter", "early majority", "late majority", "laggard")
ADOPTION = ("early adopter", "early majority", "late majority", "laggard", "non-adopter")
THRESHOLD = ("very low", "low", "high", "very high", "non-adopter")


def adopter_categories(network: DiffusionNetwork) -> pd.Categorical:
    """Rogers' five categories, cut at the mean adoption time and one and two sd from it.

    Innovators adopt before mean - 2 sd, early adopters before mean - sd, the early majority up to
    the mean, the late majority up to mean + sd, laggards later (Rogers 2003, Diffusion of
    Innovations). Mean and sd (divisor n - 1) are those of the adopters.

    Returns
    -------
    Categorical of length n
        Ordered; missing for those who never adopt, whom Rogers' scheme does not place.
    """
    times = network.times
    mean, sd = _moments(times)
    early = times[:, None] >= mean - sd * np.array([2, 1])
    late = times[:, None] > mean + sd * np.array([0, 1])
    code = np.where(np.isnan(times), -1, early.sum(axis=1) + late.sum(axis=1))
    return _ordered(code, ROGERS)


def valente_categories(
    network: DiffusionNetwork, *, lag: int = 1, direction: str = "out", valued: bool = True
) -> pd.DataFrame:
    """Categories by adoption time and by threshold, each cut at its mean and one sd from it.

    Valente 1996, doi 10.1016/0378-8733(95)00256-1: early adopters and very low thresholds lie
    below mean - sd, laggards and very high thresholds above mean + sd. Thresholds of those who
    never adopt are censored and enter neither mean nor category.

    Parameters
    ----------
    network : DiffusionNetwork
    lag, direction, valued
        Of `thresholds`.

    Returns
    -------
    DataFrame
        One row a node: ``adoption`` and ``threshold``, ordered categoricals (`ADOPTION`,
        `THRESHOLD`); a threshold that does not exist (no alters, or adopted before there was
        anything to see) is missing.
    """
    table = thresholds(network, lag=lag, direction=direction, valued=valued)
    never = table["censored"].to_numpy()
    reached = table["threshold"].where(~table["censored"]).to_numpy()
    columns = {
        "adoption": _cut(network.times, never, ADOPTION),
        "threshold": _cut(reached, never, THRESHOLD),
    }
    return pd.DataFrame(columns, index=table.index)


def category_table(
    network: DiffusionNetwork, *, lag: int = 1, direction: str = "out", valued: bool = True
) -> pd.DataFrame:
    """Cross table of `valente_categories`: nodes by adoption (rows) and threshold (columns).

    The column ``none`` counts those without a threshold, so that every node is in the table once.
    """
    both = valente_categories(network, lag=lag, direction=direction, valued=valued)
    threshold = both["threshold"].cat.add_categories("none").fillna("none")
    return pd.crosstab(both["adoption"], threshold, dropna=False)


def _moments(values: np.ndarray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not known.size:
        return np.nan, np.nan
    return float(known.mean()), float(known.std(ddof=1)) if known.size > 1 else 0.0


def _cut(values: np.ndarray, never: np.ndarray, names: tuple[str, ...]) -> pd.Categorical:
    mean, sd = _moments(values)
    code = np.where(values >= mean - sd, 1, 0) + (values > mean) + (values > mean + sd)
    code = np.where(never, len(names) - 1, np.where(np.isnan(values), -1, code))
    return _ordered(code, names)


def _ordered(code: np.ndarray, names: tuple[str, ...]) -> pd.Categorical:
    """A Categorical of the names at `code`, missing at -1."""
    words = np.array([*names, None], dtype=object)[code]
    return pd.Categorical(words, categories=list(names), ordered=True)
