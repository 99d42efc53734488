"""Would a planned trial see a difference? The chance that its interval leaves out zero."""

from __future__ import annotations

import zlib
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import norm

from imr_sim.trials.form import Trial
from imr_sim.trials.outcomes import Item
from imr_sim.trials.run import Shares

LEVEL = 0.90
TRIES = 4000  # trials imitated for each row, each draw as often as any other


def power_table(trial: Trial, shares: Shares, seed: int, level: float = LEVEL) -> pd.DataFrame:
    """Each pair of arms, outcome by outcome and month by month.

    The interval of a difference of two shares is that of Agresti and Caffo 2000 (doi
    10.1080/00031305.2000.10474560), which holds its level in small samples; of two means, normal.

    Returns
    -------
    DataFrame
        ``trial, outcome, month, arm, minus, difference`` (mean over imitated trials), its ``q05``
        and ``q95``, ``truth_q05``, ``truth_q95`` (of the true difference, over draws), ``power``
        (share of imitated trials whose interval at ``level`` leaves out zero) and
        ``wrong_sign`` (share in which it does so on the side where the truth is not).
    """
    found = {(item.arm, item.outcome.name, item.month): item for item in shares.items}
    rows = []
    for arm, other in combinations(trial.arms, 2):
        for outcome in trial.outcomes:
            if outcome.minus is not None:
                continue
            for month in sorted(outcome.months):
                pair = found[arm.name, outcome.name, month], found[other.name, outcome.name, month]
                rows.append(_row(pair, shares, seed, level))
    columns = ["trial", "outcome", "month", "arm", "minus", "level"]
    columns += ["difference", "q05", "q95", "truth_q05", "truth_q95", "power", "wrong_sign"]
    return pd.DataFrame(rows, columns=columns)


def _row(pair: tuple[Item, Item], shares: Shares, seed: int, level: float) -> dict[str, object]:
    item, other = pair
    words = f"power {item.trial} {item.name} {other.name}"
    rng = np.random.default_rng([seed, zlib.crc32(words.encode())])
    times = max(1, -(-TRIES // len(shares.value)))
    seen = [_seen(shares, i, times, rng) for i in pair]
    truth = seen[0][0] - seen[1][0]
    difference = seen[0][1] - seen[1][1]
    centre = seen[0][2] - seen[1][2]
    half = norm.ppf(0.5 + level / 2) * np.sqrt(seen[0][3] + seen[1][3])
    out = np.abs(centre) > half
    low, high = np.quantile(difference, (0.05, 0.95))
    truth_low, truth_high = np.quantile(truth, (0.05, 0.95))
    return {
        "trial": item.trial,
        "outcome": item.outcome.name,
        "month": item.month,
        "arm": item.arm,
        "minus": other.arm,
        "level": level,
        "difference": difference.mean(),
        "q05": low,
        "q95": high,
        "truth_q05": truth_low,
        "truth_q95": truth_high,
        "power": out.mean(),
        "wrong_sign": (out & (np.sign(centre) != np.sign(truth))).mean(),
    }


def _seen(
    shares: Shares, item: Item, times: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truth, estimate, centre of the interval and its variance, for every imitated trial."""
    column = shares.items.index(item)
    value, sd, reach = (
        np.repeat(a[:, column], times) for a in (shares.value, shares.sd, shares.reach)
    )
    n = np.full(len(value), item.arm_sites)
    if item.outcome.of_started:
        n = rng.binomial(n, reach)
    if item.outcome.is_mean:
        size = np.maximum(n, 1)
        estimate = value + sd / np.sqrt(size) * rng.standard_normal(len(value))
        return value, estimate, estimate, sd**2 / size
    count = rng.binomial(n, value)
    centre = (count + 1.0) / (n + 2.0)
    estimate = count / np.maximum(n, 1)
    return value, estimate, centre, centre * (1.0 - centre) / (n + 2.0)
