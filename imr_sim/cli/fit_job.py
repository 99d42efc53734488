"""What commands with long work do alike: work in a folder, that can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import yaml

from imr_sim.cli.commands import COMMANDS, found
from imr_sim.cli.fit_requests import LongRequest
from imr_sim.cli.overrides import compose_request
from imr_sim.cli.progress import Progress
from imr_sim.cli.requests import check_request, fields_of
from imr_sim.cli.run_folder import CONFIG, MANIFEST, free_path
from imr_sim.cli.session import INTERRUPTED, Session
from imr_sim.errors import RequestError

if TYPE_CHECKING:
    from imr_sim.cli.inputs import Inputs


class LongWork(Protocol):
    """What a module `imr_sim/cli/<command>.py` of this kind holds.

    Attributes
    ----------
    CONTENTS : mapping of str to str
        What each file of the results holds, by name, or by stem for a figure's two formats.
    """

    CONTENTS: Mapping[str, str]

    def load(self, request: Any) -> Inputs:
        """Load and check all that the request names."""

    def run(self, request: Any, inputs: Inputs, folder: Path, progress: Progress) -> Any:
        """Do the work; what it keeps in `folder` on the way, it takes up again when resumed."""

    def write(self, result: Any, folder: Path, request: Any) -> None:
        """Write the results into a folder."""

    def headline(self, result: Any) -> str:
        """What a reader must know of all results."""

    def report(self, result: Any) -> str:
        """What the terminal shows at the end."""

    def tidy(self, folder: Path) -> None:
        """Remove what was kept on the way."""


def run_long(command: str, argv: list[str], session: Session) -> int:
    """Run a command, or go on with it; returns the exit code.

    Nothing is written before the request and all that it names have been checked.
    """
    kind: type[LongRequest] = found(COMMANDS[command].request)
    request = check_request(kind, compose_request(command, fields_of(kind), argv))
    again = None if request.resume is None else Path(request.resume)
    if again:
        request = _resumed(command, kind, request, again, argv)
    request = request.settled()
    request.check()
    if not again:
        free_path(request.out, command)
    from imr_sim.cli import manifest

    work = cast(LongWork, import_module(f"imr_sim.cli.{command}"))
    inputs = work.load(request)
    if again:
        folder = session.reopen_folder(again)
    else:
        about = manifest.about(command, request, inputs)
        path = free_path(request.out, command)
        folder = session.open_folder(path, about, manifest.config_text(request))
    progress = Progress(request.quiet)
    progress(0.0, "preparing; the first run of all compiles the model, which takes a minute")
    result = work.run(request, inputs, folder.path, progress)
    progress(1.0, "writing tables and figures")
    with folder.staging(work.headline(result), work.CONTENTS) as stage:
        work.write(result, stage, request)
    work.tidy(folder.path)
    progress.finish()
    names = ", ".join(p.name for p in folder.written())
    text = f"{work.report(result)}\n\nWritten to {folder.path}/: {names}"
    if not folder.close("done"):
        return INTERRUPTED
    print(text)
    return 0


def _resumed(
    command: str, kind: type[LongRequest], request: LongRequest, folder: Path, argv: list[str]
) -> LongRequest:
    """The request that a folder was begun with, worked off as is asked now."""
    given = {argument.split("=")[0].lstrip("+") for argument in argv}
    beside = sorted(given - {"resume", *kind.HOW})
    if beside:
        raise RequestError(
            f"resume={folder} {' '.join(beside)}=...",
            where="command line",
            why="a run goes on with the keys that it was begun with",
            write="Leave them out, or begin a new run without resume.",
        )
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        config = yaml.safe_load((folder / CONFIG).read_text(encoding="utf-8"))
        known = isinstance(told, dict) and isinstance(config, dict)
        if not known or told.get("command") != command:
            raise ValueError(f"it is no folder of imr-sim {command}")
        if told.get("status") == "done":
            raise ValueError("it is complete")
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = "there is no run in it" if isinstance(error, OSError) else str(error)
        raise RequestError(
            f"resume={folder}",
            where="command line",
            why=reason.splitlines()[0],
            write=f"Write the folder of an interrupted imr-sim {command}.",
        ) from error
    now = {key: getattr(request, key) for key in kind.HOW}
    return check_request(kind, {**config, **now, "resume": None})
