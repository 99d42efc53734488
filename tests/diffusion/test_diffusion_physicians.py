"""The physicians' network: every measure against plain loops, NetworkX and published figures.

The figures are what netdiffuseR 1.25.0 prints for the same data, or lifelines 0.30.3 and esda
2.9.0, computed apart. Where a convention differs, the test says how.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import physicians as ph
import pytest

from imr_sim.diffusion import (
    category_table,
    cumulative_adopters,
    exposure,
    fit_bass,
    geodesic_weights,
    geodesics,
    hazard,
    infectiousness,
    leadership,
    morans_i,
    positional_distance,
    structure_test,
    susceptibility,
    thresholds,
    to_networkx,
)

CLOSE = {"rel": 0, "abs": 1e-9, "nan_ok": True}
LOOKS = [(d, v) for d in ("out", "in", "both") for v in (True, False)]


@pytest.fixture(scope="module")
def network():
    return ph.physicians()


@pytest.fixture(scope="module")
def to_18():
    """With the period that netdiffuseR adds for those who never adopted."""
    return ph.physicians(last=18)


def test_the_network_is_the_published_one(network):
    assert network.n == 125
    binary = network.matrix(valued=False)
    assert binary.sum() == 294
    assert network.ties["weight"].sum() == 450
    assert sorted(binary.sum(axis=0))[-1] == 19
    assert np.isnan(network.times).sum() == 16
    assert "16 never do" in network.described()


@pytest.mark.parametrize(("direction", "valued"), LOOKS)
@pytest.mark.parametrize("lag", [0, 1, 3])
def test_exposure_is_that_of_a_loop(network, direction, valued, lag):
    look = ph.arcs(network, direction, valued)
    mass = network.attribute("city").astype(float)
    for attribute, weights in ((None, None), ("city", mass)):
        for normalised in (True, False):
            found = exposure(
                network, lag=lag, direction=direction, valued=valued, attribute=attribute,
                normalised=normalised,
            )  # fmt: skip
            slow = ph.loop_exposure(look, network.times, network.periods, lag, weights, normalised)
            assert found == pytest.approx(slow, **CLOSE)


@pytest.mark.parametrize(
    ("options", "squares"),
    [  # netdiffuseR: sum of squares over all nodes and periods; those with no alters count 0
        ({"lag": 1, "valued": False, "normalised": False}, 9052.0),
        ({"lag": 0, "valued": False}, None),
    ],
)
def test_exposure_has_the_published_sums(to_18, options, squares):
    found = np.nan_to_num(exposure(to_18, **options))
    if squares is None:
        assert found[:, 17].sum() == pytest.approx(105.0166666666, abs=1e-6)
    else:
        assert (found**2).sum() == pytest.approx(squares)


def test_thresholds_have_the_published_means(network):
    """netdiffuseR gives 0 to those with no alters; here they have no threshold."""
    for lag, mean, total in ((0, 0.5631313131313131, 55.75), (1, 0.5063670411985018, 45.0666666)):
        table = thresholds(network, lag=lag, valued=False)
        known = table["threshold"][~table["censored"]]
        assert known.mean() == pytest.approx(mean, abs=1e-12)
        assert known.sum() == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("direction", ["out", "in"])
@pytest.mark.parametrize("lag", [0, 1, 2])
def test_thresholds_are_exposures_at_adoption(network, direction, lag):
    table = thresholds(network, lag=lag, direction=direction)
    seen = ph.loop_exposure(ph.arcs(network, direction, True), network.times, network.periods, lag)
    when = np.nan_to_num(network.times, nan=network.last).astype(int) - network.first
    expected = seen[np.arange(network.n), when]
    assert table["threshold"].to_numpy() == pytest.approx(expected, **CLOSE)
    assert table["censored"].to_numpy().tolist() == np.isnan(network.times).tolist()


@pytest.mark.parametrize("valued", [True, False])
@pytest.mark.parametrize(("reach", "discount"), [(1, None), (3, None), (3, 0.5), (5, 0.0)])
def test_infectiousness_and_susceptibility_are_those_of_a_loop(network, reach, discount, valued):
    for measure, direction, sign in ((infectiousness, "in", 1), (susceptibility, "out", -1)):
        look = ph.arcs(network, direction, valued)
        found = measure(network, reach=reach, discount=discount, valued=valued)
        slow = ph.loop_infection(look, network.times, reach, discount, sign)
        assert found == pytest.approx(slow, **CLOSE)


@pytest.mark.parametrize(
    ("reach", "discount", "infects", "suscepts"),
    [
        (1, None, 9.439560439560433, 11.75),
        (3, None, 11.338955525571835, 14.396113187289647),
        (3, 0.5, 11.685482548267528, 14.884635103544712),
    ],
)
def test_infection_has_the_published_sums(network, reach, discount, infects, suscepts):
    """Susceptibility there counts alters who never adopt among the earlier adopters: NA is below
    every number in its code. With that put in, the sums agree; here such alters do not count.
    """
    options = {"reach": reach, "discount": discount, "valued": False}
    assert np.nansum(infectiousness(network, **options)) == pytest.approx(infects, abs=1e-9)
    look, times = ph.arcs(network, "out", False), network.times
    theirs = 0.0
    for i, row in look.items():
        above = below = 0.0
        for k in range(1, reach + 1):
            if not times[i] - k >= network.first:
                continue
            w = k if discount is None else (1 + discount) ** (k - 1)
            alters = np.array([times[j] for j in row])
            above += (times[i] - alters == k).sum() / w
            below += ((times[i] - alters >= k) | np.isnan(alters)).sum() / w
        theirs += above / below if below else 0.0
    assert theirs == pytest.approx(suscepts, abs=1e-9)
    assert np.nansum(susceptibility(network, **options)) > suscepts


def test_the_cross_table_has_the_published_rows(network):
    """The same rows; those with no alters stand apart, where netdiffuseR calls them very low."""
    table = category_table(network, lag=0, valued=False)
    assert table.sum(axis=1).tolist() == [20, 42, 25, 22, 16]
    assert table.to_numpy().sum() == network.n
    assert table.loc["non-adopter", "non-adopter"] == 16
    assert table["none"].sum() == 11 - 1  # one physician who names nobody never adopts


def test_hazard_is_the_published_one_but_for_the_first_month(network):
    published = [0.07894736842105263, 0.08571428571428572, 0.11458333333333333]
    assert hazard(network)["hazard"][1:4].tolist() == pytest.approx(published, abs=1e-12)
    assert hazard(network)["hazard"][0] == 11 / 125  # netdiffuseR: 0
    assert cumulative_adopters(network)[-1] == 109


def test_survival_is_that_of_lifelines(network):
    """KaplanMeierFitter and NelsonAalenFitter, alpha=0.1."""
    table = hazard(network)
    row = table.iloc[9]
    assert row["survival"] == pytest.approx(LIFELINES["survival"], abs=1e-9)
    assert row["survival_lo"] == pytest.approx(LIFELINES["low"], abs=1e-9)
    assert row["survival_hi"] == pytest.approx(LIFELINES["high"], abs=1e-9)
    assert row["cumulative_hazard"] == pytest.approx(LIFELINES["nelson_aalen"], abs=1e-9)


def test_paths_are_those_of_networkx(network):
    graph = nx.DiGraph(to_networkx(network))
    lengths = dict(nx.all_pairs_shortest_path_length(graph, cutoff=6))
    table = geodesics(network)
    names = list(map(str, network.names))
    slow = np.array([[lengths[a].get(b, 0) for b in names] for a in names])
    assert (table == slow).all()
    assert np.bincount(table.ravel())[1:].tolist() == [294, 480, 521, 453, 349, 234]


@pytest.mark.parametrize(
    ("period", "observed", "sd", "p"),
    [
        (1, 0.06624027520676329, 0.03265065734379703, 0.022860870717491766),
        (2, 0.03548473886033554, 0.033316594337450794, 0.19116718783366982),
        (3, -0.027593918772983138, 0.033555831420802054, 0.5605685124252302),
    ],
)
def test_morans_i_is_the_published_one(network, period, observed, sd, p):
    weights = geodesic_weights(network)
    found = morans_i(network.using(period), weights, permutations=999)
    assert found.observed == pytest.approx(observed, abs=1e-9)
    assert found.sd == pytest.approx(sd, abs=1e-9)
    assert found.p_normal == pytest.approx(p, abs=1e-9)
    assert abs(found.p - p) < 4 * found.p_error + 0.02  # the normal is an approximation
    assert found.expected == -1 / 124


def test_morans_i_is_that_of_a_loop(network):
    weights, x = geodesic_weights(network, row_normalised=False), network.using(5).astype(float)
    z, above = x - x.mean(), 0.0
    for i in range(network.n):
        for j, steps in ph.paths(network, i):
            if steps <= 6:
                above += z[i] * z[j] / steps
    slow = network.n / weights.sum() * above / (z @ z)
    assert morans_i(x, weights, permutations=0).observed == pytest.approx(slow, abs=1e-9)


def test_positions_differ_as_in_a_loop(network):
    far = geodesics(network).astype(float)
    far[far == 0] = 7
    np.fill_diagonal(far, 0)
    found = positional_distance(network)
    for i, j in ((0, 1), (3, 90), (50, 51), (7, 124)):
        total = (far[i, j] - far[j, i]) ** 2
        for k in range(network.n):
            if k not in (i, j):
                total += (far[i, k] - far[j, k]) ** 2 + (far[k, i] - far[k, j]) ** 2
        assert found[i, j] == pytest.approx(np.sqrt(total) / 7, abs=1e-9)


def test_those_named_most_adopted_earlier(network):
    found = leadership(network)
    assert found.pearson == pytest.approx(-0.2173568382763286, abs=1e-12)
    assert found.adopters == 109
    assert found.pearson_hi < 0
    assert found.verdict == "those named most adopt earlier"


def test_the_structure_test_finds_no_contagion_here(network):
    """As published (p .42 there): these ties do not foretell these adoption times."""
    binary = network.with_ties(network.ties.assign(weight=1.0))
    found = structure_test(binary, rewirings=500)
    assert found.p > 0.1


def test_the_bass_fit_is_the_published_one(to_18):
    """netdiffuseR fits the share of all 125: a ceiling of 125. In months of the same count."""
    fit = fit_bass(cumulative_adopters(to_18), ceiling=125)
    assert fit.p == pytest.approx(0.09759321100301516, abs=1e-6)
    assert fit.q == pytest.approx(0.055053010036445124, abs=1e-6)
    free = fit_bass(cumulative_adopters(to_18))
    assert free.q > 3 * fit.q  # a ceiling that is not reached within the study makes q small
    assert 109 <= free.ceiling <= 115


LIFELINES = {
    "survival": 0.304,
    "low": 0.23799556567228083,
    "high": 0.37243603266045944,
    "nelson_aalen": 1.1103188886273883,
}
