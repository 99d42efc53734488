"""Opinion leaders: whether those named most adopt first, and who could mentor whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from imr_sim.checks import whole_number
from imr_sim.diffusion.geodesics import STEPS
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.errors import RequestError


class Leadership(NamedTuple):
    """How nominations go with the time of adoption, among adopters.

    Attributes
    ----------
    pearson, pearson_lo, pearson_hi : float
        Correlation of nominations received with the time of adoption, and its 90% interval.
        *Below* 0: those named most adopt earlier.
    spearman : float
        The same of ranks.
    adopters : int
    verdict : str
        In words; "cannot tell" where the interval holds 0.
    """

    pearson: float
    pearson_lo: float
    pearson_hi: float
    spearman: float
    adopters: int
    verdict: str


def leadership(
    network: DiffusionNetwork, *, valued: bool = False, draws: int = 2000, seed: int = 1
) -> Leadership:
    """Do those who are named most adopt earlier (Valente and Davis 1999)?

    Source: doi 10.1177/000271629956600105. The interval resamples adopters with their nominations.

    Parameters
    ----------
    network : DiffusionNetwork
        Ties lead from who names to who is named; all periods count.
    valued : bool
        Weigh nominations.
    draws : int
        Bootstrap draws of the interval.
    seed : int

    Returns
    -------
    Leadership

    Raises
    ------
    RequestError
        With fewer than four adopters, or when all are named alike or adopt together.
    """
    draws = whole_number("draws", draws, 100, 10_000_000)
    adopted = ~np.isnan(network.times)
    named = np.asarray(network.matrix(valued=valued).sum(axis=0), float)[adopted]
    times = network.times[adopted]
    if len(times) < 4 or np.ptp(named) == 0 or np.ptp(times) == 0:
        raise RequestError(
            f"{len(times)} adopters",
            where="leadership",
            why="nominations or times do not differ among at least four adopters",
            write="Pass a network in which they do.",
        )
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    values = np.empty(draws)
    for number in range(draws):
        pick = rng.integers(len(times), size=len(times))
        values[number] = _correlation(named[pick], times[pick])
    low, high = np.nanquantile(values, [0.05, 0.95])
    found = _correlation(named, times)
    if high < 0:
        verdict = "those named most adopt earlier"
    elif low > 0:
        verdict = "those named most adopt later"
    else:
        verdict = "cannot tell whether those named most adopt earlier or later"
    rank = float(spearmanr(named, times).statistic)
    return Leadership(found, float(low), float(high), rank, len(times), verdict)


def opinion_leaders(network: DiffusionNetwork, *, share: float = 0.1) -> np.ndarray:
    """The `share` of nodes named most (at least one): bool (n,).

    Nodes named as often as the last of them are all in or all out: out, when there would be more
    than `share`, unless nobody were left.
    """
    if not 0 < share < 1:
        raise RequestError(
            f"share={share!r}",
            where="opinion_leaders",
            why="it is not between 0 and 1",
            write="Write e.g. 0.1 for the tenth named most.",
        )
    named = np.asarray(network.matrix(valued=False).sum(axis=0), float)
    room = max(int(share * network.n), 1)
    levels = np.unique(named)[::-1]
    enough = [level for level in levels if (named >= level).sum() <= room]
    return named >= (enough[-1] if enough else levels[0])


def mentor_matching(
    network: DiffusionNetwork, *, share: float = 0.1, steps: int = STEPS, seed: int = 1
) -> pd.DataFrame:
    """Match every node to a leader it can reach by the shortest path of ties.

    Valente and Davis 1999, doi 10.1177/000271629956600105: leaders are those named most; others
    go to the nearest. Between equally near leaders luck decides, by `seed`.

    Returns
    -------
    DataFrame
        One row a node: ``leader`` (bool), ``mentor`` (name; empty where no leader is within
        `steps` ties), ``distance`` (ties between them; 0 for leaders, NaN without a mentor).
    """
    steps = whole_number("steps", steps, 1, 100)
    leader = opinion_leaders(network, share=share)
    ties = network.matrix(valued=False)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    order = rng.permutation(np.flatnonzero(leader))
    near = np.zeros((network.n, len(order)), bool)
    near[order, np.arange(len(order))] = True
    mentor = np.full(network.n, -1)
    distance = np.full(network.n, np.nan)
    mentor[order], distance[order] = order, 0.0
    for step in range(1, steps + 1):
        near = near | ((ties @ near.astype(np.float32)) > 0)
        new = np.flatnonzero((mentor < 0) & near.any(axis=1))
        lottery = rng.random((len(new), len(order))) * near[new]
        mentor[new], distance[new] = order[lottery.argmax(axis=1)], step
    names = np.append(network.names, "")
    columns = {"leader": leader, "mentor": names[mentor], "distance": distance}
    return pd.DataFrame(columns, index=network.nodes.index)


def ego_alter_changes(network: DiffusionNetwork) -> pd.DataFrame:
    """What ego and alter of each tie did from one period to the next.

    Returns
    -------
    DataFrame
        ``period``, ``ego`` and ``alter`` (each "without", "adopts", "uses", "stops"), ``ties``
        (how many ties that exist in the period show this pair). All sixteen rows a period.
    """
    words = np.array(["without", "adopts", "stops", "uses"])
    tables = []
    for period in network.periods[1:].tolist():
        kind = network.using(period - 1) * 2 + network.using(period)  # 0, 1, 2, 3 as in words
        ties = network.matrix(valued=False, period=period).tocoo()
        number = np.bincount(kind[ties.row] * 4 + kind[ties.col], minlength=16)
        tables.append(
            pd.DataFrame(
                {
                    "period": period,
                    "ego": np.repeat(words, 4),
                    "alter": np.tile(words, 4),
                    "ties": number,
                }
            )
        )
    if not tables:
        return pd.DataFrame({"period": [], "ego": [], "alter": [], "ties": []})
    return pd.concat(tables, ignore_index=True)


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 0 else np.nan
