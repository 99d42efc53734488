"""Indices of one outcome by each method, as rows that look alike.

Every row has ``method, outcome, parameter, index, value, lo, hi, floor, distinct, n``. ``floor`` is
what luck alone, or a parameter without any influence, would give; ``distinct`` says whether the
interval lies above it; ``n`` counts trajectories, blocks or points.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from imr_sim.sensitivity.library import (
    CONFIDENCE,
    analyze_morris,
    analyze_sobol,
    generator,
    problem,
)
from imr_sim.sensitivity.sample import LEVELS, PARTS, Evaluations

Z = float(norm.ppf(0.5 + CONFIDENCE / 2))
SLICES = 10  # of each parameter, in PAWN: Pianosi and Wagener 2018, 10.1016/j.envsoft.2018.07.019
ROUNDING = 1e-12  # differences this small, relative to the outcome, are none
DUMMIES = 100  # made-up parameters without influence
COLUMNS = (
    "method",
    "outcome",
    "parameter",
    "index",
    "value",
    "lo",
    "hi",
    "floor",
    "distinct",
    "n",
)


def indices(
    evaluations: Evaluations,
    parameters: Iterable[str] | None = None,
    resamples: int = 1000,
    seed: int = 1,
    second_order: bool = False,
) -> pd.DataFrame:
    """Indices by the method that the evaluations were sampled for.

    Parameters
    ----------
    evaluations : Evaluations
    parameters : iterable of str or None
        Those that PAWN reports; None for all.
    resamples : int
        Bootstrap samples of trajectories, blocks or points.
    seed : int
        Of the bootstrap; 0 is a seed.
    second_order : bool
        The Sobol' design has it.
    """
    method = evaluations.sample.method
    rng = generator(seed, PARTS[method], 1)
    if method == "morris":
        rows = _morris(evaluations, resamples, rng)
    elif method == "sobol":
        rows = _sobol(evaluations, resamples, rng, second_order)
    else:
        rows = _pawn(evaluations, tuple(parameters or evaluations.sample.names), resamples, rng)
    n = len(evaluations.kept)
    known = {"method": method, "outcome": evaluations.outcome, "n": n}
    return pd.DataFrame([{**row, **known} for row in rows], columns=list(COLUMNS))


def _row(
    parameter: str, index: str, value: float, half: float, floor: float = 0.0
) -> dict[str, Any]:
    lo, hi = value - half, value + half
    return {
        "parameter": parameter,
        "index": index,
        "value": value,
        "lo": lo,
        "hi": hi,
        "floor": floor,
        "distinct": bool(lo > floor),
    }


def _morris(
    evaluations: Evaluations, resamples: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Elementary effects: change of the outcome from a factor's 12.5% to its 87.5% quantile."""
    names = evaluations.sample.names

    def effects(y: np.ndarray) -> Any:
        return analyze_morris.analyze(
            problem(names),
            evaluations.cube,
            y,
            num_resamples=resamples,
            conf_level=CONFIDENCE,
            num_levels=LEVELS,
            seed=rng,
        )

    signal, noise = effects(evaluations.means), effects(evaluations.noise)
    n = len(evaluations.kept)
    rounding = ROUNDING * float(np.abs(evaluations.means).max())
    rows = []
    for j, name in enumerate(names):
        mu, sigma = float(signal["mu"][j]), float(signal["sigma"][j])
        rows += [
            _row(
                name,
                "mu_star",
                float(signal["mu_star"][j]),
                float(signal["mu_star_conf"][j]),
                max(float(noise["mu_star"][j]), rounding),
            ),
            _both_sides(_row(name, "mu", mu, Z * sigma / np.sqrt(n))),
            _row(name, "sigma", sigma, np.nan, float(noise["sigma"][j])),
        ]
    return rows


def _both_sides(row: dict[str, Any]) -> dict[str, Any]:
    """Of an effect with a sign: distinct from 0 on either side.

    Not for shares of variance: a negative share is noise of the estimate, and tells nothing.
    """
    return {**row, "distinct": bool(row["lo"] > 0 or row["hi"] < 0)}


