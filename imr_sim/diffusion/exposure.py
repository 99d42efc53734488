"""Exposure: how much of what a node looks to uses the practice; and the threshold it adopts at.

Sources: Valente 1995, Network Models of the Diffusion of Innovations; Valente 1996,
doi 10.1016/0378-8733(95)00256-1. The conventions of the R package netdiffuseR
(doi 10.5281/zenodo.1039317) that differ are named where they differ; no code is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from imr_sim.checks import whole_number
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.errors import RequestError

MOST_LAG = 10_000


def exposure(
    network: DiffusionNetwork,
    *,
    lag: int = 0,
    direction: str = "out",
    valued: bool = True,
    layer: str | None = None,
    attribute: str | None = None,
    via: sparse.sparray | np.ndarray | None = None,
    normalised: bool = True,
    current: bool = True,
) -> np.ndarray:
    """Share of a node's alters who use the practice, by period.

    Parameters
    ----------
    network : DiffusionNetwork
    lag : int
        Periods before the one at hand at which the alters are looked at.
    direction : {"out", "in", "both"}
        Whom a node names, who names it, or either.
    valued : bool
        Weigh alters by the weight of the tie.
    layer : str, optional
        Only ties of this layer.
    attribute : str, optional
        A numeric attribute, 0 or more, that weighs alters besides.
    via : sparse array or ndarray, shape (n, n), optional
        Other ties to look along: row i holds whom i looks to. Replaces those of the network.
    normalised : bool
        Divide by the total weight of the alters; otherwise the weighted number of users.
    current : bool
        Alters who stopped no longer count; otherwise everybody who ever adopted does.

    Returns
    -------
    ndarray of float64, shape (n, T)
        In [0, 1] when normalised. NaN in the first `lag` periods, and, when normalised, for those
        with no alters (netdiffuseR gives them 0, as if they had seen and nobody had adopted).

    Raises
    ------
    RequestError
        For an unknown direction, layer or attribute, a negative lag, ties of another size.
    """
    lag = whole_number("lag", lag, 0, MOST_LAG)
    ties = _ties(network, direction, valued, layer, via)
    mass = _mass(network, attribute)
    result = np.full((network.n, len(network.periods)), np.nan)
    for column in range(lag, len(network.periods)):
        period = int(network.periods[column])
        row = ties(period)
        heard = row @ (mass * network.using(period - lag, current=current))
        result[:, column] = _share(heard, row @ mass) if normalised else heard
    return result


def thresholds(
    network: DiffusionNetwork,
    *,
    lag: int = 1,
    direction: str = "out",
    valued: bool = True,
    layer: str | None = None,
    attribute: str | None = None,
    via: sparse.sparray | np.ndarray | None = None,
    normalised: bool = True,
    current: bool = True,
) -> pd.DataFrame:
    """Exposure of each node when it adopted, or the highest it withstood.

    The default looks one period back, since nobody reacts to what happens in the same period;
    ``lag=0`` is netdiffuseR's default. The other arguments are those of `exposure`.

    Returns
    -------
    DataFrame
        One row a node, by name: ``time`` of adoption, ``threshold``, ``censored``. A node that
        never adopts has ``censored`` True and, as ``threshold``, the exposure at the end of its
        observation: a lower bound of its threshold. NaN for those with no alters and
        for adopters of the first `lag` periods, whose exposure came before the observation.
    """
    lag = whole_number("lag", lag, 0, MOST_LAG)
    ties = _ties(network, direction, valued, layer, via)
    mass = _mass(network, attribute)
    times = network.times
    censored = np.isnan(times)
    when = np.where(censored, np.minimum(network.exit, network.last), times).astype(np.int64)
    result = np.full(network.n, np.nan)
    for period in np.unique(when[when - lag >= network.first]).tolist():
        who = np.flatnonzero(when == period)
        row = ties(period)[who]
        heard = row @ (mass * network.using(period - lag, current=current))
        result[who] = _share(heard, row @ mass) if normalised else heard
    return pd.DataFrame(
        {"time": times, "threshold": result, "censored": censored}, index=network.nodes.index
    )


def _ties(
    network: DiffusionNetwork,
    direction: str,
    valued: bool,
    layer: str | None,
    via: sparse.sparray | np.ndarray | None,
) -> Callable[[int], Any]:
    """The matrix of each period; the same one when ties have no time windows."""
    if via is not None:
        given = sparse.csr_array(via)
        if given.shape != (network.n, network.n):
            raise RequestError(
                f"ties of shape {given.shape}",
                where="via",
                why=f"the network has {network.n} nodes",
                write="Pass one row and one column a node, in the order of network.names.",
            )
        return lambda period: given
    if network.windowed:
        return lambda period: network.matrix(
            direction=direction, valued=valued, layer=layer, period=period
        )
    whole = network.matrix(direction=direction, valued=valued, layer=layer)
    return lambda period: whole


def _mass(network: DiffusionNetwork, attribute: str | None) -> np.ndarray:
    if attribute is None:
        return np.ones(network.n)
    try:
        mass = network.attribute(attribute).astype(float)
    except (TypeError, ValueError):
        mass = np.full(network.n, np.nan)
    if not np.all(np.isfinite(mass)) or np.any(mass < 0):
        raise RequestError(
            f"attribute={attribute!r}",
            where="exposure",
            why="as a weight it must be a number, 0 or more, for every node",
            write="Name a complete numeric attribute.",
        )
    return mass


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
