"""`experiment=<name>`: keys of a command that were chosen together, in one file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from imr_sim.cli.request.keys import WHERE, Request, fields_of, nested
from imr_sim.errors import RequestError, RequestErrors
from imr_sim.paths import configs
from imr_sim.strategies.checked import nearest
from imr_sim.strategies.yaml_file import read_yaml


def read_preset(name: str, kind: type[Request]) -> dict[str, Any]:
    """Values of a preset: a file of `configs/experiment`, or a YAML file of the user's.

    The `config.yaml` of an earlier run is one too.

    Parameters
    ----------
    name : str
        Its name, or the path of a file that ends in .yaml.
    kind : type
        Request of the command, whose keys it may set.

    Raises
    ------
    RequestError
        When there is no such preset, it is not plain YAML, or sets what the command does not know.
    """
    keys = fields_of(kind)
    path = Path(name) if name.endswith((".yaml", ".yml")) else _shipped(name)
    if not path.is_file():
        known = [p.stem for p in sorted(_shipped("*").parent.glob("*.yaml")) if _fits(p, keys)]
        raise RequestError(
            f"experiment={name}",
            where=WHERE,
            why="no preset or file has this name",
            write=f"{nearest(name, known)} Or give the path of a .yaml file.",
        )
    values = _values(path)
    outer = {key.partition(".")[0] for key in keys}
    errors = [
        RequestError(
            str(key),
            where=f"preset {path}",
            why="there is no such key",
            write=nearest(key, list(keys)),
        )
        for key in values
        if key not in outer
    ]
    if errors:
        raise RequestErrors(errors)
    _check_plain(values, path)
    for key, inner in nested(kind).items():
        if key in values and not isinstance(values[key], dict):
            values[key] = {inner: values[key]}
    return values


def _check_plain(value: object, path: Path) -> None:
    """Raise RequestError where a value would be filled in from elsewhere."""
    if isinstance(value, dict):
        for key, held in value.items():
            _check_plain(key, path)
            _check_plain(held, path)
    elif isinstance(value, list):
        for held in value:
            _check_plain(held, path)
    elif isinstance(value, str) and "${" in value:
        why = "values are taken as they stand, nothing is filled in"
        raise RequestError(value, where=f"preset {path}", why=why, write="Write the value itself.")


def _shipped(name: str) -> Path:
    return configs() / "experiment" / f"{name}.yaml"


def _fits(path: Path, keys: Collection[str]) -> bool:
    return set(_values(path)) <= {key.partition(".")[0] for key in keys}


def _values(path: Path) -> dict[str, Any]:
    values = read_yaml(path, f"preset {path}", "preset", "docs/sweeps.md")
    if not isinstance(values, dict):
        why, write = "it holds no keys", "Write keys and values, e.g. design: lhs."
        raise RequestError(path.name, where=f"preset {path}", why=why, write=write)
    return values
