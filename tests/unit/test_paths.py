"""A cache is used only where nobody else can put anything into it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from imr_sim import paths

ME, OTHER = os.geteuid(), os.geteuid() + 4321
FOLDER, LINK = stat.S_IFDIR, stat.S_IFLNK


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.setenv("IMR_SIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def seen_as(monkeypatch, path: Path, kind=FOLDER, mode=0o700, uid=ME, gid=ME + 7):
    """Let one folder look as if it had this owner and mode."""
    true = Path.lstat

    def lstat(self):
        found = SimpleNamespace(st_mode=kind | mode, st_uid=uid, st_gid=gid)
        return found if self == path else true(self)

    monkeypatch.setattr(Path, "lstat", lstat)


def test_what_is_made_is_for_this_user_alone(base):
    folder = paths.private_cache("compiled", "abc")
    assert folder == base.resolve() / "compiled" / "abc"
    for made in (folder, folder.parent, base):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_what_was_open_to_others_is_shut(base):
    (base / "ties").mkdir(parents=True)
    (base / "ties").chmod(0o777)
    assert paths.private_cache("ties") is not None
    assert stat.S_IMODE((base / "ties").stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o702, 0o720, 0o722, 0o777, 0o770])
@pytest.mark.parametrize("where", ["cache", "cache/ties", "."])
def test_a_folder_that_others_can_write_to_is_not_used(base, monkeypatch, where, mode):
    assert paths.private_cache("ties") is not None
    monkeypatch.setattr(paths, "_shut", lambda folder: None)
    seen_as(monkeypatch, (base.parent / where).resolve(), mode=mode)
    assert paths.private_cache("ties") is None


@pytest.mark.parametrize("where", ["cache", "cache/ties", "."])
def test_a_folder_of_another_user_is_not_used(base, monkeypatch, where):
    assert paths.private_cache("ties") is not None
    seen_as(monkeypatch, (base.parent / where).resolve(), uid=OTHER)
    assert paths.private_cache("ties") is None


def test_a_sticky_folder_may_stand_above_the_cache_but_not_in_it(base, monkeypatch):
    assert paths.private_cache("ties") is not None
    monkeypatch.setattr(paths, "_shut", lambda folder: None)
    seen_as(monkeypatch, base.parent.resolve(), mode=0o1777)
    assert paths.private_cache("ties") is not None
    seen_as(monkeypatch, base.resolve() / "ties", mode=0o1777)
    assert paths.private_cache("ties") is None


def test_the_group_of_one_user_may_write_above_the_cache(base, monkeypatch):
    seen_as(monkeypatch, base.parent.resolve(), mode=0o775, gid=ME)
    assert paths.private_cache("ties") is not None


def test_a_link_inside_the_cache_is_not_followed(base, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    base.mkdir()
    (base / "ties").symlink_to(tmp_path / "elsewhere")
    assert paths.private_cache("ties") is None
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) != 0o700


@pytest.mark.parametrize("given", ["/dev/null", "/proc/nowhere", "a\0b", "/" + "x" * 400])
def test_a_cache_that_cannot_be_is_done_without(monkeypatch, given):
    monkeypatch.setattr(paths, "cache_folder", lambda: Path(given))
    assert paths.private_cache("ties") is None


def test_no_home_folder_and_no_user_of_that_number_is_no_error(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    for name in ("IMR_SIM_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert paths.cache_folder() is None and paths.private_cache("ties") is None


def test_two_users_do_not_share_a_folder(base):
    """A second user of this machine waits with a folder of the right name; needs two users."""
    base.mkdir(mode=0o777)
    folder = base / "compiled"
    folder.mkdir()
    if ME == 0:
        os.chown(folder, OTHER, OTHER)
        assert paths.private_cache("compiled") is None
        os.chown(folder, 0, 0)
        os.chown(base, OTHER, OTHER)
        assert paths.private_cache("compiled") is None
        os.chown(base, 0, 0)
    assert paths.private_cache("compiled") is not None


def test_another_user_gets_no_folder_of_ours_and_no_error(base):
    assert paths.private_cache("compiled") is not None
    for above in (base.parent, *base.parent.parents):
        if above.stat().st_mode & 0o005 != 0o005 and above.is_relative_to("/tmp"):
            above.chmod(0o755)
    code = Path(paths.__file__).read_text().replace("Path(__file__)", "Path('/x')")
    become = "os.setgid(4321); os.setuid(4321)" if ME == 0 else "os.geteuid = lambda: 4321"
    ask = f"\n{become}\nprint(private_cache('compiled'))\n"
    script = code.split("import annotations")[1] + ask
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd="/", check=False
    )
    assert (done.stdout, done.returncode) == ("None\n", 0), done.stderr
