"""A run's folder is new, described, and whole or absent."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import yaml
from damage import flipped

from imr_sim.cli.run_folder import RunFolder, free_path, read_run
from imr_sim.errors import RequestError


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def open_folder(path="runs/one"):
    return RunFolder(Path(path), {"seed": 0, "config": {"seed": 0}}, "seed: 0\n")


def test_a_new_run_says_that_it_is_running():
    folder = open_folder()
    said = manifest(folder.path)
    assert (said["seed"], said["status"], said["end"]) == (0, "running", None)
    assert (folder.path / "config.yaml").read_text() == "seed: 0\n"


def test_results_appear_together_and_are_explained():
    folder = open_folder()
    with folder.staging("PRIOR parameters", {"a.csv": "numbers", "map": "where"}) as stage:
        (stage / "a.csv").write_text("1\n")
        (stage / "map.png").write_text("pixels")
        assert not (folder.path / "a.csv").exists()
    folder.close("done")
    assert [p.name for p in folder.written()] == sorted(os.listdir(folder.path))
    assert set(os.listdir(folder.path)) == {
        "README.txt",
        "a.csv",
        "config.yaml",
        "manifest.json",
        "map.png",
    }
    explained = (folder.path / "README.txt").read_text()
    assert explained.startswith("PRIOR parameters\n")
    assert explained.endswith("a.csv: numbers\nmap.png: where\n")
    assert manifest(folder.path)["status"] == "done"
    assert manifest(folder.path)["seconds"] >= 0


def test_results_of_a_failed_writing_do_not_appear():
    folder = open_folder()
    with pytest.raises(OSError), folder.staging("", {}) as stage:
        (stage / "a.csv").write_text("half a li")
        raise OSError("disk full")
    folder.close("failed")
    assert set(os.listdir(folder.path)) == {"config.yaml", "manifest.json"}


def test_the_first_end_stands():
    folder = open_folder()
    assert folder.close("interrupted")
    assert not folder.close("done")
    assert manifest(folder.path)["status"] == "interrupted"


def test_a_discarded_run_leaves_nothing_of_its_own():
    Path("runs").mkdir()
    open_folder("runs/deep/one").discard()
    assert os.listdir() == ["runs"]
    assert os.listdir("runs") == []


def test_a_discarded_run_leaves_other_runs_alone():
    kept = open_folder("runs/one")
    open_folder("runs/two").discard()
    assert os.listdir("runs") == [kept.path.name]


def test_a_folder_that_another_run_made_meanwhile_is_left_alone():
    Path("runs/one").mkdir(parents=True)
    Path("runs/one/result").touch()
    with pytest.raises(RequestError, match="File exists"):
        open_folder("runs/one")
    assert os.listdir("runs/one") == ["result"]


def test_default_folders_are_dated_and_never_the_same():
    first = free_path(None, "compare")
    assert first.parent == Path("outputs/compare")
    first.mkdir(parents=True)
    assert free_path(None, "compare") != first


def test_looking_for_a_free_path_makes_nothing():
    free_path("some/where/new", "compare")
    assert os.listdir() == []


@pytest.mark.parametrize("taken", ["folder", "file", "dangling"])
def test_nothing_is_overwritten(taken):
    Path("folder").mkdir()
    Path("file").touch()
    Path("dangling").symlink_to("nowhere")
    with pytest.raises(RequestError, match="exists already"):
        free_path(taken, "compare")


def test_a_path_under_a_file_is_refused():
    Path("file").touch()
    with pytest.raises(RequestError, match="not a folder"):
        free_path("file/below", "compare")


REQUEST = {"seed": 7, "budget": 5e6, "at": ["2012-12"], "design": {"ranges": {"a0": [-6.0, -3.5]}}}


@pytest.mark.parametrize("name", ["manifest.json", "config.yaml"])
def test_no_flipped_bit_of_what_a_run_says_of_itself_is_believed(name):
    folder = RunFolder(Path("one"), {"config": REQUEST, "version": "1"}, yaml.safe_dump(REQUEST))
    folder.close("interrupted")
    path, known = folder.path / name, read_run(folder.path)
    assert known[1] == REQUEST
    written, rng, found = path.read_bytes(), np.random.default_rng(5), 0
    for _ in range(1000):
        path.write_bytes(flipped(written, rng))
        try:
            assert read_run(folder.path) == known  # white space, or quotes of the other kind
        except ValueError:
            found += 1
    assert found > 900