def _sobol(
    evaluations: Evaluations, resamples: int, rng: np.random.Generator, second_order: bool
) -> list[dict[str, Any]]:
    names = evaluations.sample.names
    y = evaluations.means
    if np.ptp(y) <= ROUNDING * float(np.abs(y).max()):  # no variance: nothing to have a share of
        return [_row(n, i, np.nan, np.nan) for n in names for i in ("S1", "ST", "ST_beyond_luck")]
    sobol = analyze_sobol.analyze(
        problem(names),
        y,
        calc_second_order=second_order,
        num_resamples=resamples,
        conf_level=CONFIDENCE,
        seed=rng,
    )
    noise, spread = _noise_part(evaluations, resamples, rng)
    rows = []
    for j, name in enumerate(names):
        total = float(sobol["ST"][j])
        rows += [
            _row(name, "S1", float(sobol["S1"][j]), float(sobol["S1_conf"][j])),
            _row(name, "ST", total, float(sobol["ST_conf"][j]), noise[j]),
            _row(name, "ST_beyond_luck", total - noise[j], spread[j]),
        ]
    if second_order:
        for j, k in combinations(range(len(names)), 2):
            value, half = float(sobol["S2"][j, k]), float(sobol["S2_conf"][j, k])
            rows.append(_row(f"{names[j]} x {names[k]}", "S2", value, half))
    return rows


def _noise_part(
    evaluations: Evaluations, resamples: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Of each total index the part that luck makes, and half the interval of what is left.

    A total index is half the mean squared change of the outcome when one factor changes, over
    the variance. Luck adds to this square what it adds to that of `Evaluations.noise`.
    """
    k = len(evaluations.sample.names)
    y, noise = (
        v.reshape(-1, evaluations.sample.size) for v in (evaluations.means, evaluations.noise)
    )
    base = np.column_stack([y[:, 0], y[:, -1]])
    square = 0.5 * (y[:, 1 : k + 1] - y[:, :1]) ** 2
    by_noise = 0.5 * (noise[:, 1 : k + 1] - noise[:, :1]) ** 2
    n = len(y)
    again = np.empty((resamples, k))
    for b in range(resamples):
        pick = rng.integers(n, size=n)
        again[b] = (square - by_noise)[pick].mean(axis=0) / base[pick].var()
    return by_noise.mean(axis=0) / base.var(), Z * again.std(axis=0, ddof=1)


def _pawn(
    evaluations: Evaluations, parameters: tuple[str, ...], resamples: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Kolmogorov-Smirnov distance between the outcome's distribution, and that in a slice.

    Pianosi and Wagener 2015, doi 10.1016/j.envsoft.2015.01.004; the floor is the 95% quantile over
    dummy parameters (Khorashadi Zadeh et al. 2017, doi 10.1016/j.envsoft.2017.02.001).
    """
    columns = [evaluations.sample.names.index(name) for name in parameters]
    x, y = evaluations.cube[:, columns], evaluations.means
    n = len(y)
    value = _distances(x, y)
    floor = np.quantile(_distances(rng.random((n, DUMMIES)), y), CONFIDENCE, axis=1)
    again = []
    for _ in range(resamples):
        pick = rng.integers(n, size=n)
        again.append(_distances(x[pick], y[pick]))
    half = Z * np.std(again, axis=0, ddof=1)
    return [
        _row(name, index, value[i, j], half[i, j], floor[i])
        for j, name in enumerate(parameters)
        for i, index in enumerate(("median", "maximum"))
    ]


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Median and largest distance over the slices; shape (2, parameters).

    As SALib's `pawn` (a test holds the two equal), which takes a hundred times as long: for each
    distance it also computes an exact p-value, which a bootstrap has no use for.
    """
    n = len(y)
    order = np.argsort(y, kind="stable")
    last = np.append(np.diff(y[order]) > 0, True)  # of values that are equal
    everywhere = np.arange(1, n + 1)[last] / n
    edges = np.quantile(x, np.linspace(0, 1, SLICES + 1), axis=0)
    distances = np.empty((SLICES, x.shape[1]))
    for s in range(SLICES):
        within = (x >= edges[s]) & (x < edges[s + 1])
        size = within.sum(axis=0)
        share = np.cumsum(within[order], axis=0)[last] / np.maximum(size, 1)
        distance = np.abs(share - everywhere[:, None]).max(axis=0)
        distances[s] = np.where(size > 0, distance, np.nan)  # resampling may empty a slice
    return np.array([np.nanmedian(distances, axis=0), np.nanmax(distances, axis=0)])
