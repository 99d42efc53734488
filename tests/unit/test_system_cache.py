"""The cache of generated ties makes loading quick and can never do harm."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from imr_sim.system import load_system


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("IMR_SIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def entries(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_second_load_is_quick_and_the_same(folder):
    first = load_system("va")
    assert len(entries(folder)) == 1
    start = time.process_time()
    again = load_system("va")
    assert time.process_time() - start < 0.3
    assert again.digest == first.digest


def test_other_inputs_have_other_entries(folder):
    load_system("small", seed=1)
    load_system("small", seed=2)
    assert len(entries(folder)) == 2


def pickled(path: Path) -> None:
    names = [
        f"{k}_{a}" for k in ("within", "between", "coordinators") for a in ("indptr", "indices")
    ]
    np.savez(path, **{name: np.array([{}], dtype=object) for name in names})


def other_ties(path: Path) -> None:
    with np.load(path) as file:
        arrays = {name: file[name].copy() for name in file.files}
    arrays["within_indices"][0] = 10**6
    np.savez(path, **arrays)


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:3000]),
    "a flipped byte": lambda path: path.write_bytes(
        path.read_bytes()[:2000] + b"\xff\x00\xff" + path.read_bytes()[2003:]
    ),
    "text": lambda path: path.write_text("nothing"),
    "pickles": pickled,
    "impossible ties": other_ties,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_entry_is_built_again(folder, damage):
    whole = load_system("small")
    (entry,) = entries(folder)
    damage(entry)
    assert load_system("small").digest == whole.digest
    good = entry.read_bytes()
    assert load_system("small").digest == whole.digest
    assert entry.read_bytes() == good


def test_an_unwritable_cache_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("IMR_SIM_CACHE", str(tmp_path / "file"))
    assert load_system("small").n_sites == 12


def test_no_cache_folder_is_done_without(monkeypatch):
    monkeypatch.setattr("imr_sim.system.cache.private_cache", lambda *names: None)
    assert load_system("small").n_sites == 12
