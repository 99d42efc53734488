"""What `compare` and `simulate` write alike: manifest, configuration, Parquet, the closing list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from imr_sim.cli import provenance
from imr_sim.cli.inputs import Inputs
from imr_sim.cli.requests import RunRequest
from imr_sim.cli.run_folder import RunFolder


def manifest(command: str, request: RunRequest, inputs: Inputs) -> dict[str, Any]:
    """What `manifest.json` says of the versions, the request and its inputs."""
    known = provenance.inputs(inputs.system, inputs.parameters, inputs.files)
    return {**provenance.provenance(command, request.model_dump()), "inputs": known}


def config_text(request: RunRequest) -> str:
    """The request as YAML, every key resolved."""
    return yaml.safe_dump(request.model_dump(), sort_keys=False, allow_unicode=True)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table; the same table always gives the same bytes."""
    frame.to_parquet(path, index=False, compression="zstd")


def list_files(folder: RunFolder) -> str:
    """The closing lines: where the results are."""
    names = ", ".join(p.name for p in folder.written())
    return f"\nWritten to {folder.path}/: {names}"
