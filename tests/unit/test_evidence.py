"""Evidence as data: it adds up, it is counted once, and its likelihoods are distributions."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import betabinom, binom, norm

from imr_sim.errors import RequestError
from imr_sim.evidence import (
    DEFAULT_TARGETS,
    KINDS,
    TARGETS,
    check_counted_once,
    facility_counts,
    state_ratios,
)
from imr_sim.evidence.observed import DIFFER, FACTORS

RNG = np.random.default_rng(11)


def test_every_target_says_where_it_comes_from_and_what_it_uses_up():
    for name, target in TARGETS.items():
        assert target.name == name and target.kind in KINDS
        assert target.source and target.unit and target.notes and target.observes
        assert target.status in {"V", "C"} and all(e.startswith("E") for e in target.evidence)
        if target.values is not None and target.kind != "ratio":
            assert target.values.shape[-1] == len(target.labels)
        if target.totals is not None and target.kind == "counts":
            np.testing.assert_array_equal(target.values.sum(axis=1), target.totals)


def test_the_census_is_that_of_the_evidence_page():
    counts = facility_counts()
    assert counts[2010, "all"] == (101, 221) and counts[2017, "all"] == (171, 402)
    assert counts[2014, "with_psr"] == (111, 174) and counts[2014, "without_psr"] == (56, 224)
    tables = TARGETS["census_tables"]
    assert tables.years == (2010, 2014, 2015, 2016, 2017)
    np.testing.assert_array_equal(tables.values[0], [220 - 80 - 21 - 39, 21, 39, 80])
    assert list(state_ratios()) == [2014, 2015, 2016, 2017]
    for year in tables.years:  # a few answered one question and not the other
        both = sum(counts[year, g][1] for g in ("with_psr", "without_psr"))
        assert 0 <= counts[year, "all"][1] - both <= 2


def test_six_factors_differ_and_four_do_not():
    seen = TARGETS["interview_contrast"].values
    assert seen.sum() == 6 and [f for f, s in zip(FACTORS, seen, strict=True) if s] == list(DIFFER)


def test_sustainment_is_that_of_the_source_rounded_to_sites():
    never, again, good = TARGETS["sustainment"].values[0] / 49
    assert [round(100 * x) for x in (never, again, good)] == [47, 16, 37]


def test_the_usual_targets_stand_together():
    check_counted_once(TARGETS[name] for name in DEFAULT_TARGETS)


@pytest.mark.parametrize(
    "pair", [("census_tables", "census_totals"), ("survey_bounds", "survey_categories")]
)
def test_the_same_evidence_is_not_counted_twice(pair):
    with pytest.raises(RequestError, match="both are the same evidence"):
        check_counted_once(TARGETS[name] for name in pair)
    with pytest.raises(RequestError, match="both are the same evidence"):
        check_counted_once([TARGETS[pair[0]], TARGETS[pair[0]]])


def test_what_was_not_published_cannot_be_fitted():
    with pytest.raises(RequestError, match="not published"):
        check_counted_once([TARGETS["survey_categories"]])


def test_until_keeps_what_had_been_observed():
    tables = TARGETS["census_tables"].until(2015)
    assert tables.years == (2010, 2014, 2015)
    np.testing.assert_array_equal(tables.totals, [220, 398, 462])
    assert len(tables.values) == 3
    assert TARGETS["between_state"].until(2015).years == (2014, 2015)
    assert TARGETS["between_state"].until(2013) is None
    assert TARGETS["survey_bounds"].until(2011) is None
    assert TARGETS["survey_bounds"].until(2015) is TARGETS["survey_bounds"]
    assert TARGETS["census_totals"].until(2017) is TARGETS["census_totals"]


# --- the likelihoods are distributions, and draw() follows them


def counts_case(cells):
    p = RNG.dirichlet(np.full(cells, 2.0), size=(3, 1))
    return {"p": p, "rho": np.array([1e-5, 0.05, 0.4])}


@pytest.mark.parametrize("cells", [2, 3, 4])
def test_probabilities_of_all_tables_sum_to_1(cells):
    predicted, n = counts_case(cells), 7
    tables = [t for t in product(range(n + 1), repeat=cells) if sum(t) == n]
    total = sum(np.exp(KINDS["counts"].log(predicted, np.array([t]))) for t in tables)
    np.testing.assert_allclose(total, 1, rtol=1e-9)


def test_two_cells_are_the_beta_binomial_and_no_overdispersion_the_binomial():
    p, rho = 0.3, np.array([0.1, 1e-5])
    predicted = {"p": np.array([[[1 - p, p]]] * 2), "rho": rho}
    found = KINDS["counts"].log(predicted, np.array([[13, 7]]))
    a = p * (1 - rho) / rho
    np.testing.assert_allclose(found, betabinom.logpmf(7, 20, a, a * (1 - p) / p), rtol=1e-6)
    assert found[1] == pytest.approx(binom.logpmf(7, 20, p), abs=1e-3)


def test_drawn_counts_have_the_stated_mean_and_spread():
    p, rho, n = np.array([0.2, 0.3, 0.5]), 0.05, 60
    predicted = {"p": np.tile(p, (20000, 1, 1)), "rho": np.full(20000, rho)}
    drawn = KINDS["counts"].draw(predicted, np.array([n]), np.random.default_rng(1))[:, 0]
    assert (drawn.sum(axis=1) == n).all()
    np.testing.assert_allclose(drawn.mean(axis=0) / n, p, atol=0.005)
    inflated = n * p * (1 - p) * (1 + (n - 1) * rho)
    np.testing.assert_allclose(drawn.var(axis=0), inflated, rtol=0.05)


def events_case(histories=2):
    rng = np.random.default_rng(3)
    return {
        "p_one": rng.dirichlet(np.ones(4), size=histories),
        "p_two": rng.dirichlet(np.ones(3), size=histories),
        "slip": np.array(0.01),
    }


def test_probabilities_of_all_statements_sum_to_1_and_draws_follow_them():
    predicted, log = events_case(), KINDS["events"].log
    outcomes = list(product(range(4), range(3)))
    p = np.exp([log(predicted, np.array(o)) for o in outcomes])
    np.testing.assert_allclose(p.sum(axis=0), 1)
    many = {k: v if k == "slip" else np.repeat(v[:1], 20000, axis=0) for k, v in predicted.items()}
    drawn = KINDS["events"].draw(many, None, np.random.default_rng(4))
    share = [(drawn == o).all(axis=1).mean() for o in outcomes]
    np.testing.assert_allclose(share, p[:, 0], atol=0.012)


def test_an_impossible_statement_has_a_small_finite_probability():
    predicted = events_case() | {"p_one": np.array([[1.0, 0, 0, 0]] * 2)}
    log = KINDS["events"].log(predicted, np.array([1, 1]))
    assert np.isfinite(log).all() and (log < np.log(0.01 / 4)).all()


def test_the_ratio_is_log_normal():
    predicted = {"mean": np.array([1.2, 1.6]), "log_sd": np.array(0.2)}
    observed = np.array([1.54, 1.31, 1.40, 1.21])
    expected = norm.logpdf(np.log(observed.mean()), np.log([1.2, 1.6]), 0.2)
    np.testing.assert_allclose(KINDS["ratio"].log(predicted, observed), expected)
    many = {"mean": np.full(20000, 1.2), "log_sd": np.array(0.2)}
    drawn = np.log(KINDS["ratio"].draw(many, None, np.random.default_rng(5)))
    assert drawn.shape == (20000, 1)
    assert drawn.mean() == pytest.approx(np.log(1.2), abs=0.005)
    assert drawn.std() == pytest.approx(0.2, abs=0.005)


def test_probabilities_of_all_classifications_sum_to_1_and_draws_follow_them():
    p = np.random.default_rng(6).uniform(size=(2, 3, 4))
    predicted, log = {"p": p, "slip": np.array(0.05)}, KINDS["classification"].log
    outcomes = list(product([False, True], repeat=4))
    probability = np.exp([log(predicted, np.array(o)) for o in outcomes])
    np.testing.assert_allclose(probability.sum(axis=0), 1)
    many = {"p": np.repeat(p[:1], 40000, axis=0), "slip": np.array(0.05)}
    drawn = KINDS["classification"].draw(many, None, np.random.default_rng(7))
    share = [(drawn == o).all(axis=1).mean() for o in outcomes]
    np.testing.assert_allclose(share, probability[:, 0], atol=0.01)


def test_a_classification_that_no_coding_could_give_keeps_a_small_probability():
    predicted = {"p": np.zeros((1, 2, 10)), "slip": np.array(0.01)}
    log = KINDS["classification"].log(predicted, np.ones(10, bool))
    assert log == pytest.approx(np.log(0.01 / 1024))


def test_targets_cannot_be_changed():
    with pytest.raises(AttributeError):
        TARGETS["sustainment"].name = "other"
    assert replace(TARGETS["sustainment"], name="other").name == "other"
    with pytest.raises(ValueError, match="read-only"):
        TARGETS["sustainment"].values[0, 0] = 49
