"""Figures fit for print: nothing overlaps, nothing is cut off, nothing hides what it rests on."""

import dataclasses
import hashlib

import matplotlib as mpl
import pandas as pd
import pytest
import synthetic
from figure_words import check_layout, words

from imr_sim.errors import RequestError
from imr_sim.plots import (
    plot_adoption,
    plot_cost,
    plot_forest,
    plot_map,
    plot_timeline,
    save,
)

PROVISIONAL = {"status": "provisional", "note": "invented"}


@pytest.fixture(scope="module")
def comparison():
    return synthetic.comparison(draws=15)


@pytest.fixture(scope="module")
def figures(comparison):
    invented = dataclasses.replace(comparison, invented=True)
    longest = {"practice": "MMMM MMMM MMMMMM", "invented_practice": True}  # the widest there can be
    other = dataclasses.replace(comparison, **longest)
    return {
        "adoption": plot_adoption(comparison),
        "forest": plot_forest(comparison),
        "cost": plot_cost(comparison),
        "map": plot_map(comparison),
        "plain map": plot_map(invented, ["rollout"]),
        "other adoption": plot_adoption(other),
        "other forest": plot_forest(other),
        "other cost": plot_cost(other),
        "other map": plot_map(other),
        "other timeline": plot_timeline(synthetic.site_months(), **PROVISIONAL, **longest),
        "timeline": plot_timeline(
            synthetic.site_months(), policy_date=pd.Timestamp("2021-01-01"), **PROVISIONAL
        ),
    }


OTHER = ["other adoption", "other forest", "other cost", "other map", "other timeline"]
NAMES = ["adoption", "forest", "cost", "map", "plain map", "timeline", *OTHER]


@pytest.fixture(scope="module")
def texts_of(figures):
    return {name: words(figure) for name, figure in figures.items()}


@pytest.mark.parametrize("name", NAMES)
def test_no_two_texts_overlap_and_none_is_cut_off(figures, texts_of, name):
    assert len(texts_of[name]) > 8
    check_layout(figures[name], texts_of[name])


@pytest.mark.parametrize("name", NAMES)
def test_print_is_legible_and_stamped_provisional(figures, texts_of, name):
    figure, texts = figures[name], texts_of[name]
    assert min(text.get_fontsize() for text in texts) >= 8
    assert figure.get_figwidth() == 7
    assert any("PROVISIONAL" in text.get_text() for text in texts)


def test_invented_sites_are_called_invented(texts_of):
    assert any(text.get_text().startswith("INVENTED SITES") for text in texts_of["plain map"])


@pytest.mark.parametrize("name", OTHER)
def test_a_figure_names_the_practice_and_says_when_it_is_invented(texts_of, name):
    texts = [text.get_text() for text in texts_of[name]]
    assert any("MMMM" in text for text in texts)
    assert any(text.startswith("INVENTED PRACTICE. PROVISIONAL") for text in texts)
    assert not any("IMR" in text for text in texts)


def test_calibrated_parameters_are_not_stamped_provisional():
    figure = plot_forest(synthetic.comparison(strategies=("none", "rollout"), status="posterior"))
    assert not any("PROVISIONAL" in text.get_text() for text in words(figure))


def test_every_strategy_is_named_on_the_figures_that_show_all(texts_of, comparison):
    for name in ("adoption", "cost"):
        seen = " ".join(text.get_text() for text in texts_of[name])
        assert all(arm.label in seen for arm in comparison.arms), name


def test_map_leaves_out_and_names_sites_beyond_its_frames():
    sites = synthetic.sites()
    sites.loc[5, ["name", "latitude", "longitude"]] = ["Manila", 14.5, 121.0]
    figure = plot_map(synthetic.comparison(table=sites, strategies=("none", "rollout")))
    assert "Not on the map: Manila" in " ".join(text.get_text() for text in figure.texts)


def test_sites_of_another_country_get_a_plain_map():
    sites = synthetic.sites().assign(longitude=lambda table: table["longitude"] + 110)
    figure = plot_map(synthetic.comparison(table=sites, strategies=("none", "rollout")))
    assert any("Longitude" in text.get_text() for text in words(figure))


def test_saving_twice_gives_the_same_bytes(figures, tmp_path):
    first = save(figures["forest"], tmp_path / "a", "forest")
    second = save(figures["forest"], tmp_path / "b", "forest")
    assert [path.suffix for path in first] == [".png", ".svg"]
    for one, other in zip(first, second, strict=True):
        assert hashlib.sha256(one.read_bytes()).digest() == (
            hashlib.sha256(other.read_bytes()).digest()
        )


def test_a_folder_that_cannot_be_written_is_refused(figures, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RequestError, match="cannot be written"):
        save(figures["forest"], tmp_path / "file", "forest")


def test_the_users_own_settings_of_matplotlib_are_left_alone(comparison):
    with mpl.rc_context({"font.size": 31}):
        figure = plot_forest(comparison)
        assert mpl.rcParams["font.size"] == 31
    assert max(text.get_fontsize() for text in words(figure)) < 12


def test_unknown_strategies_are_refused(comparison):
    with pytest.raises(RequestError, match="no such strategy"):
        plot_map(comparison, ["rolout"])
    with pytest.raises(RequestError, match="no such strategy"):
        plot_adoption(comparison, ["rolout"])


def test_timeline_needs_the_months_of_one_history():
    frame = synthetic.site_months()
    with pytest.raises(RequestError, match="without champions"):
        plot_timeline(frame.drop(columns="champions"), **PROVISIONAL)
    with pytest.raises(RequestError, match="one draw and one replicate"):
        plot_timeline(pd.concat([frame, frame]), **PROVISIONAL)
