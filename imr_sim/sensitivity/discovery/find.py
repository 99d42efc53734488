"""Find boxes on one half of the draws, judge them on the other, and ask what chance would find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, binomtest

from imr_sim.sensitivity.discovery.boxes import Box, Limit, find_boxes, score
from imr_sim.sensitivity.discovery.cases import Cases

CONFIDENCE = 0.95
LEVEL = 0.05  # of a test
KINDS = ("as good", "worse")
NOISE, FOUND = "not told from noise", "found"


@dataclass(frozen=True)
class Discovery:
    """Where the cheaper strategy is as good, and where it is not.

    Attributes
    ----------
    boxes : DataFrame
        One row a box (``kind`` "as good", "worse"): ``density, coverage, mass`` with ``_lo, _hi``
        (held-out half, Wilson intervals), ``base`` (share of all held-out draws of this kind),
        ``score`` (standard errors above the rest, where it was found), ``chance_score`` and ``p``
        (the same on shuffled labels: 95% quantile, and share that reaches it), ``verdict``.
    limits : DataFrame
        One row a condition: ``kind, parameter, low, high, draws`` (share of all draws that meet
        it alone), ``quasi_p``.
    share : dict
        ``value, lo, hi``: share of all draws in which the cheaper one is as good; ``histories``:
        of single histories.
    half : ndarray of bool, shape (draws,)
        True in the half in which boxes were sought.
    kinds : dict
        The boxes themselves.
    """

    boxes: pd.DataFrame
    limits: pd.DataFrame
    share: dict[str, float]
    half: np.ndarray
    kinds: dict[str, Box]


def discover(
    cases: Cases,
    depth: int = 3,
    least: float = 0.05,
    permutations: int = 200,
    seed: int = 1,
    progress: Callable[[float, str], None] | None = None,
) -> Discovery:
    """Conditions under which the cheaper strategy is as good, and under which it is not.

    Parameters
    ----------
    cases : Cases
    depth : int
        Conditions that a box has at most.
    least : float
        Share of draws that a box holds at least, where it is sought.
    permutations : int
        Times that labels are shuffled.
    seed : int
        Of the halves and the shuffles; 0 is a seed.
    progress : callable or None
        Called with the share done and a message.
    """
    rng = np.random.default_rng([seed, 4])
    half = np.zeros(len(cases), bool)
    half[rng.permutation(len(cases))[: len(cases) // 2]] = True
    sought, judged = cases.values[half], cases.values[~half]
    good = {"as good": cases.good, "worse": ~cases.good}
    boxes = dict(zip(KINDS, find_boxes(sought, cases.good[half], depth, least, seed), strict=True))
    by_chance: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for i in range(permutations):
        shuffled = rng.permutation(cases.good[half])
        labels = {"as good": shuffled, "worse": ~shuffled}
        for kind, box in zip(KINDS, find_boxes(sought, shuffled, depth, least, seed), strict=True):
            by_chance[kind].append(score(box, sought, labels[kind]))
        if progress:
            progress((i + 1) / permutations, "what chance would find")
    rows, limits = [], []
    for kind, box in boxes.items():
        reached = score(box, sought, good[kind][half])
        chance = np.array(by_chance[kind])
        p = float((1 + (chance >= reached - 1e-9).sum()) / (1 + len(chance)))
        held = _judge(box, judged, good[kind][~half])
        distinct = p <= LEVEL and held["density_lo"] > held["base"]
        row = {
            "kind": kind,
            **held,
            "score": reached,
            "chance_score": float(np.quantile(chance, 1 - LEVEL)),
            "p": p,
            "verdict": FOUND if distinct else NOISE,
        }
        rows.append(row)
        limits += [_limit(kind, box, limit, cases, good[kind], ~half) for limit in box.limits]
    columns = ["kind", "parameter", "low", "high", "draws", "quasi_p"]
    return Discovery(
        pd.DataFrame(rows),
        pd.DataFrame(limits, columns=columns),
        _share(cases),
        half,
        boxes,
    )


def _judge(box: Box, values: np.ndarray, good: np.ndarray) -> dict[str, float]:
    inside = box.holds(values)
    both = int((inside & good).sum())
    counts = {
        "density": (both, int(inside.sum())),
        "coverage": (both, int(good.sum())),
        "mass": (int(inside.sum()), len(values)),
    }
    shares: dict[str, float] = {}
    for name, (k, n) in counts.items():
        shares |= dict(zip((name, f"{name}_lo", f"{name}_hi"), wilson(k, n), strict=True))
    return {**shares, "base": float(good.mean()), "draws": len(values)}


def wilson(k: int, n: int) -> tuple[float, float, float]:
    """A share with its Wilson 95% interval (doi 10.1080/01621459.1927.10502953); NaN of none."""
    if n == 0:
        return np.nan, 0.0, 1.0
    interval = binomtest(k, n).proportion_ci(CONFIDENCE, "wilson")
    return k / n, float(interval.low), float(interval.high)


def _limit(
    kind: str, box: Box, limit: Limit, cases: Cases, good: np.ndarray, held: np.ndarray
) -> dict[str, Any]:
    """A condition, and how likely it is that it adds nothing.

    Quasi-p-value of Bryant and Lempert 2010 (doi 10.1016/j.techfore.2009.08.002), on the held-out
    half: the chance of so many good cases in the box, were the condition dropped in vain.
    """
    values, right = cases.values[held], good[held]
    inside, wider = box.holds(values), box.holds(values, without=limit)
    rate = float(right[wider].mean()) if wider.any() else np.nan
    reached = int((inside & right).sum())
    return {
        "kind": kind,
        "parameter": cases.names[limit.column],
        "low": limit.low,
        "high": limit.high,
        "draws": float(limit.holds(cases.values).mean()),
        "quasi_p": float(binom.sf(reached - 1, int(inside.sum()), rate)),
    }


def _share(cases: Cases) -> dict[str, float]:
    value, lo, hi = wilson(int(cases.good.sum()), len(cases))
    histories = float((cases.difference >= -cases.tolerance).mean())
    return {"value": value, "lo": lo, "hi": hi, "histories": histories}
