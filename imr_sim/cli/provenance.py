"""What a run is of: versions, platform, the request with every key resolved, its inputs."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from imr_sim.cli.inputs import Inputs
from imr_sim.cli.request.keys import Request
from imr_sim.paths import PACKAGE

LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "numba", "networkx", "mesa", "matplotlib")


def provenance(command: str, request: Request, inputs: Inputs) -> dict[str, Any]:
    """All that is known of a run before it starts: what `manifest.json` says of it."""
    system, parameters, config = inputs.system, inputs.parameters, request.model_dump()
    return {
        "command": command,
        "version": version("imr-sim"),
        "git_commit": git_commit(),
        "platform": platform.platform(),
        "python": sys.version.split()[0],
        "libraries": {name: version(name) for name in LIBRARIES},
        "config": config,
        "seed": config["seed"],
        "inputs": {
            "system": {
                "name": system.name,
                "digest": system.digest,
                "invented": system.invented,
            },
            "practice": {"name": inputs.practice.name, "invented": inputs.practice.invented},
            "parameters": {
                "status": parameters.status,
                "note": parameters.note,
                "draws": len(parameters),
                "sha256": _sha256(parameters.values.astype("<f8").tobytes()),
            },
            "strategies": [strategy.name for strategy in inputs.strategies],
            "files": {
                what: {"path": path, "sha256": _sha256(Path(path).read_bytes())}
                for what, path in inputs.files.items()
            },
        },
        **inputs.identity,
    }


def config_text(request: Request) -> str:
    """The request as YAML, every key resolved."""
    return yaml.safe_dump(request.model_dump(), sort_keys=False, allow_unicode=True)


def git_commit() -> str | None:
    """Commit of the checkout that runs, `-dirty` if it has changes; None outside a checkout."""
    if not (PACKAGE.parent / ".git").exists():  # an installed wheel, perhaps inside another repo
        return None
    ask = "git describe --always --exclude=* --abbrev=40 --dirty".split()
    try:
        answer = subprocess.run(ask, cwd=PACKAGE.parent, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
