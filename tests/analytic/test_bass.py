"""Awareness among people who all know each other follows the logistic and the Bass curve."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds
from scipy import stats

MONTHS = 60
BASS = pytest.mark.parametrize(("p", "q", "first"), [(0, 1.5, 0.1), (0.03, 1.5, 0), (0.06, 0.6, 0)])


@cache
def everybody_knows_everybody(*sizes):
    pairs, site = worlds.complete(sum(sizes)), np.repeat(np.arange(len(sizes)), sizes)
    same = site[pairs[:, 0]] == site[pairs[:, 1]]
    return worlds.world(sizes, within=pairs[same], between=pairs[~same])


def simulated(first, *sizes, histories, **values):
    """Number aware after each month, from the first `first` people on; (histories, MONTHS)."""
    system = everybody_knows_everybody(*sizes)
    batch = worlds.histories(system, worlds.silent(**values), histories, seed=2)
    worlds.inform(batch, np.arange(first))
    return batch.advance(MONTHS)["aware"].sum(axis=2).astype(float)


def exact(n, p, q, first):
    """Distribution of the number aware after each month; shape (MONTHS, n + 1).

    With k aware, each of the others hears in a month with probability 1 - exp(-(p + q k / n) / 12).
    """
    k = np.arange(n + 1)
    hears = -np.expm1(-(p + q * k / n) / 12)
    step = stats.binom.pmf(k[None, :] - k[:, None], (n - k)[:, None], hears[:, None])
    now = np.zeros(n + 1)
    now[first] = 1
    months = []
    for _ in range(MONTHS):
        now = now @ step
        months.append(now)
    return np.array(months)


def agrees(counts, chances):
    """Mean within 4 standard errors; variance within 4 of its own (normal theory, doubled)."""
    k, n = np.arange(chances.shape[1]), len(counts)
    mean = chances @ k
    variance = chances @ k**2 - mean**2
    assert (np.abs(counts.mean(axis=0) - mean) < 4 * np.sqrt(variance / n) + 1e-9).all()
    several = variance > 1
    ratio = counts.var(axis=0)[several] / variance[several]
    assert (np.abs(ratio - 1) < 8 * np.sqrt(2 / n)).all()


@BASS
def test_word_of_mouth_is_the_chain_of_binomial_steps(p, q, first):
    n = 150
    counts = simulated(int(first * n), n, histories=1500, media=p, beta_within=q / n)
    agrees(counts, exact(n, p, q, int(first * n)))


def test_word_of_mouth_crosses_sites_at_its_own_rate():
    n, q = 150, 1.2
    apart = simulated(15, 75, 75, histories=1500, beta_within=q / n, beta_between=q / n)
    agrees(apart, exact(n, 0, q, 15))
    inside_only = simulated(15, 75, 75, histories=1500, beta_within=q / n)
    assert 60 < inside_only.max() <= 75


@BASS
def test_among_many_people_it_follows_the_bass_curve(p, q, first):
    """x' = x + (1 - x)(1 - exp(-(p + q x) / 12)), the limit of many people; tolerance .02."""
    n = 700
    shares = simulated(int(first * n), n, histories=40, media=p, beta_within=q / n) / n
    known = first
    for month in range(MONTHS):
        known += (1 - known) * -np.expm1(-(p + q * known) / 12)
        assert abs(shares[:, month].mean() - known) < 0.02
