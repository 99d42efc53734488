"""The shipped draws say what they are, and files of users are checked before they are used."""

from __future__ import annotations

import hashlib
import json
import warnings

import numpy as np
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


def test_a_missing_a_misnamed_and_no_column_are_told_apart(frame, path):
    frame.drop(columns="media").to_parquet(path)
    refused(path, "missing media")
    frame.rename(columns={"media": "medja"}).to_parquet(path)
    refused(path, "missing media", "unknown medja")
    frame.assign(surplus=1.0).to_parquet(path)
    refused(path, "unknown surplus")


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
