"""What the commands that write a folder do alike: check, load, open it, work, close it, report."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from imr_sim.cli.commands import COMMANDS, found
from imr_sim.cli.overrides import compose_request
from imr_sim.cli.progress import Progress
from imr_sim.cli.requests import check_request, fields_of
from imr_sim.cli.run_folder import free_path
from imr_sim.cli.session import INTERRUPTED, Session

if TYPE_CHECKING:
    from imr_sim.cli.inputs import Inputs


class Work(Protocol):
    """What a module `imr_sim/cli/<command>.py` holds.

    Attributes
    ----------
    CONTENTS : mapping of str to str
        What each file of the results holds, by name, or by stem for a figure's two formats;
        ``{practice}`` in it stands for the practice's name.
    """

    CONTENTS: Mapping[str, str]

    def load(self, request: Any) -> Inputs:
        """Load and check all that the request names."""

    def run(self, request: Any, inputs: Inputs, progress: Progress) -> Any:
        """Do the work; what it returns goes to `write` and `report`."""

    def write(self, result: Any, folder: Path, request: Any) -> None:
        """Write the results into a folder."""

    def report(self, result: Any) -> str:
        """What the terminal shows at the end."""


def run_job(command: str, argv: list[str], session: Session) -> int:
    """Run a command that writes one new folder; returns the exit code.

    Nothing is written before the request and all that it names have been checked.
    """
    kind = found(COMMANDS[command].request)
    request = check_request(kind, compose_request(command, fields_of(kind), argv)).settled()
    request.check()
    free_path(request.out, command)
    # Only a request that can work pays for importing the model.
    from imr_sim.analysis import parameters_line
    from imr_sim.cli import manifest

    work = cast(Work, import_module(f"imr_sim.cli.{command}"))
    inputs = work.load(request)
    about = manifest.about(command, request, inputs)
    path = free_path(request.out, command)  # again: another run may have begun meanwhile
    folder = session.open_folder(path, about, manifest.config_text(request))
    progress = Progress(request.quiet)
    progress(0.0, "preparing; the first run of all compiles the model, which takes a minute")
    result = work.run(request, inputs, progress)
    progress(1.0, "writing tables and figures")
    headline = parameters_line(inputs.parameters.status, inputs.parameters.note)
    headline = f"INVENTED PRACTICE. {headline}" if inputs.practice.invented else headline
    name = inputs.practice.name
    contents = {file: text.replace("{practice}", name) for file, text in work.CONTENTS.items()}
    with folder.staging(headline, contents) as stage:
        work.write(result, stage, request)
    progress.finish()
    names = ", ".join(p.name for p in folder.written())
    text = f"{work.report(result)}\n\nWritten to {folder.path}/: {names}"
    if not folder.close("done"):
        return INTERRUPTED
    print(text)
    return 0
