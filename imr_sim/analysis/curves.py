"""Outcomes by month: the tidy form behind `curves.parquet` and the adoption figure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from imr_sim.analysis.spread import nan_mean

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}


def curve_summary(values: np.ndarray) -> dict[str, np.ndarray]:
    """Mean and quantiles over histories, month by month.

    Parameters
    ----------
    values : ndarray, shape (D, R, M)
        One outcome a history and month; NaN where it is not defined.

    Returns
    -------
    dict of ndarray, each of shape (M,)
        ``mean``, ``q05``, ``q25``, ``q50``, ``q75``, ``q95``; NaN in months that no history
        defines.
    """
    flat = values.reshape(-1, values.shape[-1])
    ordered = np.sort(flat, axis=0)  # NaN comes last
    known = np.sum(~np.isnan(flat), axis=0)
    levels = np.full((len(QUANTILES), len(known)), np.nan)
    for n in np.unique(known[known > 0]):  # much faster than one month after the other
        those = known == n
        levels[:, those] = np.quantile(ordered[:n, those], list(QUANTILES.values()), axis=0)
    return {"mean": nan_mean(flat, axis=0), **dict(zip(QUANTILES, levels, strict=True))}


def months_to_share(providing: np.ndarray, n_sites: int, share: float) -> float:
    """Median over histories of the months from the policy date until a share of VAMCs provides.

    Parameters
    ----------
    providing : ndarray, shape (D, R, M)
        VAMCs providing in each month from the policy date on.
    n_sites : int
        VAMCs in the system.
    share : float
        Share to reach, 0 to 1.

    Returns
    -------
    float
        0 when it is reached at the policy date already; NaN when half of the histories or more
        do not reach it within the horizon.
    """
    reached = providing >= share * n_sites
    first = np.where(reached.any(axis=-1), reached.argmax(axis=-1), np.inf)
    median = float(np.median(first))
    return median if np.isfinite(median) else np.nan


def tidy_curves(
    name: str, curves: Mapping[str, np.ndarray], dates: pd.DatetimeIndex, policy_index: int
) -> pd.DataFrame:
    """One strategy's curves as rows: strategy, month, date, quantity, mean and quantiles."""
    month = np.arange(len(dates)) - policy_index
    frames = []
    for quantity, values in curves.items():
        columns = {"strategy": name, "month": month, "date": dates, "quantity": quantity}
        frames.append(pd.DataFrame({**columns, **curve_summary(values)}))
    return pd.concat(frames, ignore_index=True)
