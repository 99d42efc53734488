"""Whatever happens to the files of a sweep: damage is mended or named, and never believed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from damage import flipped

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.experiment import Design, Scenario, Store, sweep
from imr_sim.experiment.store import ABOUT, POINTS, SHARDS

FLIPS = 1000  # in all shards; as many in the design, and in the account


@pytest.fixture(scope="module")
def scenario():
    return Scenario(
        system=imr.load_system("small"),
        design=Design.sample("lhs", 4, {"media": (0.05, 0.3)}, seed=3),
        strategies=["champions"],
        reference="none",
        policy_start="2004-06",
        horizon=3,
    )


@pytest.fixture(scope="module")
def whole(scenario, tmp_path_factory):
    return sweep(scenario, tmp_path_factory.mktemp("whole"), executor="serial", chunk=2)


@pytest.fixture
def copy(whole, tmp_path) -> Path:
    shutil.copytree(whole.folder, tmp_path / "copy")
    return tmp_path / "copy"


def again(scenario, folder) -> pd.DataFrame:
    return sweep(scenario, folder, executor="serial", chunk=2).frame()


def test_no_flipped_bit_of_a_shard_is_believed(copy):
    rng = np.random.default_rng(1)
    shards = sorted((copy / SHARDS).iterdir())
    for path in shards:
        written = path.read_bytes()
        for _ in range(FLIPS // len(shards)):
            path.write_bytes(flipped(written, rng))
            store = Store(copy)
            assert store.damaged() == [path]
            with pytest.raises(RequestError, match="damaged"):
                store.frame()
        path.write_bytes(written)
    assert Store(copy).damaged() == []


@pytest.mark.parametrize("name", [POINTS, ABOUT])
def test_no_flipped_bit_of_the_design_or_the_account_is_believed(whole, copy, name):
    rng = np.random.default_rng(2)
    written = (copy / name).read_bytes()
    for _ in range(FLIPS):
        (copy / name).write_bytes(flipped(written, rng))
        try:
            store = Store(copy)
            same = (store.about, store.points().to_dict())
        except RequestError as error:
            assert "not as it was written" in str(error)
        else:  # white space between the values
            assert same == (whole.about, whole.points().to_dict())


def cut(path: Path, scenario) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def empty(path: Path, scenario) -> None:
    path.write_bytes(b"")


def folder_instead(path: Path, scenario) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("something")


def of_another_program(path: Path, scenario) -> None:
    pq.write_table(pq.read_table(path), path)


def renamed(path: Path, scenario) -> None:
    path.rename(path.with_name(path.name.replace("000-", "001-", 1)))


def absent(path: Path, scenario) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [cut, empty, folder_instead, of_another_program, renamed, absent])
@pytest.mark.parametrize("which", [0, 1])
def test_what_is_damaged_is_found_and_run_again(scenario, whole, copy, harm, which):
    harm(sorted((copy / SHARDS).iterdir())[which], scenario)
    pd.testing.assert_frame_equal(again(scenario, copy), whole.frame())
    assert Store(copy).damaged() == []


@pytest.mark.parametrize("harm", [cut, empty, absent])
@pytest.mark.parametrize("name", [POINTS, ABOUT])
def test_design_and_account_are_written_anew(scenario, whole, copy, harm, name):
    harm(copy / name, scenario)
    pd.testing.assert_frame_equal(again(scenario, copy), whole.frame())
    assert Store(copy).about == whole.about
    pd.testing.assert_frame_equal(Store(copy).points(), whole.points())


@pytest.mark.parametrize(
    "text",
    ["[]", "[" * 100_000, "null", "7", '"sweep"', "{}", '{"sha256": 3}', "\x00", '{"a": NaN', ""],
)
def test_an_account_that_is_none_is_named(copy, text):
    (copy / ABOUT).write_text(text)
    with pytest.raises(RequestError, match="no sweep that this version can read"):
        Store(copy)


def test_a_sweep_of_another_version_is_named(scenario, copy):
    about = json.loads((copy / ABOUT).read_text())
    del about["sha256"], about["points_sha256"]  # as the version before wrote it
    (copy / ABOUT).write_text(json.dumps(about))
    with pytest.raises(RequestError, match="no sweep that this version can read"):
        Store(copy)
