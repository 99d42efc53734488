"""Moran's I: do nodes that are close in the network resemble each other?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.stats import norm

from imr_sim.checks import whole_number
from imr_sim.diffusion.geodesics import STEPS, check_size, steps_reached
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.errors import RequestError

BLOCK = 256
"""Permutations weighed in one product of matrices."""


class Moran(NamedTuple):
    """Moran's I of one variable.

    Attributes
    ----------
    observed, expected : float
        I, and its mean -1 / (n - 1) when values fall on nodes at random.
    sd : float
        Its standard deviation then (randomisation; Cliff and Ord 1981, Spatial Processes).
    p_normal : float
        Two-sided, from the normal distribution with that mean and sd.
    p : float
        Two-sided, from permutations: (1 + those at least as far from the mean) / (1 + all).
    p_error : float
        Monte-Carlo standard error of `p`.
    permutations : int
    """

    observed: float
    expected: float
    sd: float
    p_normal: float
    p: float
    p_error: float
    permutations: int


def geodesic_weights(
    network: DiffusionNetwork,
    *,
    steps: int = STEPS,
    direction: str = "out",
    row_normalised: bool = True,
) -> np.ndarray:
    """Weights 1 / length of the shortest path, float64 (n, n); 0 where there is none."""
    check_size(network, "geodesic weights")
    weights = np.zeros((network.n, network.n))
    for distance, pairs in steps_reached(network, steps=steps, direction=direction):
        weights += pairs * (1.0 / distance)
    if row_normalised:
        total = weights.sum(axis=1, keepdims=True)
        weights /= np.where(total > 0, total, 1.0)
    return weights


def morans_i(
    values: np.ndarray,
    weights: np.ndarray | sparse.sparray,
    *,
    permutations: int = 999,
    seed: int = 1,
) -> Moran:
    """Moran's I (Moran 1950, doi 10.1093/biomet/37.1-2.17) with a permutation test.

    Parameters
    ----------
    values : ndarray, shape (n,)
        E.g. ``network.using(period)`` or an attribute; finite.
    weights : ndarray or sparse array, shape (n, n)
        E.g. `geodesic_weights` or ``network.matrix()``; the diagonal is taken as 0.
    permutations : int
        0 leaves `p` and `p_error` NaN.
    seed : int

    Returns
    -------
    Moran

    Raises
    ------
    RequestError
        When values are all equal or not finite, or there is no weight.
    """
    permutations = whole_number("permutations", permutations, 0, 10_000_000)
    x = np.asarray(values, float)
    w = sparse.csr_array(weights) if sparse.issparse(weights) else np.asarray(weights, float)
    if x.ndim != 1 or w.shape != (len(x), len(x)):
        raise _refused(f"{x.shape} values, {w.shape} weights", "there must be one value a node")
    w = w - sparse.diags_array(w.diagonal()) if sparse.issparse(w) else _without_diagonal(w)
    z = x - x.mean()
    total = float(w.sum())
    if not np.isfinite(x).all() or not np.any(np.abs(z) > 1e-12 * (1 + np.abs(x).max(initial=0))):
        raise _refused("values that are all equal or not finite", "nothing can resemble by them")
    if total <= 0 or len(x) < 4:
        raise _refused(f"{len(x)} nodes, total weight {total:g}", "too little to compare")
    scale = len(x) / (total * float(z @ z))
    observed = scale * float(z @ (w @ z))
    expected, sd = _moments(z, w, total)
    p = error = np.nan
    if permutations:
        hits = _as_far(z, w, scale, observed - expected, expected, permutations, seed)
        p = (1 + hits) / (1 + permutations)
        error = float(np.sqrt(p * (1 - p) / (1 + permutations)))
    p_normal = float(2 * norm.sf(abs(observed - expected) / sd)) if sd > 0 else np.nan
    return Moran(observed, expected, sd, p_normal, p, error, permutations)


def _as_far(
    z: np.ndarray,
    w: np.ndarray | sparse.csr_array,
    scale: float,
    gap: float,
    expected: float,
    permutations: int,
    seed: int,
) -> int:
    """Permutations whose I is at least as far from its mean; equal ones count, whatever rounds."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    near, hits = abs(gap) * (1 - 1e-9), 0
    for first in range(0, permutations, BLOCK):
        block = np.tile(z, (min(BLOCK, permutations - first), 1))
        block = rng.permuted(block, axis=1).T
        values = scale * np.einsum("ij,ij->j", block, w @ block)
        hits += int((np.abs(values - expected) >= near).sum())
    return hits


def _moments(z: np.ndarray, w: np.ndarray | sparse.csr_array, total: float) -> tuple[float, float]:
    n = len(z)
    both = w + w.T
    s1 = float((both * both).sum()) / 2
    s2 = float(((w.sum(axis=1) + w.sum(axis=0)) ** 2).sum())
    kurtosis = float((z**4).mean() / (z**2).mean() ** 2)
    expected = -1 / (n - 1)
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * total**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * total**2)
    variance = (first - second) / ((n - 1) * (n - 2) * (n - 3) * total**2) - expected**2
    return expected, float(np.sqrt(max(variance, 0.0)))


def _without_diagonal(w: np.ndarray) -> np.ndarray:
    if not np.diagonal(w).any():
        return w
    w = w.copy()
    np.fill_diagonal(w, 0.0)
    return w


def _refused(given: str, why: str) -> RequestError:
    return RequestError(
        given,
        where="morans_i(values, weights)",
        why=why,
        write="Pass values that differ, and ties.",
    )
