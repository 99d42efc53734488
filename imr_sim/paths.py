"""Where the configuration and the shipped data are, in a checkout and in an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def configs() -> Path:
    """Folder of the Hydra configuration: `configs/` of a checkout, else the copy in the wheel."""
    inside = PACKAGE / "configs"
    return inside if inside.is_dir() else PACKAGE.parent / "configs"


def cache_folder() -> Path:
    """Folder for things that can be made again: `IMR_SIM_CACHE`, else the user's cache folder."""
    if given := os.environ.get("IMR_SIM_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "imr-sim"
