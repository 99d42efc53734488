"""Which sites a strategy wins: each site against its own twin in the reference world."""

from __future__ import annotations

import numpy as np
import pandas as pd

from imr_sim.analysis.spread import mean_se

MEASURES = (
    "p_providing",
    "p_because_of_strategy",
    "p_lost_because_of_strategy",
    "months_added",
    "p_supported",
)


def site_outcomes(
    providing: np.ndarray,
    twin_providing: np.ndarray,
    months: np.ndarray,
    twin_months: np.ndarray,
    supported: np.ndarray,
) -> pd.DataFrame:
    """Outcomes of every site under one strategy, with Monte-Carlo standard errors.

    Parameters
    ----------
    providing, twin_providing : ndarray of bool, shape (D, R, S)
        Providing in the last month under the strategy, and in the reference.
    months, twin_months : ndarray, shape (D, R, S)
        Months of providing after the policy date.
    supported : ndarray of bool, shape (D, R, S)
        Got any dose of the strategy.

    Returns
    -------
    DataFrame
        S rows: ``p_providing``; ``p_because_of_strategy`` (provides, and its twin does not);
        ``p_lost_because_of_strategy`` (its twin provides, and it does not); ``months_added``
        (mean months of providing more than the twin); ``p_supported``; and each of these again
        with ``_se``. Probabilities are shares of histories.
    """
    histories = (
        providing,
        providing & ~twin_providing,
        twin_providing & ~providing,
        months.astype(float) - twin_months,
        supported,
    )
    columns = {}
    for name, values in zip(MEASURES, histories, strict=True):
        values = values.astype(float)
        columns[name] = values.mean(axis=(0, 1))
        columns[f"{name}_se"] = mean_se(values)
    return pd.DataFrame(columns)
