"""The hazard regression finds what data were made from, and refuses what cannot be fitted."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import physicians as ph
import pytest

from imr_sim.diffusion import diffusion_network, hazard_regression, person_periods
from imr_sim.errors import RequestError

TRUE = {"constant": -4.0, "exposure": 1.5, "ready": 0.8}


def made(seed: int, link: str, *, n: int = 1500, exposed: float = 1.5, homophily: bool = False):
    """Adoption by a known hazard; with homophily, ties join people of like readiness."""
    rng = np.random.default_rng(seed)
    ready = rng.normal(size=n)
    if homophily:
        order = np.argsort(ready + 0.3 * rng.normal(size=n))
        ring = nx.relabel_nodes(
            nx.watts_strogatz_graph(n, 6, 0.05, seed=seed), dict(enumerate(order))
        )
        ties = nx.to_scipy_sparse_array(ring, nodelist=range(n))
    else:
        ties = nx.to_scipy_sparse_array(nx.random_regular_graph(6, n, seed=seed))
    times = np.full(n, np.nan)
    for period in range(40):
        seen = ties @ (times <= period - 1) / 6
        eta = TRUE["constant"] + exposed * seen + TRUE["ready"] * ready
        p = 1 / (1 + np.exp(-eta)) if link == "logit" else 1 - np.exp(-np.exp(eta))
        times[np.isnan(times) & (rng.random(n) < p)] = period
    table = pd.DataFrame({"ready": ready, "site": np.arange(n) // 25})
    return diffusion_network(times, ties, attributes=table, first=0, last=39)


def test_a_row_is_a_node_and_a_period_at_risk():
    network = ph.physicians()
    rows = person_periods(network)
    ends = np.nan_to_num(network.times, nan=17)
    assert len(rows) == np.maximum(ends - 1, 0).sum()  # from the second month on
    assert rows["adopts"].sum() == np.nansum(network.times > 1)
    look = ph.arcs(network, "out", True)
    slow = ph.loop_exposure(look, network.times, network.periods, 1)
    place = {name: i for i, name in enumerate(network.names)}
    for row in rows.sample(200, random_state=1).itertuples():
        value = slow[place[row.node], row.period - 1]
        assert row.exposure == pytest.approx(0 if np.isnan(value) else value, abs=1e-12)
        assert row.no_alters == np.isnan(value)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_known_coefficients_are_recovered(link):
    fit = hazard_regression(made(1, link), ["exposure", "ready"], link=link, cluster="site")
    for term in ("exposure", "ready"):
        row = fit.table.loc[term]
        assert abs(row["coefficient"] - TRUE[term]) < 4 * row["se"]
        assert row["se"] < 0.25
    assert fit.groups == 60


def test_homophily_looks_like_influence_until_readiness_is_known():
    """Nobody influences anybody here."""
    network = made(2, "logit", exposed=0.0, homophily=True)
    blind = hazard_regression(network, ["exposure"]).table.loc["exposure"]
    seeing = hazard_regression(network, ["exposure", "ready"]).table.loc["exposure"]
    assert blind["lo"] > 0.3
    assert abs(seeing["coefficient"]) < 4 * seeing["se"]


@pytest.mark.parametrize("link", ["logit", "cloglog"])
@pytest.mark.parametrize("baseline", ["linear", "log", "periods"])
def test_the_fit_is_the_maximum_of_the_likelihood(link, baseline):
    """The score, written down anew, is 0 at the estimates."""
    rows = person_periods(ph.physicians())
    fit = hazard_regression(rows, ["exposure"], link=link, baseline=baseline, cluster=None)
    if baseline == "periods":
        rows = rows[rows.groupby("period")["adopts"].transform("sum") > 0]
    columns = [np.ones(len(rows))]
    since = rows["period"].to_numpy(float) - rows["period"].min() + 1
    if baseline == "linear":
        columns.append(since)
    elif baseline == "log":
        columns.append(np.log(since))
    else:
        columns += [(since == s).astype(float) for s in np.unique(since)[1:]]
    columns += [rows["exposure"].to_numpy(), rows["no_alters"].to_numpy(float)]
    x, y = np.column_stack(columns), rows["adopts"].to_numpy(float)
    eta = x @ fit.table["coefficient"].to_numpy()
    p = 1 / (1 + np.exp(-eta)) if link == "logit" else 1 - np.exp(-np.exp(eta))
    slope = p * (1 - p) if link == "logit" else np.exp(eta) * (1 - p)
    score = x.T @ ((y - p) * slope / (p * (1 - p)))
    assert np.abs(score).max() < 1e-6
    likelihood = (y * np.log(p) + (1 - y) * np.log(1 - p)).sum()
    assert fit.log_likelihood == pytest.approx(likelihood, abs=1e-9)


def test_errors_by_group_are_the_sandwich():
    rows = person_periods(ph.physicians())
    fit = hazard_regression(rows, ["exposure"], cluster="node")
    since = rows["period"].to_numpy(float) - rows["period"].min() + 1
    x = np.column_stack([np.ones(len(rows)), since, rows["exposure"], rows["no_alters"]])
    p = 1 / (1 + np.exp(-(x @ fit.table["coefficient"].to_numpy())))
    bread = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]))
    score = pd.DataFrame(x * (rows["adopts"].to_numpy() - p)[:, None]).groupby(
        rows["node"].to_numpy()
    ).sum().to_numpy()  # fmt: skip
    n, g, k = len(rows), len(score), x.shape[1]
    sandwich = bread @ (score.T @ score) @ bread * (g / (g - 1)) * ((n - 1) / (n - k))
    assert fit.table["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(sandwich)), rel=1e-6)


def test_words_become_indicators():
    network = made(4, "logit", n=300)
    rows = person_periods(network)
    rows["role"] = np.where(rows["ready"] > 0, "nurse", "chief")
    fit = hazard_regression(rows, ["exposure", "role"])
    assert "role: nurse" in fit.table.index
    assert fit.table.loc["role: nurse", "coefficient"] > 0


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({}, {"terms": ["nosuch"]}, "no column of this name"),
        ({}, {"link": "probit"}, "no link of this name"),
        ({}, {"baseline": "spline"}, "no baseline"),
        ({"x": 1.0}, {"terms": ["x"]}, "one value only"),
        ({"x": np.nan}, {"terms": ["x"]}, "without x"),
        ({"adopts": 0}, {}, "nobody adopts"),
        ({"g": "one"}, {"cluster": "g"}, "one group only"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, options, words):
    rows = person_periods(ph.physicians()).assign(**change)
    with pytest.raises(RequestError, match=words):
        hazard_regression(rows, options.pop("terms", ["exposure"]), **options)


@pytest.mark.filterwarnings("ignore:Perfect separation")
def test_terms_that_follow_from_others_or_separate_are_refused():
    rows = person_periods(ph.physicians())
    rows["twice"], rows["tells"] = 2 * rows["exposure"], rows["adopts"].astype(float)
    with pytest.raises(RequestError, match="follows from the others"):
        hazard_regression(rows, ["exposure", "twice"])
    with pytest.raises(RequestError, match="separates"):
        hazard_regression(rows, ["tells"])
