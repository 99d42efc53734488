"""What do the data say about each parameter, and which of them say it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.stats import norm

from imr_sim.calibration.calibrate import Calibration
from imr_sim.calibration.refit import AGAIN
from imr_sim.calibration.space import normal_scores
from imr_sim.model.parameter_table import Spec
from imr_sim.model.parameters import prior_cube

INFORMED_CONTRACTION = 0.15  # share of the prior variance removed
INFORMED_SHIFT = 0.25  # prior standard deviations
INDEPENDENT = 0.5  # share of draws taken to be independent of each other: assumption
ERRORS = 2.0  # standard errors of the sample that either must exceed besides
MOVED = 0.20  # posterior standard deviations that leaving a target out must move a parameter
REFERENCE = 2000  # prior draws that the posterior is set against
FEWEST = 50  # effective draws that can tell what leaving a target out would do
BINS = np.linspace(-4.0, 4.0, 33)


def identifiability(
    calibration: Calibration, refits: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Prior against posterior, parameter by parameter.

    Leaving one target out weighs each draw by one over its likelihood there (truncated, Ionides
    2008, doi 10.1198/106186008X320456); where few draws stay effective it says so, unless a fit
    without that target is given.

    Parameters
    ----------
    calibration : Calibration
    refits : mapping of str to DataFrame or None
        Draws of `imr_sim.calibration.refit.refit` by its name: the same evidence again, or all
        but one target. With ``"again"`` among them a parameter counts as informed only if both
        fits say so.

    Returns
    -------
    DataFrame
        One row a parameter: prior and posterior mean and sd in its unit; ``shift`` (prior sds, on
        the normal scale), ``contraction`` (1 - posterior variance / prior variance, same scale),
        ``overlap`` (shared area of prior and posterior, 1 when equal); for each target
        ``without_<target>``, how far the posterior moves without it (posterior sds, mean and
        spread together; NaN when fewer than 50 draws would carry the answer); with a second fit
        ``again``, how far that lies off in the same measure; ``informed_by``, and ``verdict``,
        one sentence.
    """
    return what_data_say(calibration.simulator.space, calibration.z, calibration.by_target, refits)


class Axes(Protocol):
    """The space that a fit moved in: one standard-normal axis a quantity."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""

    def values(self, z: np.ndarray) -> np.ndarray:
        """Values in units, shape (n, axes)."""

    def spec(self, name: str) -> Spec:
        """What is known of one axis."""


def what_data_say(
    space: Axes,
    z: np.ndarray,
    by_target: Mapping[str, np.ndarray],
    refits: Mapping[str, pd.DataFrame] | None = None,
    scores: np.ndarray | None = None,
) -> pd.DataFrame:
    """`identifiability` of any fit: its axes, its draws (n, axes), log likelihoods by target.

    `scores` are the draws on a scale on which each prior is N(0, 1), where the axes are not: a
    quantity that several axes make up.
    """
    fits = dict(refits or {})
    second = fits.pop(AGAIN, None)
    values = space.values(z)
    reference = space.values(normal_scores(prior_cube(REFERENCE, space.names, 0)))
    weights = {t: without(ll) for t, ll in by_target.items()}
    rows = []
    for i, name in enumerate(space.names):
        column = (z if scores is None else scores)[:, i]
        shift, contraction = float(column.mean()), 1.0 - float(column.var())
        moved = {
            t: _distance(column, fits[t][name].to_numpy()) if t in fits else _moved(column, w)
            for t, w in weights.items()
        }
        once, twice = _learned(column), True
        row = {
            "parameter": name,
            "unit": space.spec(name).unit,
            "prior_mean": reference[:, i].mean(),
            "prior_sd": reference[:, i].std(),
            "posterior_mean": values[:, i].mean(),
            "posterior_sd": values[:, i].std(),
            "shift": shift,
            "contraction": contraction,
            "overlap": _overlap(column),
            **{f"without_{t}": m for t, m in moved.items()},
        }
        if second is not None:
            again = second[name].to_numpy()
            row["again"], twice = _distance(column, again), _learned(again)
        by = _informants(moved) if once and twice else ""
        rows.append({**row, "informed_by": by, "verdict": _verdict(name, once, twice, by)})
    return pd.DataFrame(rows)


def too_few_without(calibration: Calibration) -> list[str]:
    """Targets that the draws cannot do without: what these inform needs a fit without them."""
    few = [t for t, n in effective_without(calibration).items() if n < FEWEST]
    return few if len(calibration.by_target) > 1 else []


def effective_without(calibration: Calibration) -> Mapping[str, float]:
    """Effective draws behind each column ``without_<target>``."""
    found = {t: without(ll) for t, ll in calibration.by_target.items()}
    return {t: float(1.0 / np.sum(w**2)) for t, w in found.items()}


def without(ll: np.ndarray) -> np.ndarray:
    """Weights that take one target's likelihood back, truncated."""
    w = np.exp(ll.min() - ll)
    w = np.minimum(w, w.mean() * np.sqrt(len(w)))
    return w / w.sum()


def _moved(column: np.ndarray, weights: np.ndarray) -> float:
    if 1.0 / np.sum(weights**2) < FEWEST:
        return float("nan")
    mean = weights @ column
    return _apart(column, mean, np.sqrt(weights @ (column - mean) ** 2))


def _distance(column: np.ndarray, other: np.ndarray) -> float:
    return _apart(column, other.mean(), other.std())


def _apart(column: np.ndarray, mean: float, sd: float) -> float:
    now = column.std()
    return float(np.hypot((mean - column.mean()) / now, np.log(sd / now)))


def _learned(column: np.ndarray) -> bool:
    """Is the posterior narrower than the prior, or elsewhere, by more than the sample's error?"""
    error = 1.0 / np.sqrt(INDEPENDENT * len(column))
    narrower = max(INFORMED_CONTRACTION, ERRORS * np.sqrt(2.0) * error)
    return bool(
        1.0 - column.var() >= narrower or abs(column.mean()) >= max(INFORMED_SHIFT, ERRORS * error)
    )


def _overlap(column: np.ndarray) -> float:
    """Area that the histogram of the draws shares with the standard normal."""
    mine = np.histogram(np.clip(column, BINS[0], BINS[-1]), BINS)[0] / len(column)
    prior = np.diff(norm.cdf(BINS))
    return float(np.minimum(mine, prior).sum())


def _informants(moved: Mapping[str, float]) -> str:
    named = sorted((t for t, m in moved.items() if m >= MOVED), key=lambda t: -moved[t])
    unsure = [t for t, m in moved.items() if np.isnan(m)]
    return ", ".join(named + [f"{t} (too few draws to tell)" for t in unsure])


def _verdict(name: str, once: bool, twice: bool, by: str) -> str:
    if not once:
        return f"The data do not inform {name}."
    if not twice:
        return f"The data do not inform {name}: a second fit does not bear out the first."
    return f"The data inform {name}: {by or 'several targets together'}."
