"""Figures of calibrations, checks and forecasts: legible, complete, and honest about little."""

from __future__ import annotations

import calibration_tables as tables
import numpy as np
import pytest
from figure_words import check_layout, words
from matplotlib.colors import to_rgba

from imr_sim import plots
from imr_sim.calibration import mechanisms as judged
from imr_sim.calibration.identify import _informants
from imr_sim.calibration.sbc import ecdf_band, ecdf_points
from imr_sim.evidence import DEFAULT_TARGETS, TARGETS
from imr_sim.evidence.observed import DIFFER
from imr_sim.plots import calibration, checks
from imr_sim.plots.style import BLUE, GREY, VERMILLION


@pytest.fixture(scope="module")
def band():
    return ecdf_band(200, ecdf_points(200), 0.99, 500)


MAKE = {
    "tempering": lambda _: plots.plot_tempering(tables.trace()),
    "one sweep": lambda _: plots.plot_tempering(tables.trace(1, 1)),
    "parameters": lambda _: plots.plot_parameters(tables.identifiability()),
    "no parameter informed": lambda _: plots.plot_parameters(tables.identifiability(0)),
    "all parameters informed": lambda _: plots.plot_parameters(tables.identifiability(99)),
    "predictive": lambda _: plots.plot_predictive(tables.predictive()),
    "predictive, census alone": lambda _: plots.plot_predictive(tables.predictive("12")),
    "predictive, no census": lambda _: plots.plot_predictive(tables.predictive("36")),
    "forecast": lambda _: plots.plot_forecast(tables.forecast(), 2015),
    "nothing held out": lambda _: plots.plot_forecast(tables.forecast(2020), 2020),
    "fidelity": lambda _: plots.plot_fidelity(tables.fidelity()),
    "ranks": lambda band: plots.plot_ranks(tables.ranks(2), band),
    "many ranks outside": lambda band: plots.plot_ranks(tables.ranks(9), band),
    "ranks, all right": lambda band: plots.plot_ranks(tables.ranks(0), band),
    "mechanisms": lambda _: plots.plot_mechanisms(tables.mechanisms()),
    "no mechanism": lambda _: plots.plot_mechanisms(tables.mechanisms(0)),
}


@pytest.fixture(scope="module")
def figures(band):
    return {name: make(band) for name, make in MAKE.items()}


@pytest.fixture(scope="module")
def seen(figures):
    return {name: words(figure) for name, figure in figures.items()}


def said(texts) -> str:
    """All words, in one line."""
    return " ".join(" ".join(text.get_text() for text in texts).split())


@pytest.mark.parametrize("name", MAKE)
def test_no_two_texts_overlap_and_none_is_cut_off(figures, seen, name):
    check_layout(figures[name], seen[name])


@pytest.mark.parametrize("name", MAKE)
def test_print_is_legible_and_every_panel_says_what_it_measures(figures, seen, name):
    assert figures[name].get_figwidth() == 7
    assert min(text.get_fontsize() for text in seen[name]) >= 8
    for axes in figures[name].axes:
        assert axes.get_title(loc="left") or axes.get_xlabel()


def test_saving_twice_gives_the_same_bytes(figures, tmp_path):
    for figure in (figures["predictive"], figures["ranks"]):
        one, other = (plots.save(figure, tmp_path / x, "figure") for x in "ab")
        assert [p.read_bytes() for p in one] == [p.read_bytes() for p in other]


def test_every_informed_parameter_is_named_once_and_the_others_are_counted(seen):
    table = tables.identifiability()
    texts = [text.get_text() for text in seen["parameters"]]
    for i, name in enumerate(table["parameter"]):
        assert texts.count(name) == (i < 20)
    assert f"other {len(table) - 20} parameters the posterior is the prior" in said(
        seen["parameters"]
    )
    nobody = said(seen["no parameter informed"])
    assert f"other {len(table)} parameters the posterior is the prior" in nobody
    assert "inform none" in nobody


def test_what_is_learned_most_comes_first_on_the_scale_of_the_prior(figures):
    axes = figures["parameters"].axes[0]
    table = tables.identifiability().iloc[:20].sort_values("overlap")
    rows = dict(zip((t.get_text() for t in axes.get_yticklabels()), axes.get_yticks(), strict=True))
    assert sorted(rows, key=lambda name: -rows[name]) == list(table["parameter"])
    x, y = next(line for line in axes.lines if line.get_marker() == "o").get_data()
    shift = (table["posterior_mean"] - table["prior_mean"]) / table["prior_sd"]
    assert x[np.argsort(-y)] == pytest.approx(shift.to_numpy())


