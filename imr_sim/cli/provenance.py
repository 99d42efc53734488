"""What a run is of: versions, platform, the request with every key resolved, its inputs."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from imr_sim.cli.inputs import Inputs
from imr_sim.cli.request.keys import Request, wrong
from imr_sim.cli.run_folder import read_run
from imr_sim.paths import PACKAGE

LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "numba", "networkx", "mesa", "matplotlib")


class Plain(yaml.SafeDumper):
    """Writes each value where it stands, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        """No value is written as a reference to another."""
        return True


def provenance(command: str, request: Request, inputs: Inputs) -> dict[str, Any]:
    """All that is known of a run before it starts: what `manifest.json` says of it."""
    config = request.model_dump()
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
            **inputs.about(),
            "files": {
                what: {"path": path, "sha256": _sha256(Path(path).read_bytes())}
                for what, path in inputs.files.items()
            },
        },
        **inputs.identity,
    }


def check_same(folder: Path, about: Mapping[str, Any]) -> None:
    """Raise RequestError unless a run that goes on is of what it was begun with.

    Parameters
    ----------
    folder : Path
        Folder of the earlier run.
    about : mapping
        What `provenance` says of the run now.
    """
    manifest, _ = read_run(folder)
    inputs = manifest.get("inputs")
    begun: dict[str, Any] = inputs if isinstance(inputs, dict) else {}
    now = {**about["inputs"], "files": {**begun.get("files", {}), **about["inputs"]["files"]}}
    changed = [what for what, value in now.items() if begun.get(what) != value]
    changed += [key for key in ("version", "scenario") if manifest.get(key) != about.get(key)]
    if changed:
        raise wrong(
            f"resume={folder}",
            f"what it was begun with has changed since ({', '.join(changed)}), and results would "
            "be mixed",
            "Begin a new run.",
        )


def config_text(request: Request) -> str:
    """The request as YAML, every key resolved."""
    return yaml.dump(request.model_dump(), Dumper=Plain, sort_keys=False, allow_unicode=True)


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
