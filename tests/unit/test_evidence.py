"""Evidence as data: it adds up, it is counted once, and its likelihoods are distributions."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import betabinom, binom, multivariate_normal, norm

from imr_sim.errors import RequestError
from imr_sim.evidence import (
    DEFAULT_TARGETS,
    KINDS,
    TARGETS,
    check_counted_once,
    facility_counts,
    service_counts,
    state_ratios,
)
from imr_sim.evidence.likelihoods import draw_shares
from imr_sim.evidence.observed import DIFFER, FACTORS

RNG = np.random.default_rng(11)


def test_every_target_says_where_it_comes_from_and_what_it_uses_up():
    for name, target in TARGETS.items():
        assert target.name == name and target.kind in KINDS
        assert target.source and target.unit and target.notes and target.observes
        assert target.status in {"V", "C"} and all(e.startswith("E") for e in target.evidence)
        if target.values is not None:
            assert target.values.shape[-1] == len(target.labels)
        if target.kind == "shares":
            assert (target.values <= target.totals).all()
        if target.totals is not None and target.kind == "counts":
            np.testing.assert_array_equal(target.values.sum(axis=1), target.totals)


def test_the_census_is_that_of_the_evidence_page():
    counts = facility_counts()
    campuses = [counts[year, "campus"] for year in (2010, 2014, 2015, 2016, 2017)]
    assert campuses == [(57, 87), (79, 109), (74, 118), (78, 116), (73, 104)]
    outpatient = [counts[year, "outpatient"] for year in (2010, 2014, 2015, 2016, 2017)]
    # in 2010 one, in 2014 two answered about IMR and not about psychosocial rehabilitation
    assert outpatient == [(44, 133), (88, 289), (100, 344), (111, 344), (98, 298)]
    for year, kind in product((2010, 2014, 2015, 2016, 2017), ("campus", "outpatient")):
        parts = [counts[year, f"{kind}_{part}_psr"] for part in ("with", "without")]
        np.testing.assert_array_equal(counts[year, kind], np.sum(parts, axis=0))
    tables = TARGETS["census_by_kind"]
    assert tables.years == (2010, 2014, 2015, 2016, 2017)
    np.testing.assert_array_equal(tables.values[0], [80, 53, 4, 39, 27, 17])
    np.testing.assert_array_equal(tables.totals[0], [87, 80, 7, 133, 39, 94])


def test_states_differ_less_among_campuses():
    ratios = state_ratios()
    assert len(ratios) == 8
    for year in (2014, 2015, 2016, 2017):
        assert 1.0 <= ratios[year, "campus"] <= 1.22 < 1.44 <= ratios[year, "outpatient"] <= 1.69


def test_services_that_were_rolled_out_are_counted_at_the_same_locations():
    counts = service_counts()
    assert counts[2010, "supported_employment", "campus"] == (84, 87)
    assert counts[2017, "assertive_community_treatment", "outpatient"] == (66, 298)
    for (year, _, kind), (yes, n) in counts.items():
        assert yes <= n and abs(n - facility_counts()[year, kind][1]) <= 2


def test_six_factors_differ_and_four_do_not():
    seen = TARGETS["interview_contrast"].values
    assert seen.sum() == 6 and [f for f, s in zip(FACTORS, seen, strict=True) if s] == list(DIFFER)


def test_sustainment_is_that_of_the_source_rounded_to_sites():
    never, again, good = TARGETS["sustainment"].values[0] / 49
    assert [round(100 * x) for x in (never, again, good)] == [47, 16, 37]


def test_the_usual_targets_stand_together():
    check_counted_once(TARGETS[name] for name in DEFAULT_TARGETS)


@pytest.mark.parametrize(
    "pair", [("census_by_kind", "census_margins"), ("survey_bounds", "survey_categories")]
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
    tables = TARGETS["census_by_kind"].until(2015)
    assert tables.years == (2010, 2014, 2015)
    np.testing.assert_array_equal(tables.totals[:, 0], [87, 109, 118])
    assert len(tables.values) == 3
    assert TARGETS["between_state"].until(2015).years == (2014, 2015)
    assert TARGETS["between_state"].until(2013) is None
    assert TARGETS["survey_bounds"].until(2011) is None
    assert TARGETS["survey_bounds"].until(2015) is TARGETS["survey_bounds"]
    assert TARGETS["census_margins"].until(2017) is TARGETS["census_margins"]


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


def test_ratios_are_log_normal_and_their_years_one_observation():
    predicted = {"mean": np.array([[1.2, 1.0], [1.6, 1.1]]), "log_sd": np.array(0.2)}
    observed = np.array([[1.54, 1.2], [1.31, 1.0], [1.40, 0.9], [1.21, 1.1]])
    expected = norm.logpdf(np.log(observed.mean(axis=0)), np.log(predicted["mean"]), 0.2)
    np.testing.assert_allclose(KINDS["ratio"].log(predicted, observed), expected.sum(axis=1))
    many = {"mean": np.full((20000, 2), 1.2), "log_sd": np.array(0.2)}
    drawn = np.log(KINDS["ratio"].draw(many, None, np.random.default_rng(5)))
    assert drawn.shape == (20000, 1, 2)
    assert drawn.mean() == pytest.approx(np.log(1.2), abs=0.005)
    assert drawn.std() == pytest.approx(0.2, abs=0.005)


YEARS = (2010, 2014, 2015, 2016, 2017)


def shares_case(histories, repeat=0.6, rho=0.002):
    """Two shares of the same places in five years, one list much larger from the second on."""
    n = np.array([[90, 130], [110, 290], [118, 344], [116, 344], [104, 298]], float)
    p = np.tile([0.7, 0.3], (histories, 5, 1))
    whole = {"rho": np.full(histories, rho), "repeat": np.full(histories, repeat)}
    return {"p": p, "n": n, "years": np.array(YEARS), **whole}


def test_shares_have_the_stated_mean_and_spread_whatever_the_share():
    case = shares_case(20000)
    drawn = KINDS["shares"].draw(case, None, np.random.default_rng(8))
    share, n, p = drawn / case["n"], case["n"], case["p"][0]
    np.testing.assert_allclose(share.mean(axis=0), p, atol=0.003)
    sd = np.sqrt(p * (1 - p) / n * (1 + (n - 1) * 0.002))
    np.testing.assert_allclose(share.std(axis=0), sd, rtol=0.04)


def test_what_is_off_in_one_year_stays_off_where_the_same_places_answer():
    case = shares_case(20000)
    drawn = KINDS["shares"].draw(case, None, np.random.default_rng(8))
    found = np.corrcoef(drawn[:, :, 0].T)
    gap = np.abs(np.subtract.outer(YEARS, YEARS))
    np.testing.assert_allclose(found, 0.6**gap, atol=0.03)
    assert abs(np.corrcoef(drawn[:, 3, 0], drawn[:, 3, 1])[0, 1]) < 0.03


def test_shares_have_the_density_of_a_multivariate_normal():
    case = shares_case(3, rho=0.01)
    data = case["n"] * np.array([0.72, 0.25])
    angle = np.arcsin(np.sqrt((data + 0.375) / (case["n"] + 0.75)))
    mean = np.arcsin(np.sqrt((case["n"] * case["p"][0] + 0.375) / (case["n"] + 0.75)))
    sd = np.sqrt((1 + (case["n"] - 1) * 0.01) / (4 * case["n"] + 2))
    linked = 0.6 ** np.abs(np.subtract.outer(YEARS, YEARS))
    expected = sum(
        multivariate_normal.logpdf(angle[:, k], mean[:, k], np.outer(sd[:, k], sd[:, k]) * linked)
        for k in range(2)
    )
    np.testing.assert_allclose(KINDS["shares"].log(case, data), expected)


def test_years_of_the_same_places_tell_less_than_as_many_of_other_places():
    def says(repeat):
        case = shares_case(2, repeat=repeat)
        case["p"][1] += 0.05
        log = KINDS["shares"].log(case, case["n"] * case["p"][0])
        return log[0] - log[1]

    assert 0 < says(0.8) < says(0.4) < says(0.0)


def test_a_year_is_drawn_given_the_last_one_that_was_counted():
    case = shares_case(20000)
    known = np.full((5, 2), np.nan)
    known[1] = case["n"][1] * [0.8, 0.3]
    drawn = draw_shares(case, None, np.random.default_rng(9), known)
    np.testing.assert_allclose(drawn[:, 1], np.tile(known[1], (20000, 1)))
    assert 0.70 < (drawn[:, 4, 0] / 104).mean() < (drawn[:, 2, 0] / 118).mean() < 0.8
    before, free = drawn[:, 0], KINDS["shares"].draw(case, None, np.random.default_rng(9))
    np.testing.assert_allclose(before.mean(axis=0), free[:, 0].mean(axis=0), rtol=0.02)
    assert drawn[:, 2, 0].std() < free[:, 2, 0].std()


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