def test_evidence_that_informs_has_a_dot_and_where_none_can_tell_a_question_mark(figures):
    beside = figures["parameters"].axes[1]
    kinds = tables.identifiability()["informed_by"].iloc[:20]
    assert len(beside.lines) == 5 * 3  # interviews; survey and sustainment
    assert sum(t.get_text() == "?" for t in beside.texts) == kinds.str.contains("too few").sum()
    assert sum(t.get_text() == "several together" for t in beside.texts) == 5
    assert [t.get_text() for t in beside.get_xticklabels()] == ["P1, P2", "P3", "P4", "P5", "P6"]


def test_the_figures_use_the_words_and_thresholds_of_the_calibration():
    assert set(DEFAULT_TARGETS) <= set(calibration.PATTERNS) <= set(TARGETS)
    assert (checks.ERRORS, checks.WEIGHTY) == (judged.ERRORS, pytest.approx(judged.WEIGHTY))
    assert calibration.UNSURE.strip("()") in _informants({"a": float("nan")})


def test_a_finding_in_words_is_never_a_point_of_a_share(figures):
    by_title = {axes.get_title(loc="left")[:2]: axes for axes in figures["predictive"].axes}
    observed = [line for line in by_title["P4"].lines if line.get_color() not in (BLUE, GREY)]
    assert observed == []
    assert "published in words" in said(figures["predictive"].texts)
    assert len([line for line in by_title["P6"].lines if line.get_marker() == "o"]) == 1


def test_factors_stand_under_whether_they_differ_and_all_ten_together_is_a_number(seen, figures):
    axes = next(a for a in figures["predictive"].axes if a.get_title(loc="left").startswith("P3"))
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels.index("4 that do not") - labels.index("6 that differ") == len(DIFFER) + 1
    assert len(labels) == 13
    assert "prior 1.7e-05, posterior 1.6e-04" in said(seen["predictive"])


def test_evidence_that_was_not_used_is_said_to_be_absent(seen):
    assert said(seen["predictive, census alone"]).count("not part of this evidence") == 4
    assert said(seen["predictive, no census"]).count("not part of this evidence") == 8


def test_shares_are_of_locations_not_of_vamcs(seen):
    for name in ("predictive", "forecast"):
        assert "% of facilities (locations, not VAMCs)" in said(seen[name])


def test_points_not_used_are_hollow_and_those_outside_the_band_are_red(figures, seen):
    panels = figures["forecast"].axes
    points = {axes: [p for p in axes.lines if p.get_marker() == "o"] for axes in panels}
    for axes in panels:
        hollow = [p for p in points[axes] if p.get_markerfacecolor() == "white"]
        assert sorted(float(p.get_xdata()[0]) for p in hollow) == [2016, 2017]
        assert len(points[axes]) == len(tables.YEARS)
    red = [p for p in points[panels[1]] if p.get_color() == VERMILLION]
    assert [float(p.get_xdata()[0]) for p in red] == [2017]
    assert "11 of 12 later figures" in said(seen["forecast"])
    assert "later figures" not in said(seen["nothing held out"])


def test_what_was_published_elsewhere_is_marked_and_named(seen):
    text = said(seen["fidelity"])
    assert all(source in text for source in ("E8", "E9", "E12", "other places and practices"))


def test_a_parameter_whose_ranks_leave_the_band_is_named(seen):
    names = [c for c in tables.ranks().columns if c != "effective"]
    assert all(name in said(seen["many ranks outside"]) for name in names[:9])
    assert "Outside: none" in said(seen["ranks, all right"])
    texts = [text.get_text() for text in seen["ranks"]]
    assert [name for name in names if name in texts] == names[:2]


def test_a_difference_within_its_error_is_hollow(figures):
    table = tables.mechanisms().iloc[1:]
    axes = figures["mechanisms"].axes[0]
    points = [line for line in axes.lines if line.get_marker() == "o"]
    for point, x in zip(points, table["evidence_difference"], strict=True):
        clear = abs(x) >= max(2 * 0.8, np.log(3))
        wanted = (BLUE if x < 0 else VERMILLION) if clear else "white"
        assert to_rgba(point.get_markerfacecolor()) == to_rgba(wanted)
