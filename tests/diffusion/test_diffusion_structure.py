"""Rewiring keeps degrees; the structure test has its level; the bootstrap its spread."""

from __future__ import annotations

import dataclasses

import networkx as nx
import numpy as np
import pandas as pd
import physicians as ph
import pytest

from imr_sim.diffusion import (
    diffusion_network,
    excess_exposure,
    mean_threshold,
    network_bootstrap,
    structure_test,
)
from imr_sim.diffusion.bootstrap import resampled
from imr_sim.diffusion.rewire import layer_arcs, rewired_heads
from imr_sim.errors import RequestError


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def small_world(n: int, seed: int, times=None):
    graph = nx.connected_watts_strogatz_graph(n, 6, 0.1, seed=seed)
    ties = nx.to_scipy_sparse_array(graph)
    return diffusion_network([0] * n if times is None else times, ties, never=[], first=0, last=60)


def spread(n: int, seed: int, contagion: float):
    """Adoption over 30 months on a small world: media, and `contagion` a month of full exposure."""
    generator = rng(seed)
    network = small_world(n, seed)
    ties = network.matrix()
    degree = ties.sum(axis=1)
    times = np.full(n, np.nan)
    for month in range(30):
        seen = ties @ (times <= month - 1) / degree
        hazard = 1 - np.exp(-(0.02 + contagion * seen))
        now = np.isnan(times) & (generator.random(n) < hazard)
        times[now] = month
    return small_world(n, seed, times)


def rewired(network, seed: int, within=None):
    alter = network.ties["alter"].to_numpy().copy()
    for layer in network.layers:
        arcs = layer_arcs(network, layer, within)
        alter[arcs.row] = rewired_heads(arcs, rng(seed))
    return network.with_ties(network.ties.assign(alter=alter))


@pytest.mark.parametrize("seed", range(5))
def test_rewiring_keeps_every_degree_in_every_layer(seed):
    network = ph.physicians()
    other = rewired(network, seed)
    moved = (other.ties["alter"] != network.ties["alter"]).mean()
    assert moved > 0.8
    for layer in network.layers:
        before, after = (n.matrix(valued=False, layer=layer) for n in (network, other))
        assert (before.sum(axis=0) == after.sum(axis=0)).all()
        assert (before.sum(axis=1) == after.sum(axis=1)).all()
        assert after.diagonal().sum() == 0
        assert after.nnz == (network.ties["layer"] == layer).sum()  # no tie twice
    strength = [n.matrix().sum(axis=1) for n in (network, other)]
    assert (strength[0] == strength[1]).all()


@pytest.mark.parametrize("seed", range(5))
def test_an_undirected_network_stays_one(seed):
    network = small_world(60, seed)
    matrix = rewired(network, seed).matrix()
    assert abs(matrix - matrix.T).sum() == 0
    assert (matrix.sum(axis=1) == network.matrix().sum(axis=1)).all()
    assert matrix.max() == 1


def test_ties_keep_the_groups_of_their_ends_when_asked():
    network = ph.physicians()
    city = network.attribute("city")
    other = rewired(network, 1, within="city")
    for end in ("ego", "alter"):
        assert (city[network.ties[end]] == city[other.ties[end]]).all()


def test_rewiring_reaches_every_network_of_the_degrees_alike():
    """Six nodes of two ties have 70 graphs: 60 hexagons, 10 pairs of triangles."""
    ring = diffusion_network([0] * 6, nx.to_numpy_array(nx.cycle_graph(6)), never=[], last=3)
    seen = {}
    for seed in range(1400):
        key = rewired(ring, seed).matrix().toarray().astype(int).tobytes()
        seen[key] = seen.get(key, 0) + 1
    assert len(seen) == 70
    counts = np.array(list(seen.values()))
    chi_square = ((counts - 20) ** 2 / 20).sum()
    assert chi_square < 69 + 4 * np.sqrt(2 * 69)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_same_seed_gives_the_same_null_on_any_number_of_threads(threads):
    network = ph.physicians()
    alone = structure_test(network, rewirings=40, seed=0, threads=1)
    found = structure_test(network, rewirings=40, seed=0, threads=threads)
    assert (found.null == alone.null).all()
    assert (structure_test(network, rewirings=60, seed=0).null[:40] == alone.null).all()
    assert (structure_test(network, rewirings=40, seed=1).null != alone.null).any()


