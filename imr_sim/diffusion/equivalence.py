"""Structural equivalence: nodes in the same position, tied or not, as each other's example."""

from __future__ import annotations

import numpy as np

from imr_sim.checks import whole_number
from imr_sim.diffusion.geodesics import STEPS, check_size, geodesics
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.errors import RequestError


def positional_distance(
    network: DiffusionNetwork, *, steps: int = STEPS, group: str | None = None
) -> np.ndarray:
    """Distance of positions: how differently two nodes reach all others and are reached.

    Burt 1987, doi 10.1086/228667: the Euclidean distance of the nodes' rows and columns in the
    matrix of path lengths, here divided by the longest. Pairs without a path within `steps` are
    one step beyond; netdiffuseR leaves them at 0, nearer than neighbours.

    Parameters
    ----------
    network : DiffusionNetwork
    steps : int
        Longest path looked at.
    group : str, optional
        An attribute: only positions of nodes in one group are compared, over ties to all.

    Returns
    -------
    ndarray of float64, shape (n, n)
        0 on the diagonal; NaN between groups.
    """
    check_size(network, "structural equivalence")
    steps = whole_number("steps", steps, 1, 100)
    far = geodesics(network, steps=steps)
    far[far == 0] = steps + 1
    np.fill_diagonal(far, 0)
    result = np.full((network.n, network.n), np.nan)
    for members in _groups(network, group):
        place = np.ix_(members, members)
        among = far[place].astype(np.float64)
        square = _gaps(far[members]) + _gaps(far.T[members])
        # positions of i and j are compared over third nodes, and once by their own two ties
        square -= 2 * (among**2 + among.T**2) - (among - among.T) ** 2
        result[place] = np.sqrt(np.maximum(square, 0.0)) / max(float(far.max()), 1.0)
    return result


def equivalence_weights(
    network: DiffusionNetwork, *, power: float = 1.0, steps: int = STEPS, group: str | None = None
) -> np.ndarray:
    """How much each node looks to each other for their likeness of position.

    (largest distance of i - distance of i and j)^power, divided by its sum over j (Burt 1987).
    Pass it as ``via=`` to `exposure` or `thresholds`.

    Returns
    -------
    ndarray of float64, shape (n, n)
        Rows sum to 1, or to 0 where all others are equally far; 0 between groups.
    """
    if not (np.isfinite(power) and power > 0):
        raise RequestError(
            f"power={power!r}",
            where="equivalence_weights",
            why="it is not a number above 0",
            write="Write 1 for weights that fall evenly with distance.",
        )
    distance = positional_distance(network, steps=steps, group=group)
    most = np.nanmax(distance, axis=1, keepdims=True)
    weights = np.nan_to_num(most - distance) ** power
    np.fill_diagonal(weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1.0)


def _groups(network: DiffusionNetwork, group: str | None) -> list[np.ndarray]:
    if group is None:
        return [np.arange(network.n)]
    _, number = np.unique(network.attribute(group).astype(str), return_inverse=True)
    return [np.flatnonzero(number == g) for g in range(number.max() + 1)]


def _gaps(rows: np.ndarray) -> np.ndarray:
    """Squared distance of every two rows; exact, as path lengths are small whole numbers."""
    most = int(rows.max(initial=0)) ** 2 * rows.shape[1]
    exact: np.ndarray = rows.astype(np.float32 if most < 2**24 else np.float64)
    products = np.asarray(exact @ exact.T, np.float64)
    length = np.diagonal(products)
    return length[:, None] + length[None, :] - 2 * products
