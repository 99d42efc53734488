"""Virtual studies of whole histories: what they would publish, and that they disturb nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, fisher_exact

import imr_sim as imr
from imr_sim.cli.main import main
from imr_sim.errors import RequestError
from imr_sim.evidence import LOCATION_KINDS
from imr_sim.evidence.observed import FACTORS
from imr_sim.model import state as st
from imr_sim.studies import STUDIES, StudyResult
from imr_sim.studies.answers import CATEGORIES, QUESTIONS
from imr_sim.studies.census import cell_probabilities, count_vamcs
from imr_sim.studies.contingency import holm, two_by_two
from imr_sim.studies.facility_census import locations_of
from imr_sim.studies.observation import ANSWERS, OBSERVATION

NAMES = ("interview_study", "national_survey", "facility_census")
COLUMNS = ["study", "date", "item", "group", "quantity", "mean", "lo", "hi", "histories"]


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.fixture(scope="module")
def history(small):
    return imr.simulate(small, imr.prior(12, seed=2), months=204, replicates=2, seed=2)


def plain(history, **fields):
    """The history with some fields of its record set everywhere."""
    record = history.record.copy()
    for name, value in fields.items():
        record[name] = value
    return replace(history, record=record)


def number(result, item, quantity, group="all"):
    return result.values[item, group, quantity]


def alike(one, other):
    assert list(one.values) == list(other.values)
    for key, values in one.values.items():
        np.testing.assert_array_equal(values, other.values[key])


@pytest.mark.parametrize("name", NAMES)
def test_studies_read_and_never_disturb(history, name):
    record, factors = history.record.copy(), history.factors.copy()
    STUDIES[name].run(history, STUDIES[name].date)
    assert (history.record == record).all() and (history.factors == factors).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_study_has_its_own_luck_whatever_else_is_studied(small, history, name):
    study, date = STUDIES[name].run, STUDIES[name].date
    whole = study(history, date, seed=0)
    alike(whole, study(history, date, seed=0))
    other = study(history, date, seed=4)
    assert any((whole.values[k] != v).any() for k, v in other.values.items())
    fewer = imr.simulate(small, imr.prior(12, seed=2).take(3), months=160, replicates=2, seed=2)
    how = {"report_other_campus": 0.2, "coding_error": 0.1, "answer_base": -1.5}
    part, all_of = (
        study(fewer, date, observation=_all(how)),
        study(history, date, observation=_all(how)),
    )
    for key, values in part.values.items():
        np.testing.assert_array_equal(values, all_of.values[key][:6])


def _all(how):
    return {name: spec.default for name, spec in {**OBSERVATION, **ANSWERS}.items()} | how


@pytest.mark.parametrize("name", NAMES)
def test_the_table_holds_means_with_their_spread(history, name):
    result = STUDIES[name].run(history, STUDIES[name].date)
    table = result.table()
    assert list(table.columns) == COLUMNS and len(table) == len(result.values)
    assert (table["lo"] <= table["mean"] + 1e-12).all() and (
        table["mean"] <= table["hi"] + 1e-12
    ).all()
    assert (table["histories"] <= 24).all() and (table["histories"] > 0).all()
    assert not table.duplicated(["item", "group", "quantity"]).any()
    text = result.text()
    assert max(map(len, text.splitlines())) <= 124
    assert STUDIES[name].date in text


def test_what_happened_or_not_has_the_wilson_interval_of_a_share():
    seen = StudyResult("s", "2012-03", "t", {("a", "all", "differs"): np.arange(20) < 5}).table()
    assert seen.loc[0, ["mean", "lo", "hi"]].tolist() == pytest.approx(
        [0.25, 0.127, 0.433], abs=1e-3
    )
    never = StudyResult("s", "2012-03", "t", {("a", "all", "differs"): np.zeros(20, bool)}).table()
    assert (
        never["mean"][0] == 0
        and never["lo"][0] == 0
        and never["hi"][0] == pytest.approx(0.119, abs=1e-3)
    )


def test_a_number_that_no_history_has_is_left_empty():
    values = {("a", "all", "named_share"): np.full(4, np.nan)}
    result = StudyResult("s", "2012-03", "t", values)
    row = result.table().iloc[0]
    assert np.isnan(row["mean"]) and row["histories"] == 0
    assert " -" in result.text()


# --- the census


def test_the_census_counts_every_location_once(history, small):
    result = imr.studies.facility_census(history, "2016-04", size=50)
    everywhere = sum(number(result, kind, "facilities") for kind in LOCATION_KINDS)
    assert (everywhere == 50).all()
    assert number(result, "campus", "facilities").max() <= small.n_sites
    for quantity, kind in product(("facilities", "offer"), LOCATION_KINDS):
        total = number(result, kind, quantity)
        by_psr = sum(number(result, f"{kind} {w} psr", quantity) for w in ("with", "without"))
        states = [
            k for k in result.values if k[0].startswith(f"{kind} state ") and k[2] == quantity
        ]
        assert len(states) == small.sites["state"].nunique()
        np.testing.assert_array_equal(total, by_psr)
        np.testing.assert_array_equal(total, sum(result.values[k] for k in states))


def test_the_census_has_as_many_locations_as_that_year():
    for year, n in ((2010, (87, 133)), (2015, (118, 344)), (2017, (104, 298))):
        assert locations_of(year, 139) == n
    assert locations_of(2024, 139) == (104, 298) and locations_of(2012, 139) == (109, 289)
    assert locations_of(2017, 12) == (9, 26)


def test_a_vamc_has_one_campus_however_many_locations_are_asked(history, small):
    result = imr.studies.facility_census(history, "2017-04", size=1200)
    assert (number(result, "campus", "facilities") == small.n_sites).all()
    assert (number(result, "outpatient", "facilities") == 1200 - small.n_sites).all()


def test_locations_say_what_their_vamcs_do_when_they_report_right(history):
    right = {"providing": 0.999, "other": 0.001}
    sure = _all({f"report_{w}_{kind}": p for w, p in right.items() for kind in LOCATION_KINDS})
    sure |= {"psr_link": 0.0, "census_overdispersion": 1e-5}
    everywhere = plain(history, status=st.PROVIDING)
    nowhere = plain(history, status=st.NOT_PROVIDING)
    yes = imr.studies.facility_census(everywhere, size=400, observation=sure)
    no = imr.studies.facility_census(nowhere, size=400, observation=sure)
    for kind in LOCATION_KINDS:
        assert number(yes, kind, "offering_share").min() > 0.9  # one of twelve campuses may slip
        assert number(no, kind, "offering_share").max() < 0.1


@pytest.mark.parametrize("kind", LOCATION_KINDS)
def test_the_share_of_the_census_is_that_the_likelihood_expects(history, small, kind):
    how = _all({"census_overdispersion": 0.01})
    result = imr.studies.facility_census(history, "2017-04", size=1200, observation=how)
    record = history.record.reshape(24, 204, -1)[:, [159]]
    each = {name: np.full(24, value) for name, value in how.items()}
    cells = cell_probabilities(count_vamcs(record), each, kind, (2017,))
    p, n = cells[:, 0, 0, :, 1].sum(axis=1), number(result, kind, "facilities")
    off = number(result, kind, "offering_share") - p
    sd = np.sqrt(p * (1 - p) / n * (1 + (n - 1) * 0.01))
    assert abs((off / sd).mean()) < 4 / np.sqrt(24) and 0.6 < (off / sd).std() < 1.5


# --- the interviews


def test_a_factor_that_all_implementing_sites_and_no_others_have_differs(small, history):
    split = np.arange(small.n_sites) < 6
    told = plain(history)
    told.record["status"][...] = np.where(split, st.PROVIDING, st.NOT_PROVIDING)
    told.record["leadership"][...] = np.where(split, 1.0, -1.0)
    told.record["importer_champions"] = 2
    result = imr.studies.interview_study(told, observation=_all({"coding_error": 0.0}))
    assert number(result, "leadership", "said_to_differ").all()
    assert (number(result, "leadership", "present_share", "implementing") == 1).all()
    assert (number(result, "leadership", "present_share", "others") == 0).all()
    assert not number(result, "importer_champion", "said_to_differ").any()
    assert {k[0] for k in result.values} > set(FACTORS)


def test_without_sites_of_a_kind_nothing_differs(history):
    everywhere = plain(history, status=st.PROVIDING)
    result = imr.studies.interview_study(everywhere)
    for name in FACTORS:
        assert not number(result, name, "said_to_differ").any()
        assert np.isnan(number(result, name, "present_share", "others")).all()


def test_interviewees_err_as_often_as_stated_with_one_or_two_at_a_site(history):
    told = plain(history, leadership=1.0)
    result = imr.studies.interview_study(told, observation=_all({"coding_error": 0.2}))
    n = number(result, "that implement", "sites")
    coded = number(result, "leadership", "present_share", "implementing") * n
    coded = np.nan_to_num(coded)
    other = number(result, "leadership", "present_share", "others") * (12 - n)
    share = (coded + np.nan_to_num(other)).sum() / (12 * 24)
    assert abs(share - 0.8) < 4 * np.sqrt(0.2 * 0.8 / (12 * 24))


# --- the survey


def test_the_survey_reports_its_vamcs_and_its_respondents(history):
    result = imr.studies.national_survey(history, size=300)
    assert (number(result, "VAMCs", "count") == 12).all()
    people = number(result, "providers", "count") + number(result, "other respondents", "count")
    assert (people == 300).all()
    prrc = number(result, "with a PRRC", "count") + number(result, "without a PRRC", "count")
    assert (prrc == 12).all()
    true = history.providing[:, :, 98].mean(axis=2).ravel()
    np.testing.assert_allclose(number(result, "VAMCs", "providing_share"), true)
    items = {k[0] for k in result.values}
    assert {f"{q}: {c}" for q in QUESTIONS for c in CATEGORIES} <= items


def test_where_nobody_provides_there_is_no_contrast(history):
    nowhere = plain(history, status=st.NOT_PROVIDING, delivering=0, trained=0)
    result = imr.studies.national_survey(nowhere)
    assert (number(result, "providers", "count") == 0).all()
    assert np.isnan(number(result, "providers", "trained_share")).all()
    assert not number(result, "barrier: staff time", "p_below_.05").any()


def test_strong_leadership_is_named_as_help_and_weak_as_hindrance(history):
    def shares(leadership):
        told = plain(history, leadership=leadership)
        result = imr.studies.national_survey(told, size=600, observation=_all({}))
        return [
            number(result, f"{q}: leadership support", "named_share", "providers")
            for q in QUESTIONS
        ]

    (help_strong, hinder_strong), (help_weak, hinder_weak) = shares(2.0), shares(-2.0)
    assert np.nanmean(help_strong) > np.nanmean(help_weak) + 0.2
    assert np.nanmean(hinder_weak) > np.nanmean(hinder_strong) + 0.2


def test_those_who_never_heard_of_the_practice_name_nothing_of_their_site(history):
    def others(leadership):
        told = plain(history, leadership=leadership, status=0, delivering=0, key_aware=0)
        result = imr.studies.national_survey(told, size=600, observation=_all({}))
        return number(result, "facilitator: leadership support", "named_share", "others")

    np.testing.assert_array_equal(others(2.0), others(-2.0))


def test_a_larger_survey_finds_more(history):
    def found(size):
        result = imr.studies.national_survey(
            history, size=size, observation=_all({"answer_slope": 1.5})
        )
        return np.mean([v.mean() for k, v in result.values.items() if k[2] == "p_below_.05"])

    assert found(2000) > found(60) + 0.05


def test_p_values_are_those_of_the_textbook():
    yes = np.array([[30, 3, 50, 1], [20, 9, 55, 6]])
    exact = []
    for i, p in enumerate(two_by_two(yes, (50, 60))):
        table = np.array([yes[:, i], np.array([50, 60]) - yes[:, i]]).T
        plain = chi2_contingency(table, correction=False)
        exact.append(bool(plain.expected_freq.min() < 5))
        expected = fisher_exact(table).pvalue if exact[-1] else plain.pvalue
        assert p == pytest.approx(expected), i
    assert exact == [False, False, True, True]


def test_there_is_no_contrast_where_all_answer_alike_or_a_group_is_empty():
    assert two_by_two(np.array([[50, 0], [60, 0]]), (50, 60)).tolist() == [1.0, 1.0]
    assert np.isnan(two_by_two(np.array([[0, 0], [20, 9]]), (0, 60))).all()


def test_holms_correction():
    assert holm(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm(np.array([0.6, 0.5])).tolist() == [1.0, 1.0]
    assert holm(np.array([0.02, np.nan]))[0] == pytest.approx(0.02)


# --- requests


@pytest.mark.parametrize(
    ("name", "wrong", "why"),
    [
        ("national_survey", {"date": "2021-01"}, "not within the 204 months"),
        ("national_survey", {"date": "1999-01"}, "not within"),
        ("national_survey", {"date": "March"}, "no year and month"),
        ("national_survey", {"size": 1}, "out of range"),
        ("national_survey", {"size": 2.5}, "not a whole number"),
        ("interview_study", {"size": 13}, "out of range"),
        ("facility_census", {"size": 0}, "out of range"),
        ("facility_census", {"seed": -1}, "out of range"),
        ("facility_census", {"observation": {"no_such": 1.0}}, "no such parameter"),
    ],
)
def test_requests_that_cannot_work_are_refused(history, name, wrong, why):
    with pytest.raises(RequestError, match=why):
        STUDIES[name].run(history, **wrong)


# --- the command line


@pytest.mark.parametrize("name", NAMES)
def test_simulate_prints_the_table_and_writes_it(name, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask = ["simulate", "system=small", "draws=3", "figures=false", "quiet=true"]
    assert main([*ask, "out=run", f"study={name}"]) == 0
    out = capsys.readouterr().out
    assert STUDIES[name].date in out
    frame = pd.read_csv("run/study.csv")
    assert list(frame.columns) == COLUMNS and set(frame["study"]) == {name}
    assert "study.csv" in (tmp_path / "run" / "README.txt").read_text()
    assert main([*ask, "out=alone"]) == 0
    watched, alone = (pd.read_parquet(f"{run}/site_months.parquet") for run in ("run", "alone"))
    pd.testing.assert_frame_equal(watched, alone)
    assert not (tmp_path / "alone" / "study.csv").exists()


def test_a_planned_roll_out_can_be_studied(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask = ["simulate", "system=small", "draws=2", "figures=false", "quiet=true", "months=230"]
    plan = ["strategy=facilitation", "policy_start=2021-01", "study_date=2022-12", "study_size=90"]
    assert main([*ask, *plan, "study=national_survey", "out=plan"]) == 0
    assert "National survey, 2022-12: 90 respondents in 12 VAMCs" in capsys.readouterr().out


def test_studies_of_the_shipped_draws_see_as_was_fitted_with_them():
    shipped = imr.posterior()
    fitted = imr.calibration.fitted_observation(shipped.take(7))
    assert set(fitted) == set(OBSERVATION) and all(len(v) == 7 for v in fitted.values())
    whole = imr.calibration.fitted_observation(shipped)
    for name, values in fitted.items():
        np.testing.assert_array_equal(whole[name][:7], values)
        assert (values >= OBSERVATION[name].low).all() and len(np.unique(values)) > 1
    assert imr.calibration.fitted_observation(imr.prior(3)) is None
