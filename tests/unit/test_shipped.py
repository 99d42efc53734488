"""The shipped draws say what they are, and files of users are checked before they are used."""

from __future__ import annotations

import hashlib
import json
import warnings

import numpy as np
import pandas as pd
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError, RequestErrors
from imr_sim.model.parameters import NAMES, SPECS
from imr_sim.model.shipped import DRAWS, MANIFEST


@pytest.fixture
def frame():
    return imr.prior(5, seed=2).frame()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "draws.parquet"


def refused(path, *words):
    with pytest.raises(RequestError) as error:
        imr.read_draws(path)
    for word in (path.name, *words):
        assert word in str(error.value)
    return error.value


def test_a_users_draws_come_back_as_written_and_are_called_the_users(frame, path):
    frame.to_parquet(path)
    draws = imr.read_draws(path)
    np.testing.assert_array_equal(draws.values, frame.to_numpy())
    assert draws.status == "user" and path.name in draws.note
    assert draws.extra["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_order_of_columns_does_not_matter(frame, path):
    frame[list(NAMES)[::-1]].to_parquet(path)
    np.testing.assert_array_equal(imr.read_draws(path).values, frame.to_numpy())


def test_a_file_that_is_not_there_is_named(path):
    refused(path, "no such file")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_file_is_no_parquet(frame, path, share):
    frame.to_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "Parquet")


def test_a_text_file_is_no_parquet(frame, path):
    frame.to_csv(path)
    refused(path, "Parquet")


def test_a_folder_is_no_parquet(path):
    path.mkdir()
    refused(path)


def test_a_misnamed_and_a_surplus_column_and_no_parameter_at_all_are_told_apart(frame, path):
    frame.rename(columns={"media": "medja"}).to_parquet(path)
    refused(path, "missing media", "unknown medja")
    frame.assign(surplus=1.0).to_parquet(path)
    refused(path, "unknown surplus")
    frame[[]].to_parquet(path)
    refused(path, "no columns")


def test_what_a_users_draws_leave_out_is_filled_in_from_its_prior_and_named(frame, path):
    frame.drop(columns=["media", "forgetting"]).to_parquet(path)
    draws = imr.read_draws(path)
    assert "filled in from their priors (judgements): " in draws.note
    assert set(draws.note.split(": ")[-1].split(", ")) == {"media", "forgetting"}
    assert set(draws.extra["filled_from_prior"]) == {"media", "forgetting"}
    assert len(np.unique(draws.column("media"))) == len(frame)
    given = [name for name in NAMES if name not in ("media", "forgetting")]
    np.testing.assert_array_equal(draws.frame()[given], frame[given])
    frame[given[::-1]].to_parquet(path)
    np.testing.assert_array_equal(imr.read_draws(path).values, draws.values)


def test_a_file_without_rows_is_refused(frame, path):
    frame.head(0).to_parquet(path)
    refused(path, "no rows")


@pytest.mark.parametrize("value", [-0.5, 1e9, np.nan, np.inf])
def test_a_value_that_cannot_be_is_named_with_its_row(frame, path, value):
    frame.loc[3, "media"] = value
    frame.to_parquet(path)
    refused(path, "media", "row 3")


def test_words_in_place_of_numbers_are_refused(frame, path):
    frame.astype({"media": object}).assign(media="fast").to_parquet(path)
    refused(path, "media", "row 0")


def test_several_wrong_columns_are_named_at_once(frame, path):
    frame.loc[1, "media"] = -1
    frame.loc[2, "forgetting"] = np.nan
    frame.loc[4, "team_size"] = 2.5
    frame.to_parquet(path)
    error = refused(path, "media", "forgetting", "team_size")
    assert isinstance(error, RequestErrors) and len(error.errors) == 3


def test_the_shipped_draws_are_a_posterior_of_this_model_within_its_ranges():
    with warnings.catch_warnings():
        warnings.simplefilter("error", imr.OtherModelWarning)
        draws = imr.posterior()
    assert draws.status == json.loads(MANIFEST.read_text(encoding="utf-8"))["status"] == "posterior"
    assert draws.note and len(draws) >= 1000
    assert len(np.unique(draws.values, axis=0)) > 0.9 * len(draws)
    for name, spec in SPECS.items():
        column = draws.column(name)
        assert spec.low <= column.min() and column.max() <= spec.high, name


def test_draws_of_another_model_warn(monkeypatch):
    monkeypatch.setattr("imr_sim.model.version.model_version", lambda: "another")
    with pytest.warns(imr.OtherModelWarning, match="calibrate again"):
        imr.posterior()


def test_the_manifest_is_about_the_draws_that_ship():
    digest = hashlib.sha256(DRAWS.read_bytes()).hexdigest()
    assert json.loads(MANIFEST.read_text(encoding="utf-8"))["sha256"] == digest


def test_the_shipped_file_can_be_read_as_a_users_own():
    np.testing.assert_array_equal(imr.read_draws(DRAWS).values, imr.posterior().values)


@pytest.fixture
def without_media(monkeypatch, tmp_path):
    """The draws as they would ship if `media` were added to the model today, and `gone` deleted."""
    path = tmp_path / "shipped.parquet"
    draws = pd.read_parquet(DRAWS)
    draws.drop(columns="media").assign(gone=1.0).to_parquet(path)
    monkeypatch.setattr("imr_sim.model.shipped.DRAWS", path)


def test_a_parameter_younger_than_the_shipped_draws_is_a_prior_and_said_to_be_one(without_media):
    now, before = imr.posterior(), pd.read_parquet(DRAWS)
    assert now.note.count("filled in from their priors (judgements): media") == 1
    assert "not used, as no parameter has this name any more: gone" in now.note
    others = [name for name in NAMES if name != "media"]
    np.testing.assert_array_equal(now.frame()[others], before[others])
    np.testing.assert_array_equal(now.column("media"), imr.posterior().column("media"))
    spec = SPECS["media"]
    ranks = spec.prior.quantile((np.arange(len(now)) + 0.5) / len(now), spec.low, spec.high)
    assert np.abs(np.sort(now.column("media")) / ranks - 1).max() < 0.25
    assert abs(np.corrcoef(now.column("media"), now.column("forgetting"))[0, 1]) < 0.15


def test_a_comparison_tells_what_it_filled_in(without_media):
    found = imr.compare(imr.load_system("small"), imr.posterior().take(2), ["champions"], horizon=2)
    assert "from their priors (judgements): media" in found.parameters_note
