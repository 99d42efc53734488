"""Where the configuration and the shipped data are, and where things may be kept safely."""

from __future__ import annotations

import os
import stat
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def configs() -> Path:
    """Folder of the Hydra configuration: `configs/` of a checkout, else the copy in the wheel."""
    inside = PACKAGE / "configs"
    return inside if inside.is_dir() else PACKAGE.parent / "configs"


def cache_folder() -> Path | None:
    """Folder for things that can be made again: `IMR_SIM_CACHE`, else the user's cache folder.

    None where there is no such folder: no home folder is known.
    """
    if given := os.environ.get("IMR_SIM_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if base and Path(base).is_absolute():
        return Path(base) / "imr-sim"
    try:
        return Path.home() / ".cache" / "imr-sim"
    except RuntimeError:
        return None


def private_cache(*names: str) -> Path | None:
    """A folder below `cache_folder` in which nobody but this user can put anything.

    What lies in a cache is believed, and compiled code in it is run. So the folder and all those
    above it must be safe from others, else there is no cache.

    Parameters
    ----------
    *names : str
        Folders below the cache folder; they are made, for this user alone, where missing.

    Returns
    -------
    Path or None
        Without symbolic links; None where it cannot be made, written to, or trusted.
    """
    base = cache_folder()
    if base is None:
        return None
    try:
        base = base.resolve()
        folder = base.joinpath(*names)
        for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        below = [f for f in (folder, *folder.parents) if f != base and f.is_relative_to(base)]
        if hasattr(os, "geteuid"):
            for ours in below:
                _shut(ours)
            above = [base, *base.parents]
            if not all(_safe(f, {os.geteuid()}) for f in below):
                return None
            if not all(_safe(f, {0, os.geteuid()}, sticky=True) for f in above):
                return None
        return folder if os.access(folder, os.W_OK | os.X_OK) else None
    except (OSError, ValueError, RuntimeError):  # full, read only, a loop of links, a NUL
        return None


def _shut(folder: Path) -> None:
    """Take from others what they may do in a folder of this user's cache."""
    found = folder.lstat()
    if found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode) and found.st_mode & 0o077:
        folder.chmod(0o700)


def _safe(folder: Path, owners: set[int], sticky: bool = False) -> bool:
    """Whether others can neither write into a folder nor put another one in its place."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        return False
    if sticky and found.st_mode & stat.S_ISVTX:  # others can add to it, but not take our part away
        return True
    alone = found.st_gid == found.st_uid  # the group that holds only its user
    return not found.st_mode & (stat.S_IWOTH if alone else stat.S_IWOTH | stat.S_IWGRP)
