"""Compiled code is believed only where it is whole; else it is compiled again."""

from __future__ import annotations

import pickle
import random

import numba
import pytest

from imr_sim.model.compile_cache import CHECKSUM, KeptCode


def triple(x):
    return 3 * x


def kept(folder):
    """A new dispatcher, as in a new process."""
    compiled = numba.njit(triple)
    compiled._cache = KeptCode(triple, folder)
    return compiled


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    assert kept(folder)(7) == 21
    (entry,) = folder.iterdir()
    return entry.name, entry.read_bytes()


@pytest.fixture
def entry(tmp_path, whole):
    path = tmp_path / whole[0]
    path.write_bytes(whole[1])
    return path


def loaded(entry):
    """Whether the entry was believed; either way the answer is right."""
    compiled = kept(entry.parent)
    assert compiled(7) == 21
    return sum(compiled.stats.cache_hits.values()) == 1


def test_what_is_whole_is_loaded(entry):
    assert loaded(entry)


def test_no_bit_can_change_unseen(entry, whole):
    rng = random.Random(1)
    for _ in range(60):
        content = bytearray(whole[1])
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        entry.write_bytes(content)
        assert not loaded(entry)
        assert loaded(entry)  # it has healed


@pytest.mark.parametrize("length", [0, 1, CHECKSUM - 1, CHECKSUM, CHECKSUM + 1, 2000])
def test_what_is_cut_short_is_compiled_again(entry, whole, length):
    entry.write_bytes(whole[1][:length])
    assert not loaded(entry)
    assert loaded(entry)


def test_pickles_without_our_checksum_are_not_opened(entry, tmp_path):
    class Harm:
        def __reduce__(self):
            return (open, (str(tmp_path / "harm"), "w"))

    for content in (pickle.dumps(Harm()), bytes(CHECKSUM) + pickle.dumps(Harm())):
        entry.write_bytes(content)
        assert not loaded(entry)
    assert not (tmp_path / "harm").exists()


def test_a_full_disk_or_a_folder_that_is_gone_does_no_harm(entry, monkeypatch, tmp_path):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    assert kept(tmp_path / "gone")(7) == 21
    entry.unlink()
    monkeypatch.setattr("os.replace", full)
    assert kept(entry.parent)(7) == 21
    assert list(entry.parent.iterdir()) == []
