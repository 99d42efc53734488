"""What a manifest says about where results come from."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from imr_sim.model.parameters import ParameterSet
from imr_sim.paths import PACKAGE
from imr_sim.system import System

LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "numba", "networkx", "mesa", "matplotlib")


def provenance(command: str, request: dict[str, Any]) -> dict[str, Any]:
    """Versions, platform and the resolved request."""
    return {
        "command": command,
        "version": version("imr-sim"),
        "git_commit": git_commit(),
        "platform": platform.platform(),
        "python": sys.version.split()[0],
        "libraries": {name: version(name) for name in LIBRARIES},
        "config": request,
        "seed": request["seed"],
    }


def inputs(system: System, parameters: ParameterSet, files: dict[str, str]) -> dict[str, Any]:
    """Identities of the inputs: digests of the system, the parameter draws, and users' files.

    Parameters
    ----------
    files : dict
        What each file is for, and its path.
    """
    return {
        "system": {"name": system.name, "digest": system.digest, "invented": system.invented},
        "parameters": {
            "status": parameters.status,
            "note": parameters.note,
            "draws": len(parameters),
            "sha256": hashlib.sha256(parameters.values.astype("<f8").tobytes()).hexdigest(),
        },
        "files": {
            what: {"path": path, "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}
            for what, path in files.items()
        },
    }


def git_commit() -> str | None:
    """Commit of the checkout that runs, `-dirty` if it has changes; None outside a checkout."""
    if not (PACKAGE.parent / ".git").exists():  # an installed wheel, perhaps inside another repo
        return None
    ask = [
        "git",
        "-C",
        str(PACKAGE.parent),
        "describe",
        "--always",
        "--exclude=*",
        "--abbrev=40",
        "--dirty",
    ]
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None