@pytest.mark.parametrize("lag", [0, 1, 4])
def test_the_compiled_statistic_is_the_excess_exposure(lag):
    for network in (ph.physicians(), spread(80, 1, 0.2), with_exits()):
        fast = structure_test(network, rewirings=15, lag=lag)
        slow = structure_test(
            network, rewirings=15, statistic=lambda n: excess_exposure(n, lag=lag)
        )
        assert fast.observed == pytest.approx(slow.observed, abs=1e-12)
        assert fast.null == pytest.approx(slow.null, abs=1e-12)


def with_exits():
    network = spread(80, 2, 0.2)
    generator = rng(5)
    times = np.nan_to_num(network.times, nan=60)
    return dataclasses.replace(
        network,
        entry=generator.integers(0, 5, 80),
        exit=np.maximum(times, generator.integers(5, 61, 80)).astype(int),
    )


def test_excess_exposure_by_hand():
    """0 adopts first; 1 looks to 0, 2 to nobody who adopts; 1 adopts then: 1 against 1/2."""
    ties = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    network = diffusion_network([0, 1, np.nan, np.nan], ties, last=2)
    assert excess_exposure(network) == 1 / 2


def test_the_mean_threshold_of_two_way_ties_is_blind():
    """Of two tied adopters one is earlier, whoever influenced whom: half of the alters."""
    network = small_world(100, 1, rng(1).permutation(100) % 50)
    assert mean_threshold(network, lag=1) == pytest.approx(0.5, abs=0.02)


def test_contagion_is_seen_and_its_sign_is_up():
    found = structure_test(spread(200, 3, contagion=0.4), rewirings=400)
    assert found.observed > found.mean
    assert found.p < 0.01
    assert found.p_error < 0.01


@pytest.mark.slow
@pytest.mark.parametrize(("contagion", "least", "most"), [(0.0, 0.02, 0.08), (0.3, 0.8, 1.0)])
def test_the_level_is_five_percent_and_contagion_is_found(contagion, least, most, record_property):
    """400 data sets: rejections at the 5% level."""
    rejected = sum(
        structure_test(spread(100, seed, contagion), rewirings=399, seed=seed).p <= 0.05
        for seed in range(400)
    )
    record_property("rejected", rejected)
    print(f"contagion {contagion}: {rejected} of 400 rejected")
    assert least <= rejected / 400 <= most


def test_a_bootstrap_network_is_like_the_one_it_was_drawn_from():
    network = ph.physicians()
    generator, ties = rng(2), []
    for _ in range(40):
        other = resampled(network, generator)
        assert other.n == network.n
        assert other.ties["weight"].min() >= 1
        ties.append(len(other.ties))
    assert np.mean(ties) == pytest.approx(len(network.ties), rel=0.1)
    undirected = resampled(small_world(50, 1), generator).matrix()
    assert abs(undirected - undirected.T).sum() == 0


def test_the_bootstrap_of_a_share_has_the_known_spread():
    times = [0.0] * 40 + [np.nan] * 60
    network = diffusion_network(times, nx.to_numpy_array(nx.cycle_graph(100)), last=3)
    found = network_bootstrap(network, lambda n: float(np.isfinite(n.times).mean()), draws=800)
    assert found.observed == 0.4
    assert found.se == pytest.approx(np.sqrt(0.4 * 0.6 / 100), rel=0.1)
    assert found.low < 0.4 < found.high
    again = network_bootstrap(network, lambda n: float(np.isfinite(n.times).mean()), draws=9)
    assert (again.draws == found.draws[:9]).all()


def test_what_cannot_be_tested_is_refused():
    nobody = diffusion_network([np.nan] * 4, np.ones((4, 4)) - np.eye(4), first=0, last=2)
    with pytest.raises(RequestError, match="no number"):
        structure_test(nobody)
    alone = diffusion_network([0, 1, 2], np.zeros((3, 3)), never=[])
    with pytest.raises(RequestError, match="without ties"):
        structure_test(alone)
    with pytest.raises(RequestError, match="out of range"):
        structure_test(nobody, rewirings=0)
    with pytest.raises(RequestError, match="no number"):
        network_bootstrap(nobody, mean_threshold, draws=5)


def test_attributes_and_times_travel_with_the_drawn_node():
    table = pd.DataFrame({"own": [0.0, 1.0, 2.0]})
    network = diffusion_network([0, 1, 2], np.ones((3, 3)), attributes=table, never=[])
    other = resampled(network, rng(3))
    assert (other.times == other.attribute("own")).all()
