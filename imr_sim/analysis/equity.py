"""How evenly IMR is spread over the country in the last month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

RURAL = ("rural", "highly rural")
"""VA rurality classes counted as rural; "insular" sites are neither rural nor urban."""


class Equity(NamedTuple):
    """Measures of evenness, one number a history, each of shape (D, R).

    Attributes
    ----------
    worst_visn_share : ndarray
        Share of VAMCs providing (0 to 1) in the VISN where it is lowest.
    rural_gap : ndarray
        Share providing among urban minus that among rural VAMCs, percentage points; NaN when the
        system lacks either.
    gini : ndarray
        Gini index of the VISNs' shares: 0 all alike (also when all are 0), towards 1 unequal.
    """

    worst_visn_share: np.ndarray
    rural_gap: np.ndarray
    gini: np.ndarray


def equity(providing: np.ndarray, sites: pd.DataFrame) -> Equity:
    """Evenness of who provides IMR.

    Parameters
    ----------
    providing : ndarray of bool, shape (D, R, S)
        Whether each VAMC provides IMR.
    sites : DataFrame
        Site table with S rows and the columns ``visn`` and ``rurality``.

    Returns
    -------
    Equity
    """
    shares = visn_shares(providing, sites["visn"].to_numpy())
    rurality = sites["rurality"].to_numpy()
    rural, urban = np.isin(rurality, RURAL), rurality == "urban"
    gap = np.full(providing.shape[:2], np.nan)
    if rural.any() and urban.any():
        gap = 100 * (providing[..., urban].mean(axis=-1) - providing[..., rural].mean(axis=-1))
    return Equity(shares.min(axis=-1), gap, gini(shares))


def visn_shares(providing: np.ndarray, visn: np.ndarray) -> np.ndarray:
    """Share of VAMCs providing in each VISN, shape (D, R, VISNs), VISNs in rising order."""
    _, group = np.unique(visn, return_inverse=True)
    member = np.eye(group.max() + 1)[group]
    return providing @ (member / member.sum(axis=0))


def gini(values: np.ndarray) -> np.ndarray:
    """Gini index over the last axis (Gini 1912); 0 where all values are 0.

    Half the mean absolute difference between all pairs, over the mean.
    """
    n = values.shape[-1]
    ranked = np.sort(values, axis=-1)
    total = ranked.sum(axis=-1)
    weighted = ranked @ (2 * np.arange(1, n + 1) - n - 1)
    return np.divide(weighted, n * total, out=np.zeros_like(total), where=total > 0)
