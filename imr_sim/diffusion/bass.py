"""The Bass model of diffusion, fitted to a cumulative curve of adopters, or refused.

A curve can look like a Bass curve for other reasons than imitation, and before it bends its ceiling
is a guess (Van den Bulte and Lilien 1997, doi 10.1287/mksc.16.4.338). What a fit cannot say comes
with it; where there is no fit at all, an error says why.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit

from imr_sim.errors import RequestError

FEWEST = 5
"""Periods needed: three parameters are fitted."""
HIGHEST_P, HIGHEST_Q, LOWEST_P = 1.0, 5.0, 1e-9
MOST_CEILING = 100.0
"""Times the last value: a ceiling beyond is none."""
NO_INNOVATION = 1e-7
"""Innovation below this is none: of ten million people one a period would adopt by it."""
NEAR = 1e-3
"""A parameter this close to a bound, as a share of it, lies on it."""
SURE = 10.83
"""Chi-squared (1 df) at .001: an earlier start must explain the increments that much better."""
BENT = 0.9
"""Share of the fitted ceiling that must be reached before it is observed rather than guessed."""


class BassFit(NamedTuple):
    """Fitted parameters and their standard errors.

    Attributes
    ----------
    p, q : float
        Innovation and imitation, per period.
    ceiling : float
        Adopters in the end.
    p_se, q_se, ceiling_se : float
        Standard errors of the least-squares fit; 0 for a given ceiling. Periods of one curve are
        not independent, so these are too small: a description of the fit, not of the world.
    peak : float
        Periods from the start to the most adoptions, ln(q / p) / (p + q); below 0 when adoption
        only slows down.
    limits : tuple of str
        What this fit cannot say.
    """

    p: float
    q: float
    ceiling: float
    p_se: float
    q_se: float
    ceiling_se: float
    peak: float
    limits: tuple[str, ...]


def bass_curve(time: np.ndarray, p: float, q: float, ceiling: float) -> np.ndarray:
    """Cumulative adopters of the Bass model (Bass 1969, doi 10.1287/mnsc.15.5.215).

    Parameters
    ----------
    time : ndarray
        Periods since the start; the end of the first period is 1.
    p, q : float
        Innovation and imitation, per period; p > 0.
    ceiling : float
        Adopters in the end.

    Returns
    -------
    ndarray
        Adopters by each time, 0 at time 0.
    """
    decay = np.exp(-(p + q) * time)
    return ceiling * (1 - decay) / (1 + q / p * decay)


def fit_bass(adopters: np.ndarray, *, ceiling: float | None = None) -> BassFit:
    """Least-squares fit of the Bass curve.

    Parameters
    ----------
    adopters : ndarray, shape (T,)
        Numbers (not shares) who have adopted by the *end* of each period since the start, as
        `cumulative_adopters` gives them: those of the first period are in the first value, as they
        are in `hazard` and `exposure`.
    ceiling : float, optional
        Adopters in the end, when known; fitted otherwise.

    Returns
    -------
    BassFit

    Raises
    ------
    RequestError
        When no Bass curve describes these numbers: fewer than five periods, not finite, falling,
        flat, shares, begun before the first period, or best fitted at the edge of what parameters
        can be (no imitation, no innovation, no ceiling).
    """
    y = np.asarray(adopters, float)
    _check_curve(y, ceiling)
    fit, covariance = _best(y, ceiling)
    p, q, top = fit
    _check_edges(p, q, top, y, ceiling)
    _check_start(y, fit, ceiling)
    errors = np.sqrt(np.diag(covariance))
    if not np.isfinite(errors).all() or errors[2] > top:
        raise _no_fit(
            "it does not tell the three parameters apart", "Give ceiling= if it is known."
        )
    limits = ["Errors take periods as independent and are too small."]
    if ceiling is None and y[-1] < BENT * top:
        limits.append(
            f"{y[-1] / top:.0%} of the fitted ceiling had adopted: the ceiling is extrapolated, "
            "and before a curve levels off it comes out too low and q too high."
        )
    limits.append("q is not proof of contagion: people who differ in readiness give it too.")
    p_se, q_se, ceiling_se = errors.tolist()
    peak = float(np.log(q / p) / (p + q))
    return BassFit(p, q, top, p_se, q_se, ceiling_se, peak, tuple(limits))


def _check_curve(y: np.ndarray, ceiling: float | None) -> None:
    if y.ndim != 1 or len(y) < FEWEST or not np.isfinite(y).all():
        raise _no_fit(f"it needs {FEWEST} periods or more, finite")
    if (y < 0).any() or y.max() <= 0:
        raise _no_fit("it needs numbers from 0 on, and somebody who adopts")
    if (np.diff(y) < 0).any():
        raise _no_fit(
            "it falls, and a cumulative curve cannot",
            "If these are adopters of each period, sum them (np.cumsum). Of a practice that is "
            "also given up, pass how many have ever adopted.",
        )
    if y[-1] == y[0]:
        raise _no_fit("it is flat: nobody adopts after the first period")
    if y.max() <= 1:
        raise _no_fit("it holds shares", "Pass numbers of adopters: shares times the population.")
    if ceiling is not None and not (np.isfinite(ceiling) and ceiling >= y[-1]):
        raise _no_fit(
            f"the ceiling {ceiling:g} is below the {y[-1]:g} who have adopted",
            "Give the number who could adopt.",
        )


def _best(y: np.ndarray, ceiling: float | None) -> tuple[tuple[float, float, float], np.ndarray]:
    """The best of fits from several starts: p, q, ceiling, and their covariance (3, 3)."""
    time, top = np.arange(1, len(y) + 1, dtype=float), float(y[-1])
    least = (LOWEST_P, 0.0, 0.0) if ceiling is None else (LOWEST_P, 0.0)
    most = (HIGHEST_P, HIGHEST_Q, MOST_CEILING * top) if ceiling is None else (HIGHEST_P, HIGHEST_Q)

    def curve(t: np.ndarray, p: float, q: float, end: float = ceiling or 0.0) -> np.ndarray:
        return bass_curve(t, p, q, end)

    best = None
    for first, fast in ((0.5, 3.0), (0.05, 6.0), (2.0, 0.5), (0.01, 12.0)):
        start = (first / len(y), fast / len(y)) + ((1.2 * top,) if ceiling is None else ())
        start = tuple(np.clip(start, np.add(least, 1e-8), np.multiply(most, 0.99)).tolist())
        try:
            with np.errstate(over="ignore"):
                values, covariance = curve_fit(
                    curve, time, y, p0=start, bounds=(least, most), x_scale=start, max_nfev=2000
                )
        except (RuntimeError, OptimizeWarning):  # what curve_fit raises when it gives up
            continue
        misfit = float(((curve(time, *values) - y) ** 2).sum())
        if best is None or misfit < best[0]:
            best = (misfit, values, covariance)
    if best is None:
        raise _no_fit("no Bass curve comes near it")
    _, values, covariance = best
    if ceiling is not None:
        values, covariance = np.append(values, ceiling), np.pad(covariance, (0, 1))
    p, q, end = values.tolist()
    return (p, q, end), covariance


def _check_edges(p: float, q: float, top: float, y: np.ndarray, ceiling: float | None) -> None:
    if q <= NEAR * p:
        raise _no_fit(
            f"imitation comes out at 0: adoption at a steady hazard of about {p:.3g} a period",
            "Report that hazard; there is no S-shaped curve in these numbers.",
        )
    if p <= NO_INNOVATION or p >= (1 - NEAR) * HIGHEST_P or q >= (1 - NEAR) * HIGHEST_Q:
        raise _no_fit(f"the best curve has impossible rates (p = {p:.3g}, q = {q:.3g} a period)")
    if ceiling is None and top >= (1 - NEAR) * MOST_CEILING * y[-1]:
        raise _no_fit("it has not begun to bend, so that no ceiling is in sight")


def _check_start(y: np.ndarray, fit: tuple[float, float, float], ceiling: float | None) -> None:
    """Refuse a curve whose increments say that the diffusion began before the first period."""
    time = np.arange(1, len(y) + 1, dtype=float)
    plain = _deviance(y, bass_curve(np.append(0.0, time), *fit))
    p, q, top = fit

    def shifted(t: np.ndarray, p: float, q: float, end: float, before: float) -> np.ndarray:
        return bass_curve(t + before, p, q, end)

    most = (HIGHEST_P, HIGHEST_Q, MOST_CEILING * y[-1], 10.0 * len(y))
    for guess in (0.3, 1.0, 3.0):
        start = np.minimum((p / 10, q, max(top, 1.05 * y[-1]), guess * len(y)), np.array(most) / 2)
        try:
            with np.errstate(over="ignore"):
                values, _ = curve_fit(
                    shifted, time, y, p0=start, bounds=((LOWEST_P, 0.0, 0.0, 0.0), most)
                )
        except (RuntimeError, OptimizeWarning):
            continue
        before = float(values[3])
        curve = shifted(np.append(0.0, time), *values)
        curve[0] = 0.0  # all who adopted before or in the first period are its increment
        if before > 1 and plain - _deviance(y, curve) > SURE:
            raise _no_fit(
                f"its first value is {y[0]:g}, and the curve began {before:.0f} periods before",
                "Pass the numbers from the start of the diffusion on.",
            )


def _deviance(y: np.ndarray, curve: np.ndarray) -> float:
    """Poisson deviance of the increments of `y` (T,) from those of a curve (T + 1,)."""
    seen, expected = np.diff(y, prepend=0.0), np.maximum(np.diff(curve), 1e-12)
    ratio = np.where(seen > 0, seen, 1.0) / expected
    return float(2 * (np.where(seen > 0, seen * np.log(ratio), 0.0) - seen + expected).sum())


def _no_fit(why: str, write: str = "") -> RequestError:
    return RequestError(
        "the curve of adopters",
        where="fit_bass(adopters)",
        why=why,
        write=write or "Pass cumulative adopters by period from the start of the diffusion on.",
    )
