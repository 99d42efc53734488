"""What all commands that write a folder do alike: check, load, open it, work, close it, report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from imr_sim.cli.commands import part_of
from imr_sim.cli.progress import Progress
from imr_sim.cli.request.read import read_request
from imr_sim.cli.run_folder import RunFolder, free_path
from imr_sim.cli.session import INTERRUPTED, Session
from imr_sim.cli.terminal import say, tell

if TYPE_CHECKING:
    from imr_sim.cli.inputs import Inputs


class Work(Protocol):
    """What `command.py` in the folder of a command holds.

    Attributes
    ----------
    CONTENTS : mapping of str to str
        What each file of the results holds, by name, or by stem for a figure's two formats;
        ``{practice}`` in it stands for the practice's name.
    SCRATCH : tuple of str
        Names under which `run` keeps what a resumed run takes up again; removed at the end.
    """

    CONTENTS: Mapping[str, str]
    SCRATCH: tuple[str, ...]

    def load(self, request: Any) -> Inputs:
        """Load and check all that the request names."""

    def run(self, request: Any, inputs: Any, folder: RunFolder, progress: Progress) -> Any:
        """Do the work; what it returns goes to the functions below."""

    def write(self, result: Any, folder: Path, request: Any) -> None:
        """Write the results into a folder; none, if `run` has explained its folder itself."""

    def headline(self, inputs: Any, result: Any) -> str:
        """What a reader must know of all results."""

    def report(self, result: Any) -> str:
        """What the terminal shows at the end."""


@dataclass(frozen=True)
class Job:
    """A run that can begin: all that it was asked for is there and fits."""

    command: str
    request: Any
    work: Work
    inputs: Inputs
    about: Mapping[str, Any]

    @property
    def resumed(self) -> Path | None:
        """Folder of the earlier run that it goes on with."""
        folder = getattr(self.request, "resume", None)
        return None if folder is None else Path(folder)


def prepare(command: str, argv: list[str]) -> Job:
    """Check a request, and load and check all that it names; nothing is written.

    Raises
    ------
    RequestError
        When it cannot be run.
    """
    request = read_request(command, argv)
    if getattr(request, "resume", None) is None:
        free_path(request.out, command)
    # Only a request that can work pays for importing the model.
    from imr_sim.cli.provenance import check_same, provenance
    from imr_sim.system import account_lines

    work = cast(Work, part_of(command, "command"))
    inputs = work.load(request)
    for line in account_lines(inputs.system.account):  # before long work, not after it
        tell(f"system {inputs.system.name}: {line}")
    job = Job(command, request, work, inputs, provenance(command, request, inputs))
    if job.resumed is not None:
        check_same(job.resumed, job.about)
    return job


def run_job(job: Job, session: Session) -> int:
    """Run in a new folder, or go on in that of an earlier run; returns the exit code."""
    request, work, inputs = job.request, job.work, job.inputs
    if job.resumed is None:
        from imr_sim.cli.provenance import config_text

        path = free_path(request.out, job.command)  # again: another run may have begun meanwhile
        folder = session.open_folder(path, job.about, config_text(request))
    else:
        folder = session.reopen_folder(job.resumed)
    progress = Progress(request.quiet)
    progress(0.0, "preparing; the first run of all compiles the model, which takes a minute")
    result = work.run(request, inputs, folder, progress)
    progress(1.0, "writing tables and figures")
    name = inputs.practice.name
    contents = {file: text.replace("{practice}", name) for file, text in work.CONTENTS.items()}
    with folder.staging(work.headline(inputs, result), contents) as stage:
        work.write(result, stage, request)
    folder.remove(work.SCRATCH)
    progress.finish()
    text = work.report(result)
    if folder.results:
        names = ", ".join(p.name for p in folder.written())
        text += f"\n\nWritten to {folder.path}/: {names}"
    if not folder.close("done"):
        return INTERRUPTED
    say(text)
    return 0
