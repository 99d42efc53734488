"""The draws that ship: the passive world joint with the levers that were fitted to trials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from imr_sim.calibration.files import TARGET, Files, sha256
from imr_sim.model import shipped
from imr_sim.model.parameters import NAMES, ParameterSet
from imr_sim.model.version import model_version
from imr_sim.trials.effects import STUDY

if TYPE_CHECKING:
    from imr_sim.calibration.lever_fit import LeverFit

LEVERS = Path(__file__).parent / "data" / "levers.parquet"
ROWS = "passive_rows"  # draw of the first stage that each draw goes with
STUDIES = "studies"


def passive_draws(files: Files | None = None) -> ParameterSet:
    """Draws of the first stage: those that ship, or of a folder of `imr-sim calibrate`."""
    files = files or Files.shipped()
    return shipped.read_posterior(files.draws, files.manifest)


def write_joint(
    fit: LeverFit,
    draws: Path = shipped.DRAWS,
    manifest: Path = shipped.MANIFEST,
    levers: Path = LEVERS,
) -> None:
    """Write the joint draws, with the parameters of studies in their manifest.

    `levers` gets the same rows: the axes in their units, and ``ll_<trial>``, log likelihoods.
    """
    found = fit.parameters()
    frame = pd.DataFrame(found.values, columns=list(NAMES))
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), draws, compression="zstd")
    axes = fit.frame().assign(**{TARGET + trial: ll for trial, ll in fit.by_target.items()})
    pq.write_table(pa.Table.from_pandas(axes, preserve_index=False), levers, compression="zstd")
    studies = {name: [float(x) for x in fit.space.studies(fit.z)[name]] for name in STUDY}
    told = {
        **{key: value for key, value in found.extra.items() if key != STUDIES},
        "note": found.note,
        "model_version": model_version(),
        "trials": [trial.name for trial in fit.space.trials],
        "levers_log_evidence": fit.evidence,
        "levers_seed": fit.settings.seed,
        "draws": len(fit),
        "sha256": sha256(draws),
        "levers_sha256": sha256(levers),
        STUDIES: studies,
        ROWS: [int(row) for row in fit.space.passive_rows(fit.z)],
    }
    manifest.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def by_study(parameters: ParameterSet, levers: Path = LEVERS) -> dict[str, np.ndarray]:
    """Log likelihood of each trial in each of the first joint draws; none for other draws."""
    if not levers.exists() or parameters.extra.get("levers_sha256") != sha256(levers):
        return {}
    frame = pq.read_table(levers).to_pandas().iloc[: len(parameters)]
    columns = [name for name in frame.columns if name.startswith(TARGET)]
    return {name.removeprefix(TARGET): frame[name].to_numpy(float) for name in columns}
