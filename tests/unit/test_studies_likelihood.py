"""Histories watched as the studies watched the world: exact, harmless, and finite."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, multivariate_hypergeom

import imr_sim as imr
from imr_sim.calibration import Likelihood
from imr_sim.calibration.likelihood import OBSERVERS
from imr_sim.errors import RequestError
from imr_sim.evidence import DEFAULT_TARGETS, LOCATION_KINDS, TARGETS
from imr_sim.model import state as st
from imr_sim.model.state import RECORD
from imr_sim.studies import OBSERVATION, default_observation, prior_observation
from imr_sim.studies.bounds import bound_probabilities, trained_probabilities
from imr_sim.studies.census import (
    BetweenStates,
    cell_probabilities,
    expected_shares,
    margins,
    offering,
)
from imr_sim.studies.interviews import ERRORS, THRESHOLDS, differs_table, presence
from imr_sim.studies.sustainment import outcomes

DRAWS = 160


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.fixture(scope="module")
def history(small):
    return imr.simulate(small, imr.prior(DRAWS, seed=5), months=160, seed=5)


@pytest.fixture(scope="module")
def likelihood(small):
    return Likelihood(small)


@pytest.fixture(scope="module")
def features(history, likelihood):
    return likelihood.watch(history.record[:, 0], history.factors[:, 0])


# --- the whole


def test_watching_changes_nothing(history, likelihood, features):
    before, factors = history.record.copy(), history.factors.copy()
    likelihood.watch(history.record[:, 0], history.factors[:, 0])
    likelihood.log(features, default_observation(DRAWS))
    likelihood.draw(features, default_observation(DRAWS), np.random.default_rng(0))
    assert (history.record == before).all() and (history.factors == factors).all()


def test_watched_and_unwatched_histories_are_the_same(small, history, likelihood):
    again = imr.simulate(small, imr.prior(DRAWS, seed=5), months=160, seed=5)
    assert (again.record == history.record).all()


def test_features_are_small_and_do_not_depend_on_the_batch(history, likelihood, features):
    assert sum(array[0].nbytes for array in features.values()) < 4096
    record, factors = history.record[:, 0], history.factors[:, 0]
    alone = likelihood.watch(record[7:8], factors[7:8])
    longer = np.concatenate([record[7:9], record[7:9, :30]], axis=1)
    assert set(alone) == set(features)
    for name, array in features.items():
        np.testing.assert_array_equal(alone[name][0], array[7])
        np.testing.assert_array_equal(likelihood.watch(longer, factors[7:9])[name][0], array[7])


@pytest.mark.parametrize("how", ["default", "prior", "lowest", "highest"])
def test_log_likelihoods_are_finite_everywhere(likelihood, features, how):
    edge = {"lowest": "low", "highest": "high"}
    if how in edge:
        values = {n: np.full(DRAWS, getattr(s, edge[how])) for n, s in OBSERVATION.items()}
    else:
        values = {"default": default_observation(DRAWS), "prior": prior_observation(DRAWS, 1)}[how]
    log = likelihood.log(features, values)
    assert tuple(log) == likelihood.names == DEFAULT_TARGETS
    for name, value in log.items():
        assert value.shape == (DRAWS,) and np.isfinite(value).all(), name


def test_a_drawn_data_set_can_stand_for_the_observed_one(small, likelihood, features):
    observation = prior_observation(DRAWS, 1)
    data = likelihood.draw(features, observation, np.random.default_rng(2))
    assert len(data) == DRAWS and set(data[0]) == set(DEFAULT_TARGETS)
    other = Likelihood(small, data=data[3])
    for name, log in likelihood.log(features, observation, data[3]).items():
        np.testing.assert_array_equal(log, other.log(features, observation)[name])
    same = likelihood.draw(features, observation, np.random.default_rng(2))
    for name in DEFAULT_TARGETS:
        np.testing.assert_array_equal(same[9][name], data[9][name])
        assert np.shape(data[9][name])[-1:] == np.shape(likelihood.data[name])[-1:]


@pytest.mark.parametrize("name", [*DEFAULT_TARGETS, "census_margins"])
def test_draws_follow_the_likelihood(small, history, name):
    """If data come from one world, p(data | another) / p(data | it) has mean 1."""
    one = Likelihood(small, targets=[name])
    seen = one.watch(history.record[:, 0], history.factors[:, 0])
    here = default_observation(1)
    there = here | {
        "report_other_campus": np.array([0.46]),
        "report_other_outpatient": np.array([0.21]),
        "survey_providers": np.array([50.0]),
        "coding_error": np.array([0.13]),
        "kindred_overdispersion": np.array([0.08]),
    }
    n = 2000
    trained = Likelihood(small, targets=["survey_bounds"]).watch(
        history.record[:, 0], history.factors[:, 0]
    )["survey_trained"]
    for world in np.flatnonzero((trained > 0.1) & (trained < 0.3))[:3]:  # neither sure nor hopeless
        same = {k: v[[world, world]] for k, v in seen.items()}
        many = {k: np.repeat(v[:1], n, axis=0) for k, v in same.items()}
        data = one.draw(many, {k: np.repeat(v, n) for k, v in here.items()}, _rng(world))
        both = {k: np.concatenate([here[k], there[k]]) for k in here}
        log = np.array([one.log(same, both, d)[name] for d in data])
        ratio = np.exp(log[:, 1] - log[:, 0])
        assert ratio.std() > 0.01 and ratio.max() < 50, "worlds too alike or too far apart to tell"
        assert abs(ratio.mean() - 1) < 4 * ratio.std() / np.sqrt(n), world


def _rng(seed):
    return np.random.default_rng([17, seed])


def _level(weights, truth, value, u):
    """Share of the posterior below the truth, ties shared out by u."""
    return weights[value < value[truth]].sum() + u * weights[value == value[truth]].sum()


MAIN = {  # what each target tells of, as the study expects to see it
    "census_by_kind": lambda p: p["p"].mean(axis=(1, 2)),
    "between_state": lambda p: p["mean"].mean(axis=1),
    "survey_bounds": lambda p: p["p_bounds"][:, 7] * p["p_trained"][:, 1],
    "interview_contrast": lambda p: p["p"].mean(axis=(1, 2)),
    "sustainment": lambda p: p["p"][:, 0, 0],
}


@pytest.mark.parametrize("name", DEFAULT_TARGETS)
def test_intervals_from_data_of_the_model_have_the_stated_coverage(likelihood, features, name):
    """A synthetic check: a world is picked, watched, and found again among all the others."""
    observation = prior_observation(DRAWS, 8)
    rng, rounds = np.random.default_rng(9), 2
    predicted = likelihood.predict(features, observation)
    value = MAIN[name](predicted[name])
    levels = []
    for _ in range(rounds):
        data = likelihood.draw(features, observation, rng)
        for truth in range(DRAWS):
            log = likelihood.compare(predicted, data[truth])[name]
            weights = np.exp(log - log.max())
            levels.append(_level(weights / weights.sum(), truth, value, rng.random()))
    levels = np.array(levels)
    for stated in (0.5, 0.9):
        found = (np.abs(levels - 0.5) < stated / 2).mean()
        print(f"{name}: {stated:.0%} intervals contain the truth in {found:.1%}")
        assert abs(found - stated) < 3.5 * np.sqrt(stated * (1 - stated) / len(levels))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"targets": ["census_by_kind", "census_margins"]}, "same evidence"),
        ({"targets": ["survey_bounds", "survey_categories"]}, "same evidence"),
        ({"targets": ["survey_categories"]}, "not published"),
        ({"targets": ["no_such"]}, "no such target"),
        ({"targets": []}, "nothing was observed"),
        ({"until": 2009}, "nothing was observed"),
        ({"start": "2013-01"}, "before the history"),
        ({"start": "soon"}, "no year and month"),
    ],
)
def test_requests_that_cannot_work_are_refused(small, wrong, why):
    with pytest.raises(RequestError, match=why):
        Likelihood(small, **wrong)


def test_a_history_that_is_too_short_is_refused(likelihood, history):
    with pytest.raises(RequestError, match="160 months"):
        likelihood.watch(history.record[:, 0, :150], history.factors[:, 0])


def test_until_drops_what_came_later(small, history):
    early = Likelihood(small, targets=["census_by_kind", "between_state"], until=2015)
    assert early.months == 136 and early.data["census_by_kind"].shape == (3, 6)
    seen = early.watch(history.record[:, 0, :136], history.factors[:, 0])
    assert seen["census_vamcs"].shape == (DRAWS, 3, 2, 2)
    assert Likelihood(small, until=2011).names == ("census_by_kind",)
    assert Likelihood(small, until=2013).names == (
        "census_by_kind",
        "survey_bounds",
        "interview_contrast",
    )


def test_every_fittable_target_has_an_observer():
    assert set(OBSERVERS) == {name for name, t in TARGETS.items() if t.values is not None}


def test_observation_parameters_say_what_they_are():
    for name, spec in OBSERVATION.items():
        assert spec.low <= spec.default <= spec.high and "assumption" in spec.source, name
        assert not spec.prior.is_fixed
    drawn = prior_observation(500, 0)
    for name, values in drawn.items():
        assert (values >= OBSERVATION[name].low).all() and (values <= OBSERVATION[name].high).all()
    assert (drawn["psr_link"] == prior_observation(500, 0)["psr_link"]).all()


# --- the census


@pytest.mark.parametrize("kind", LOCATION_KINDS)
def test_shares_of_cells_add_up_and_follow_the_vamcs(kind):
    vamcs = np.array([[[[[40, 20], [30, 49]]]]])
    values = default_observation(1)
    p = cell_probabilities(vamcs, values, kind, (2014,))[0, 0, 0]
    assert p.sum() == pytest.approx(1)
    prrc = 69 / 139
    psr = prrc * values[f"psr_prrc_{kind}"][0] + (1 - prrc) * values[f"psr_none_{kind}"][0]
    assert p[1].sum() == pytest.approx(psr)
    plain = dict(values, psr_link=np.zeros(1))
    imr = cell_probabilities(vamcs, plain, kind, (2014,))[0, 0, 0, :, 1].sum()
    yes, no = (plain[f"report_{which}_{kind}"][0] for which in ("providing", "other"))
    assert imr == pytest.approx(79 / 139 * yes + 60 / 139 * no)


def test_shares_and_margins_are_those_of_the_cells():
    vamcs = np.array([[[[40, 20], [30, 49]]]])
    values = default_observation(1)
    shares = expected_shares(vamcs, values, (2014,))[0, 0]
    groups, both = offering(shares), margins(shares)
    for i, kind in enumerate(LOCATION_KINDS):
        p = cell_probabilities(vamcs[:, :, None], values, kind, (2014,))[0, 0, 0]
        assert shares[3 * i] == pytest.approx(p[1].sum())
        assert both[i] == groups[3 * i] == pytest.approx(p[:, 1].sum())
        assert groups[3 * i + 1] == pytest.approx(p[1, 1] / p[1].sum())
        assert groups[3 * i + 2] == pytest.approx(p[0, 1] / p[0].sum())


def test_the_list_of_2010_was_another_one_of_outpatient_locations_alone():
    vamcs = np.tile([[40, 20], [30, 49]], (1, 2, 1, 1, 1))
    for kind in LOCATION_KINDS:
        p = cell_probabilities(vamcs, default_observation(1), kind, (2010, 2014))
        psr = p[0, :, 0, 1].sum(axis=-1)
        assert (psr[0] > psr[1]) == (kind == "outpatient")
        assert kind == "outpatient" or psr[0] == psr[1]


@pytest.mark.parametrize(("kind", "n"), [("campus", 1), ("outpatient", 2)])
def test_states_differ_by_as_much_as_locations_of_one_vamc_hang_together(kind, n):
    """Against a simulation of locations, `n` a VAMC, in VAMCs in states."""
    system = imr.load_system()
    target = TARGETS["between_state"].until(2014)
    totals = np.full((1, 2), n * system.n_sites)
    observer = BetweenStates(system, 24048, replace(target, totals=totals))
    rng = np.random.default_rng(12)
    record = np.zeros((1, observer.months, system.n_sites), RECORD)
    record["status"] = np.where(rng.random(system.n_sites) < 0.45, st.PROVIDING, 0)
    record["events"] = np.where(rng.random(system.n_sites) < 0.5, st.HAS_PRRC, 0)
    says = {f"report_other_{kind}": np.array([0.1]), f"report_providing_{kind}": np.array([0.6])}
    values = default_observation(1) | {"psr_link": np.zeros(1)} | says
    states, state = np.unique(system.sites["state"].to_numpy(str), return_inverse=True)
    p = np.where(record["status"][0, -1] == st.PROVIDING, 0.6, 0.1)
    found = []
    for _ in range(2000):
        yes = np.bincount(state, rng.binomial(n, p), len(states))
        size = np.bincount(state) * n
        share = yes.sum() / size.sum()
        chi2 = ((yes - size * share) ** 2 / (size * share * (1 - share))).sum()
        found.append(chi2 / (len(states) - 1))
    expected = observer.predict(observer.watch(record, None), values)["mean"][0]
    assert np.mean(found) == pytest.approx(expected[LOCATION_KINDS.index(kind)], rel=0.02)


# --- the survey


@pytest.mark.parametrize("sites", [[[50, 25], [22, 42]], [[9, 2], [3, 5]], [[6, 0], [6, 0]]])
def test_probabilities_of_the_bounds_are_those_of_sampled_vamcs(sites):
    sites = np.array(sites)
    sample = 101 if sites.sum() == 139 else 8
    found = bound_probabilities(sites[None], sample)[0]
    assert found.sum() == pytest.approx(1)
    drawn = multivariate_hypergeom.rvs(
        sites.ravel(), sample, size=40000, random_state=np.random.default_rng(13)
    )
    no_other, no_prrc, other, prrc = drawn.T
    few = 2 * (other + prrc) < sample
    third = 3 * prrc < 2 * (prrc + no_prrc)
    rarer = other * (prrc + no_prrc) < prrc * (other + no_other)
    code = 4 * few + 2 * third + rarer
    np.testing.assert_allclose(found, np.bincount(code, minlength=8) / len(code), atol=0.011)


def test_a_survey_of_every_vamc_has_no_luck():
    found = bound_probabilities(np.array([[[30, 10], [5, 15]], [[30, 3], [5, 22]]]), 60)
    assert found[0].tolist() == [0] * 7 + [1]
    assert found[1].tolist() == [0] * 5 + [1, 0, 0]  # more than two thirds of those with a PRRC


def test_about_one_fifth_of_the_providers_who_answered():
    share, n = np.array([0.2, 0.0, 1.0, 0.2]), np.array([45, 45, 45, 40.4])
    found = trained_probabilities(share, n)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found[1].tolist() == [1, 0, 0] and found[2].tolist() == [0, 0, 1]
    assert found[0, 1] == pytest.approx(binom.pmf(np.arange(7, 12), 45, 0.2).sum())
    assert found[3, 1] == pytest.approx(binom.pmf(np.arange(6, 11), 40, 0.2).sum())


# --- the interviews


def test_the_table_of_contrasts_is_that_of_coded_sites():
    table, rng = differs_table(23), np.random.default_rng(14)
    for n, ours, others, e, t in [(10, 7, 4, 4, 5), (7, 7, 0, 10, 9), (16, 3, 6, 0, 2)]:
        assert others <= 23 - n

        def coded(size, present, e=e):
            wrong = ERRORS[e]
            return rng.binomial(present, 1 - wrong, 40000) + rng.binomial(
                size - present, wrong, 40000
            )

        gap = coded(n, ours) / n - coded(23 - n, others) / (23 - n)
        expected = (gap >= THRESHOLDS[t] - 1e-9).mean()
        assert table[n, ours, others, e, t] == pytest.approx(expected, abs=0.012)
    assert (table[0] == 0).all() and (table[23] == 0).all()


def test_error_of_one_half_tells_nothing_of_presence():
    table = differs_table(23)
    assert table[10, 10, 0, -1, 4] == pytest.approx(table[10, 0, 13, -1, 4])


def test_implementing_sites_tell_of_the_year_before_their_start_and_others_of_the_last():
    record = np.zeros((1, 60, 4), RECORD)
    record["status"][0, 20:, :2] = st.PROVIDING
    record["events"][0, 20, :2] = st.STARTED
    record["events"][0, 12, 0] |= st.SENSITIVE  # in the year up to the start
    record["events"][0, 50, 1] |= st.SENSITIVE  # long after it
    record["events"][0, 50, 2] |= st.SENSITIVE  # in the last year
    record["events"][0, 40, 3] |= st.SENSITIVE  # before it
    found = presence(record, np.zeros((1, 5, 4), np.float32))[0, 3]
    assert found.tolist() == [True, False, True, False]


# --- sustainment


def test_sites_are_followed_six_years_after_two_without_a_stop():
    providing = np.zeros((1, 110, 5), bool)
    providing[0, :100, 0] = True  # never stopped within six years
    providing[0, 5:40, 1] = providing[0, 60:, 1] = True  # stopped, provides again
    providing[0, 5:40, 2] = True  # for good
    providing[0, 5:20, 3] = providing[0, 30:, 3] = True  # steady from month 54, too late
    providing[0, 20:, 4] = True  # steady from month 44, six years would end in month 116
    assert outcomes(providing)[0].tolist() == [1, 1, 1]
