"""Contagion agrees with NDlib's SI model (Rossetti et al. 2018, doi 10.1007/s41060-017-0086-6)."""

from __future__ import annotations

from contextlib import contextmanager

import networkx as nx
import numpy as np
import pytest
import worlds

N, MONTHS, RUNS, BETA = 100, 24, 500, 0.8


@contextmanager
def global_luck(seed):
    """NDlib draws from NumPy's global state; leave it afterwards as it was."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    yield
    np.random.set_state(before)  # noqa: NPY002


def by_ndlib(graph, infected):
    """Number of infected after each month; shape (RUNS, MONTHS)."""
    from ndlib.models.epidemics import SIModel  # here, for it takes seconds to import
    from ndlib.models.ModelConfig import Configuration

    settings = Configuration()
    settings.add_model_parameter("beta", -np.expm1(-BETA / 12))
    settings.add_model_initial_configuration("Infected", infected)
    counts = []
    with global_luck(12):
        for _ in range(RUNS):
            model = SIModel(graph)
            model.set_initial_status(settings)
            steps = model.iteration_bunch(MONTHS + 1, node_status=False)
            counts.append([step["node_count"][1] for step in steps[1:]])
    return np.array(counts, float)


@pytest.mark.slow
def test_awareness_alone_spreads_as_in_an_independent_implementation():
    graph = nx.connected_watts_strogatz_graph(N, 6, 0.2, seed=3)
    theirs = by_ndlib(graph, [0, 1])
    system = worlds.world([N], within=np.array(graph.edges))
    batch = worlds.histories(system, worlds.silent(beta_within=BETA), RUNS, seed=5)
    worlds.inform(batch, [0, 1])
    ours = batch.advance(MONTHS)["aware"].sum(axis=2).astype(float)
    error = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / RUNS)
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 4 * error).all()
    # A ratio of two variances from 500 runs each stays within a factor 1.35 (F test, 1 in 1,000).
    ratio = ours.var(axis=0, ddof=1) / theirs.var(axis=0, ddof=1)
    assert ((1 / 1.35 < ratio) & (ratio < 1.35)).all()
