"""Where the configuration and the shipped data are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def configs() -> Path:
    """Folder of the Hydra configuration: `configs/` of a checkout, else the copy in the wheel."""
    inside = PACKAGE / "configs"
    return inside if inside.is_dir() else PACKAGE.parent / "configs"
