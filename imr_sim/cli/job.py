"""What `compare` and `simulate` do alike: check, load, open a folder, work, close it, report."""

from __future__ import annotations

from importlib import import_module

from imr_sim.cli.overrides import compose_request
from imr_sim.cli.progress import Progress
from imr_sim.cli.requests import CompareRequest, SimulateRequest, check_request
from imr_sim.cli.run_folder import free_path
from imr_sim.cli.session import INTERRUPTED, Session

REQUESTS: dict[str, type[CompareRequest] | type[SimulateRequest]] = {
    "compare": CompareRequest,
    "simulate": SimulateRequest,
}


def run_job(command: str, argv: list[str], session: Session) -> int:
    """Run `compare` or `simulate`; returns the exit code.

    Nothing is written before the request and all that it names have been checked.
    """
    kind = REQUESTS[command]
    request = check_request(kind, compose_request(command, kind.model_fields, argv))
    request.check_dates()
    free_path(request.out, command)
    # Only a request that can work pays for importing the model.
    from imr_sim.analysis import parameters_line
    from imr_sim.cli import manifest
    from imr_sim.cli.inputs import load_inputs

    work = import_module(f"imr_sim.cli.{command}")
    inputs = load_inputs(request, work.USUAL_DRAWS)
    about = manifest.about(command, request, inputs)
    path = free_path(request.out, command)  # again: another run may have begun meanwhile
    folder = session.open_folder(path, about, manifest.config_text(request))
    progress = Progress(request.quiet)
    progress(0.0, "preparing; the first run of all compiles the model, which takes a minute")
    result = work.run(request, inputs, progress)
    progress(1.0, "writing tables and figures")
    status, note = inputs.parameters.status, inputs.parameters.note
    with folder.staging(parameters_line(status, note), work.CONTENTS) as stage:
        work.write(result, stage, request)
    progress.finish()
    names = ", ".join(p.name for p in folder.written())
    text = f"{work.report(result)}\n\nWritten to {folder.path}/: {names}"
    if not folder.close("done"):
        return INTERRUPTED
    print(text)
    return 0
