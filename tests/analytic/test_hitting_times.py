"""How long news takes along a line and around a star, against exact sums of geometric times."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

HISTORIES = 3000
BETA = 2.4
P = -np.expm1(-BETA / 12)  # per month from one aware tie


def times(pairs, n, first, layer="within", sizes=None, months=400):
    """Month in which each of n people first is aware; shape (HISTORIES, n), 0 for the first."""
    system = worlds.world(sizes or [n], **{layer: pairs})
    batch = worlds.histories(
        system, worlds.silent(beta_within=BETA, beta_between=BETA), HISTORIES, seed=4
    )
    worlds.inform(batch, first)
    heard = np.full((HISTORIES, n), -1)
    for month in range(months):
        heard[(heard < 0) & worlds.flags(batch)["AWARE"]] = month
        if (heard >= 0).all():
            break
        batch.advance(1)
    assert (heard >= 0).all()
    return heard


def close(sample, mean, variance):
    """Mean within 4 standard errors; variance within a tenth."""
    assert abs(sample.mean() - mean) < 4 * np.sqrt(variance / len(sample))
    assert sample.var() == pytest.approx(variance, rel=0.1)


@pytest.mark.parametrize("layer", ["within", "between"])
def test_news_walks_down_a_line_one_geometric_step_after_another(layer):
    n = 9
    pairs = np.column_stack([np.arange(n - 1), np.arange(1, n)])
    sizes = [1] * n if layer == "between" else [n]
    heard = times(pairs, n, 0, layer, sizes)
    steps = np.diff(heard, axis=1)
    assert (steps >= 1).all()
    for k in (1, 4, 8):
        close(heard[:, k], k / P, k * (1 - P) / P**2)


def test_the_leaves_of_a_star_hear_from_its_centre_independently():
    leaves = 12
    pairs = np.column_stack([np.zeros(leaves, int), np.arange(1, leaves + 1)])
    heard = times(pairs, leaves + 1, 0)[:, 1:]
    close(heard.ravel(), 1 / P, (1 - P) / P**2)
    t = np.arange(400)
    some_left = 1 - (1 - (1 - P) ** t) ** leaves
    last = some_left.sum()  # mean of the slowest of the leaves
    spread = ((2 * t + 1) * some_left).sum() - last**2
    close(heard.max(axis=1), last, spread)


def test_the_centre_of_a_star_hears_sooner_the_more_leaves_know():
    leaves = 5
    pairs = np.column_stack([np.zeros(leaves, int), np.arange(1, leaves + 1)])
    heard = times(pairs, leaves + 1, np.arange(1, leaves + 1))[:, 0]
    p = -np.expm1(-leaves * BETA / 12)
    close(heard, 1 / p, (1 - p) / p**2)
