"""The Bass model of diffusion, fitted to a cumulative curve of adopters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import curve_fit

from imr_sim.errors import RequestError


class BassFit(NamedTuple):
    """Fitted parameters and their standard errors.

    Attributes
    ----------
    p, q : float
        Innovation and imitation, per month.
    ceiling : float
        Adopters in the end.
    p_se, q_se, ceiling_se : float
        Standard errors of the least-squares fit. Months of one curve are not independent, so
        these are too small: a description of the fit, not of the world.
    """

    p: float
    q: float
    ceiling: float
    p_se: float
    q_se: float
    ceiling_se: float


def bass_curve(month: np.ndarray, p: float, q: float, ceiling: float) -> np.ndarray:
    """Cumulative adopters of the Bass model (Bass 1969, doi 10.1287/mnsc.15.5.215).

    Parameters
    ----------
    month : ndarray
        Months since the start.
    p, q : float
        Innovation and imitation, per month; p > 0.
    ceiling : float
        Adopters in the end.

    Returns
    -------
    ndarray
        Adopters by each month, 0 at month 0.
    """
    decay = np.exp(-(p + q) * month)
    return ceiling * (1 - decay) / (1 + q / p * decay)


def fit_bass(adopters: np.ndarray) -> BassFit:
    """Least-squares fit of the Bass curve.

    Parameters
    ----------
    adopters : ndarray, shape (M,)
        Cumulative adopters at month 0, 1, ..., M - 1 since the start.

    Returns
    -------
    BassFit

    Raises
    ------
    RequestError
        When there are fewer than five months, nobody adopts, or no Bass curve fits.
    """
    if len(adopters) < 5 or not np.isfinite(adopters).all() or np.max(adopters) <= 0:
        raise _no_fit("it needs five months or more, finite, and somebody who adopts")
    month, most = np.arange(len(adopters)), float(np.max(adopters))
    try:
        best, covariance = curve_fit(
            bass_curve,
            month,
            adopters,
            p0=(0.5 / len(adopters), 3 / len(adopters), most),
            bounds=((1e-9, 0.0, 0.0), (1.0, 5.0, 100 * most)),
        )
    except RuntimeError as failure:  # what curve_fit raises when it gives up
        raise _no_fit("no Bass curve comes near it") from failure
    error = np.sqrt(np.diag(covariance))
    return BassFit(*best.tolist(), *error.tolist())


def _no_fit(why: str) -> RequestError:
    return RequestError(
        "the curve of adopters",
        where="fit_bass(adopters)",
        why=why,
        write="Pass cumulative adopters by month from the first month of the diffusion on.",
    )
