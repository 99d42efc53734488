"""Infectiousness and susceptibility: who adopts soon after whom.

Source: Myers 2000, doi 10.1086/303110 (infectiousness and susceptibility of events that diffuse),
in the form used by netdiffuseR (doi 10.5281/zenodo.1039317).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from imr_sim.checks import whole_number
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.errors import RequestError


def infectiousness(
    network: DiffusionNetwork, *, reach: int = 1, discount: float | None = None, valued: bool = True
) -> np.ndarray:
    """Share of those who look to a node and adopt after it who do so at once.

    Of adopter i with time t: the weighted number of nodes that name i and adopt at t + k, over
    that of nodes which name i and adopt at t + k or later, both summed over k = 1 ... `reach` with
    weight 1 / w(k).

    Parameters
    ----------
    network : DiffusionNetwork
        Ties of the whole observation are used, or, with time windows, those of t + k - 1.
    reach : int
        Periods K after the adoption.
    discount : float, optional
        w(k) = (1 + discount)^(k - 1); without it w(k) = k.
    valued : bool
        Weigh nodes by the weight of the tie.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1]. NaN for those who never adopt and where nobody who names the node adopts after
        it (netdiffuseR gives 0 to the latter). Those who never adopt are in no denominator.
    """
    return _shares(network, reach, discount, valued, later=True)


def susceptibility(
    network: DiffusionNetwork, *, reach: int = 1, discount: float | None = None, valued: bool = True
) -> np.ndarray:
    """Share of the earlier adopters a node looks to who adopted just before it.

    Of adopter i with time t: the weighted number of nodes named by i that adopted at t - k, over
    that of nodes named by i that adopted at t - k or earlier, summed over k as in
    `infectiousness`; the same arguments. NaN for those who never adopt and where nobody named by
    the node adopted before it.
    """
    return _shares(network, reach, discount, valued, later=False)


def _shares(
    network: DiffusionNetwork, reach: int, discount: float | None, valued: bool, later: bool
) -> np.ndarray:
    reach = whole_number("reach", reach, 1, 10_000)
    if discount is not None and not (np.isfinite(discount) and discount >= 0):
        raise RequestError(
            f"discount={discount!r}",
            where="discount",
            why="it is not a number from 0 on",
            write="Write e.g. 0.1, or leave it out for weights 1, 1/2, 1/3 ...",
        )
    sign, direction = (1, "in") if later else (-1, "out")
    times = network.times
    above, below = np.zeros(network.n), np.zeros(network.n)
    whole = None if network.windowed else network.matrix(direction=direction, valued=valued).tocoo()
    for k in range(1, reach + 1):
        weight = 1 / k if discount is None else (1 + discount) ** (1 - k)
        for ego, alter, tie in _arcs(network, direction, valued, whole, sign * (k - 1)):
            gap = sign * (times[alter] - times[ego])
            np.add.at(above, ego, weight * tie * (gap == k))
            np.add.at(below, ego, weight * tie * (gap >= k))
    return np.divide(above, below, out=np.full(network.n, np.nan), where=below > 0)


def _arcs(
    network: DiffusionNetwork,
    direction: str,
    valued: bool,
    whole: sparse.coo_array | None,
    shift: int,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Ties of adopters (ego, alter, weight), as they were `shift` periods from ego's adoption."""
    times = network.times
    if whole is not None:
        keep = ~np.isnan(times[whole.row])
        yield whole.row[keep], whole.col[keep], whole.data[keep]
        return
    for t in np.unique(times[~np.isnan(times)]).astype(int).tolist():
        period = t + shift
        if not network.first <= period <= network.last:
            continue
        ties = network.matrix(direction=direction, valued=valued, period=period).tocoo()
        keep = times[ties.row] == t
        yield ties.row[keep], ties.col[keep], ties.data[keep]
