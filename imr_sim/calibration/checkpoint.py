"""A cloud on disk: written whole or not at all, read without executing anything."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np

from imr_sim import durable
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
    content = io.BytesIO()
    np.savez(content, about=np.array(json.dumps(about)), **arrays)
    durable.write_sealed(path, content.getvalue())


def load(path: Path, belongs_to: str) -> Cloud | None:
    """The cloud at `path`; None when there is none yet, or it is damaged and its work is lost.

    Raises
    ------
    RequestError
        When the file belongs to a run with other settings, or cannot be read for now.
    """
    try:
        content = durable.read_sealed(path)
    except (FileNotFoundError, durable.Damaged):
        return None
    except OSError as error:
        raise RequestError(
            str(path),
            where="resume",
            why=f"the checkpoint cannot be read ({error.strerror})",
            write="Make it readable, or remove it: the run then starts from the beginning.",
        ) from error
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        arrays = {name: file[name] for name in ARRAYS}
        features = {
            name.removeprefix(FEATURE): file[name]
            for name in file.files
            if name.startswith(FEATURE)
        }
    if about.pop("belongs_to") != belongs_to:
        raise RequestError(
            str(path),
            where="resume",
            why="it belongs to another model, system, evidence or settings",
            write="Start a new run in a new folder.",
        )
    about["trace"] = tuple(about["trace"])
    return Cloud(features=features, **arrays, **about)
