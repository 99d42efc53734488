"""What diffusion research measures, on adoption times and ties (after netdiffuseR's questions).

Adoption times are the first month of adoption, NaN for never. A tie matrix has n rows and n
columns; entry [j, i] is above 0 when i hears from j, the direction of the system's tie layers.

Sources: Valente 1995 (Network Models of the Diffusion of Innovations); Valente 1996,
doi 10.1016/0378-8733(95)00256-1 (thresholds); Vega Yon, Olivera Morales and Valente, R package
netdiffuseR, doi 10.5281/zenodo.1039317 (the vocabulary; no code is taken).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

CATEGORIES = pd.CategoricalDtype(
    ["innovator", "early adopter", "early majority", "late majority", "laggard"], ordered=True
)


def adoption_times(adopted: np.ndarray) -> np.ndarray:
    """First month of adoption.

    Parameters
    ----------
    adopted : ndarray of bool, shape (..., M, n)
        State by month; later interruptions do not matter.

    Returns
    -------
    ndarray of float64, shape (..., n)
        Index of the first month with True; NaN for never.
    """
    first = adopted.argmax(axis=-2).astype(float)
    return np.where(adopted.any(axis=-2), first, np.nan)


def tie_matrix(indptr: np.ndarray, indices: np.ndarray) -> sparse.csr_array:
    """Tie matrix, shape (n, n), from the rows of listeners of a system's tie layer."""
    n = len(indptr) - 1
    return sparse.csr_array((np.ones(len(indices)), indices, indptr), shape=(n, n))


def exposure(times: np.ndarray, ties: sparse.sparray | np.ndarray, months: int) -> np.ndarray:
    """Share of each one's sources who have adopted, by month.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Adoption times.
    ties : sparse array or ndarray, shape (n, n)
        Tie matrix; its values are weights.
    months : int
        Months to look at, from month 0.

    Returns
    -------
    ndarray, shape (n, months)
        In [0, 1], adopters of the month itself included; NaN for those who hear from nobody.
    """
    adopted = (times[:, None] <= np.arange(months)).astype(float)
    heard = ties.T @ adopted
    degree = np.asarray(ties.sum(axis=0), dtype=float).reshape(-1, 1)
    return np.divide(heard, degree, out=np.full(heard.shape, np.nan), where=degree > 0)


def thresholds(times: np.ndarray, ties: sparse.sparray | np.ndarray) -> np.ndarray:
    """Realised threshold: exposure in the month before one's own adoption.

    The month *before*, because the model's staff and sites see the world as it was when the month
    began; netdiffuseR's default looks at the month of adoption itself.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Adoption times in whole months.
    ties : sparse array or ndarray, shape (n, n)
        Tie matrix.

    Returns
    -------
    ndarray, shape (n,)
        0 for adopters in month 0; NaN for those who never adopt or hear from nobody.
    """
    adopters = np.flatnonzero(~np.isnan(times))
    result = np.full(len(times), np.nan)
    if not adopters.size:
        return result
    when = times[adopters].astype(int)
    seen = exposure(times, ties, int(when.max()) + 1)
    before = seen[adopters, np.maximum(when - 1, 0)]
    result[adopters] = np.where(when > 0, before, 0 * before)
    return result


def adopter_categories(times: np.ndarray) -> pd.Categorical:
    """Rogers' five categories, cut at the mean adoption time and one and two sd from it.

    Innovators adopt before mean - 2 sd, early adopters before mean - sd, the early majority up to
    the mean, the late majority up to mean + sd, laggards later (Rogers 2003, Diffusion of
    Innovations). Mean and sd are those of the adopters.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Adoption times.

    Returns
    -------
    Categorical of length n
        Ordered; missing for those who never adopt.
    """
    known = times[~np.isnan(times)]
    if not known.size:
        return pd.Categorical([None] * len(times), dtype=CATEGORIES)
    mean, sd = known.mean(), known.std(ddof=1) if known.size > 1 else 0.0
    early = times[:, None] >= mean - sd * np.array([2, 1])
    late = times[:, None] > mean + sd * np.array([0, 1])
    code = np.where(np.isnan(times), -1, early.sum(axis=1) + late.sum(axis=1))
    return pd.Categorical.from_codes(code.tolist(), dtype=CATEGORIES)


def hazard(times: np.ndarray, months: int, period: int = 1) -> pd.DataFrame:
    """Probability of adopting within a period, among those who have not yet.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Adoption times.
    months : int
        Months observed, from month 0.
    period : int
        Months in a period; a last incomplete one is left out.

    Returns
    -------
    DataFrame
        One row a period: ``month`` (its first), ``at_risk``, ``adopters``, ``hazard`` (adopters
        over those at risk; NaN when nobody is).
    """
    starts = np.arange(0, months - period + 1, period)
    at_risk = len(times) - (times < starts[:, None]).sum(axis=1)
    adopters = ((times >= starts[:, None]) & (times < starts[:, None] + period)).sum(axis=1)
    rate = np.divide(adopters, at_risk, out=np.full(len(starts), np.nan), where=at_risk > 0)
    return pd.DataFrame({"month": starts, "at_risk": at_risk, "adopters": adopters, "hazard": rate})
