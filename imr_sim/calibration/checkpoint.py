"""A cloud on disk: written whole or not at all, read without executing anything."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import numpy as np

from imr_sim.calibration.smc import Cloud
from imr_sim.errors import RequestError

ARRAYS = ("z", "luck", "ll", "mean", "cov", "origin")
NUMBERS = ("temper", "stage", "sweep", "step", "cheap_step", "evidence")
FEATURE = "feature_"


def save(cloud: Cloud, path: Path, belongs_to: str) -> None:
    """Write `cloud` to `path`, replacing what was there.

    Parameters
    ----------
    belongs_to : str
        Identity of the run; `load` refuses the file to any other.
    """
    about = {name: getattr(cloud, name) for name in NUMBERS}
    about |= {"trace": cloud.trace, "belongs_to": belongs_to}
    arrays = {name: getattr(cloud, name) for name in ARRAYS}
    arrays |= {FEATURE + name: values for name, values in cloud.features.items()}
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def load(path: Path, belongs_to: str) -> Cloud | None:
    """The cloud at `path`, or None when there is none yet.

    Raises
    ------
    RequestError
        When the file cannot be read, or belongs to a run with other settings.
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            arrays = {name: file[name] for name in ARRAYS}
            features = {
                name.removeprefix(FEATURE): file[name]
                for name in file.files
                if name.startswith(FEATURE)
            }
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RequestError(
            str(path),
            where="resume",
            why=f"it cannot be read as a checkpoint ({type(error).__name__})",
            write="Remove it, and the run starts from the beginning.",
        ) from error
    if about.pop("belongs_to") != belongs_to:
        raise RequestError(
            str(path),
            where="resume",
            why="it belongs to another model, system, evidence or settings",
            write="Start a new run in a new folder.",
        )
    about["trace"] = tuple(about["trace"])
    return Cloud(features=features, **arrays, **about)
