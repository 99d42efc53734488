"""Twice the rate over half as many ties is the same exposure."""

from __future__ import annotations

import numpy as np
import worlds
from hypothesis import given, settings
from hypothesis import strategies as some

HEARERS = 40


def hearing(n_tellers, beta, layer, seed, months=12):
    """Who hears when, of people tied only to `n_tellers` others who know; (months, people)."""
    pairs = [(i, HEARERS + k) for i in range(HEARERS) for k in range(n_tellers)]
    # Other posts come after those that listen, so that these have the same draws in both worlds.
    sizes = [HEARERS + n_tellers] if layer == "within" else [HEARERS, n_tellers]
    system = worlds.world(sizes, **{layer: pairs})
    parameters = worlds.silent(media=0.05, **{f"beta_{layer}": beta})
    batch = worlds.histories(system, parameters, 3, seed)
    worlds.inform(batch, np.arange(HEARERS, HEARERS + n_tellers))
    aware = []
    for _ in range(months):
        batch.advance(1)
        aware.append(worlds.flags(batch)["AWARE"][:, :HEARERS])
    return np.array(aware)


@settings(max_examples=6)
@given(
    some.integers(1, 8),
    some.floats(0.01, 0.5),
    some.sampled_from(["within", "between"]),
    some.integers(0, 2**64 - 1),
)
def test_doubling_beta_and_halving_ties_changes_nobodys_hearing(ties, beta, layer, seed):
    many = hearing(2 * ties, beta, layer, seed)
    few = hearing(ties, 2 * beta, layer, seed)
    assert (many == few).all()


def test_doubling_beta_and_dropping_half_of_all_ties_leaves_expected_exposure_alone():
    """Ties of a random graph dropped by the toss of a coin; 4 standard errors over 100 drops."""
    rng = np.random.default_rng(2)
    n, knows, beta = 60, np.arange(20), 0.3
    pairs = worlds.complete(n)[rng.random(n * (n - 1) // 2) < 0.3]

    def exposure(pairs, beta):
        batch = worlds.histories(worlds.world([n], within=pairs), worlds.silent(), 1)
        worlds.inform(batch, knows)
        return beta * worlds.counters(batch)["within"].sum(), batch.state.within.sum() * beta

    whole, counted = exposure(pairs, beta)
    assert counted == whole > 0
    halved = [exposure(pairs[rng.random(len(pairs)) < 0.5], 2 * beta)[1] for _ in range(100)]
    assert abs(np.mean(halved) - whole) < 4 * np.std(halved) / np.sqrt(len(halved))
