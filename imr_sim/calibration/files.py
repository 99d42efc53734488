"""A calibration on disk: draws as Parquet, and what they belong to as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from imr_sim.calibration.calibrate import Calibration
from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.simulator import Simulator
from imr_sim.calibration.smc import Settings
from imr_sim.calibration.space import Space
from imr_sim.errors import RequestError
from imr_sim.model.parameters import INDEX, NAMES, prior
from imr_sim.model.version import model_version
from imr_sim.system import System

POINT, TARGET = "z_", "ll_"


@dataclass(frozen=True)
class Files:
    """Where a calibration lies.

    Attributes
    ----------
    draws : Path
        Parquet, a row a draw: parameters of the model, as `imr_sim.read_draws` takes them.
    points : Path
        Parquet, the same rows: all that belongs to them besides.
    manifest : Path
        JSON: model, system, evidence, settings, hashes.
    """

    draws: Path
    points: Path
    manifest: Path

    @classmethod
    def of(cls, folder: Path) -> Files:
        """Those of a folder of `imr-sim calibrate`."""
        return cls(
            folder / "posterior.parquet", folder / "points.parquet", folder / "posterior.json"
        )

    @classmethod
    def shipped(cls) -> Files:
        """Those that ship with the package: the passive world, before levers are fitted to trials.

        The draws that runs use are joint with the levers (`imr_sim.calibration.lever_files`).
        """
        data = Path(__file__).parent / "data"
        return cls(data / "draws.parquet", data / "points.parquet", data / "posterior.json")


def draws_frame(calibration: Calibration) -> pd.DataFrame:
    """Parameters of the model, one row a draw; those that nothing observed speaks of are prior."""
    space = calibration.simulator.space
    values = prior(len(calibration), calibration.settings.seed).values.copy()
    held = [*space.model, *(name for name in space.fixed if name in INDEX)]
    columns = [INDEX[name] for name in held]
    values[:, columns] = space.parameters(calibration.z)[:, columns]
    return pd.DataFrame(values, columns=list(NAMES))


def points_frame(calibration: Calibration) -> pd.DataFrame:
    """What belongs to each draw besides its parameters.

    Parameters of observation, ``luck`` (key of the history that belongs to the draw),
    ``ll_<target>`` (log likelihoods), ``z_<axis>`` (the point on the sampler's own axes).
    """
    space = calibration.simulator.space
    columns: dict[str, np.ndarray] = dict(space.observers(calibration.z))
    columns["luck"] = calibration.luck
    columns |= {TARGET + t: ll for t, ll in calibration.by_target.items()}
    columns |= {POINT + name: calibration.z[:, i] for i, name in enumerate(space.names)}
    return pd.DataFrame(columns)


def write(calibration: Calibration, files: Files, manifest: Mapping[str, Any]) -> None:
    """Write the three files; `manifest` is what `about` says, and more."""
    pairs = ((draws_frame(calibration), files.draws), (points_frame(calibration), files.points))
    for frame, path in pairs:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
    hashes = {"sha256": sha256(files.draws), "points_sha256": sha256(files.points)}
    text = json.dumps({**manifest, **hashes}, indent=2) + "\n"
    files.manifest.write_text(text, encoding="utf-8")


def about(calibration: Calibration, bank: int, until: int | None) -> dict[str, Any]:
    """What the draws belong to, without their hash."""
    simulator = calibration.simulator
    targets = ", ".join(simulator.likelihood.names)
    when = "" if until is None else f", evidence up to {until}"
    return {
        "status": "posterior",
        "note": f"{len(calibration)} posterior draws given {targets}{when}; lever effects, costs "
        "and reach are prior draws, as nothing observed speaks of them",
        "imr_sim": version("imr-sim"),
        "model_version": model_version(),
        "system_digest": simulator.system.digest,
        "start": simulator.start,
        "targets": list(simulator.likelihood.names),
        "until": until,
        "fixed": dict(simulator.space.fixed),
        "seed": simulator.seed,
        "bank": bank,
        "settings": asdict(calibration.settings),
        "log_evidence": calibration.evidence,
        "draws": len(calibration),
    }


def sha256(path: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(files: Files) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Points and what they belong to.

    Raises
    ------
    RequestError
        When a file is missing, broken, or not of a calibration.
    """
    try:
        manifest = json.loads(files.manifest.read_text(encoding="utf-8"))
        if manifest["status"] != "posterior":
            raise ValueError(f"its status is {manifest['status']}")
        for what, path in (("sha256", files.draws), ("points_sha256", files.points)):
            if manifest[what] != sha256(path):
                raise ValueError(f"{path.name} is not what its manifest describes")
        frame = pq.read_table(files.points).to_pandas()
        space = Space.of(manifest["fixed"])
        needed = ["luck", *(POINT + name for name in space.names)]
        missing = [name for name in needed if name not in frame]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing[:3])}")
        Settings(**manifest["settings"])
        for name in ("start", "targets", "until", "seed", "note", "log_evidence"):
            manifest[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(
            str(files.draws),
            where="calibration",
            why=f"it is not the result of a calibration ({error})",
            write="Write the folder of a finished imr-sim calibrate, or shipped.",
        ) from error
    return frame, manifest


def check_belongs(files: Files, manifest: Mapping[str, Any], system: System) -> None:
    """Raise RequestError when a calibration belongs to another system or model."""
    for what, mine in (("system_digest", system.digest), ("model_version", model_version())):
        if manifest[what] != mine:
            raise RequestError(
                str(files.draws),
                where="calibration",
                why=f"it belongs to another {what.split('_')[0]}",
                write="Calibrate again: imr-sim calibrate.",
            )


def read_calibration(
    files: Files, system: System, threads: int | None = None
) -> tuple[Calibration, Mapping[str, Any]]:
    """A calibration from its files; its histories are run again.

    Raises
    ------
    RequestError
        When a file is missing, broken or not of a calibration, or belongs to another model or
        system.
    """
    frame, manifest = read_manifest(files)
    check_belongs(files, manifest, system)
    space = Space.of(manifest["fixed"])
    likelihood = Likelihood(system, manifest["start"], manifest["targets"], manifest["until"])
    z = frame[[POINT + name for name in space.names]].to_numpy(float)
    luck = frame["luck"].to_numpy(np.uint32)
    simulator = Simulator(system, space, likelihood, manifest["start"], manifest["seed"], threads)
    features = simulator.simulate(z, luck[:, None])
    by_target = {t: ll[:, 0] for t, ll in simulator.by_target(z, features).items()}
    settings, evidence = Settings(**manifest["settings"]), manifest["log_evidence"]
    return Calibration(simulator, settings, z, luck, features, by_target, evidence, ()), manifest
