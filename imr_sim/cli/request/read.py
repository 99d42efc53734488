"""The request that a command line makes: composed, checked, resolved; a folder's own if resumed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imr_sim.cli.commands import COMMANDS, request_class
from imr_sim.cli.request.keys import (
    EXECUTION,
    Request,
    check_request,
    fields_of,
    marked,
    wrong,
)
from imr_sim.cli.request.overrides import compose_request
from imr_sim.cli.request.preset import read_preset
from imr_sim.cli.run_folder import CONFIG, read_run
from imr_sim.errors import RequestError


def read_request(command: str, argv: Sequence[str]) -> Any:
    """The checked request of a command, of the class that its folder names.

    Parameters
    ----------
    command : str
    argv : sequence of str
        Overrides such as ``horizon=120``. ``experiment=`` brings the values of a preset,
        ``resume=`` those of the run in a folder, where the command knows these keys.

    Raises
    ------
    RequestError
        For all that is wrong with the keys; nothing has been written or simulated.
    """
    kind = request_class(command)
    given = dict(argument.lstrip("+").split("=", 1) for argument in argv if "=" in argument)
    preset = None
    if "experiment" in fields_of(kind) and given.get("experiment", "null") != "null":
        preset = read_preset(given["experiment"].strip("'\""), kind)
    values = compose_request(command, argv, preset)
    if values.get("resume") is not None:
        values = _resumed(command, kind, values, given)
    request = check_request(kind, values).resolved()
    request.check()
    return request


def _resumed(
    command: str, kind: type[Request], values: dict[str, Any], given: dict[str, str]
) -> dict[str, Any]:
    """What a run was begun with, worked off as is asked now."""
    folder = Path(str(values["resume"]))
    allowed = marked(kind, EXECUTION)
    beside = [f"{key}={value}" for key, value in given.items() if key not in allowed]
    if beside:
        others = ", ".join(key for key in allowed if key != "resume")
        raise wrong(
            f"resume={folder} {' '.join(beside)}",
            "a run goes on with the keys that it was begun with",
            f"Beside resume write only {others}; or begin a new run without it.",
        )
    write = f"Write the folder of an interrupted imr-sim {command}."
    try:
        manifest, config = read_run(folder)
    except ValueError as error:
        raise wrong(f"resume={folder}", str(error), write) from None
    if manifest.get("command") != command:
        raise wrong(f"resume={folder}", f"it is no folder of imr-sim {command}", write)
    if manifest.get("status") == "done" and not COMMANDS[command].resumes_done:
        raise wrong(f"resume={folder}", "it is complete", write)
    try:
        check_request(kind, config)
    except RequestError as error:
        why = f"{CONFIG} holds {error.given}: {error.why}; it may be of another version"
        raise wrong(f"resume={folder}", why, "Begin a new run.") from None
    return {**config, **{key: values[key] for key in given if key in values}}
