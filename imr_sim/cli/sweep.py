"""`imr-sim sweep`: many runs over a design of parameter values, begun, gone on with, looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from imr_sim.cli.overrides import WHERE, compose_request
from imr_sim.cli.preset import read_preset
from imr_sim.cli.progress import Progress
from imr_sim.cli.requests import check_request, fields_of
from imr_sim.cli.run_folder import CONFIG, MANIFEST, free_path
from imr_sim.cli.session import INTERRUPTED, Session
from imr_sim.cli.sweep_request import HOW, SweepRequest
from imr_sim.errors import ImrSimError, RequestError

KEYS = fields_of(SweepRequest)
CONTENTS = {
    "points.parquet": "the design: the varied parameters of each point",
    "scenario.json": "identity of the sweep: digest, runs, strategies, columns",
    "shards": "the rows, in order; pandas.read_parquet reads the folder as one table",
}


def sweep(command: str, argv: list[str], session: Session) -> int:
    """Run a sweep, or look at one; returns the exit code."""
    if argv and argv[0] in ("status", "merge"):
        from imr_sim.cli import sweep_folder

        act: Callable[[list[str]], int] = getattr(sweep_folder, argv[0])
        return act(argv[1:])
    request = sweep_request(argv)
    request.check()
    # Only a request that can work pays for importing the model.
    from imr_sim.analysis import parameters_line
    from imr_sim.cli import manifest, sweep_report
    from imr_sim.cli.sweep_inputs import load_sweep
    from imr_sim.experiment import Store
    from imr_sim.experiment import sweep as run

    if request.resume is None:
        free_path(request.out, command)
    inputs = load_sweep(request)
    scenario = inputs.scenario
    if request.resume is None:
        path = free_path(request.out, command)
        about = manifest.about(command, request, inputs) | {"scenario": scenario.digest}
        folder = session.open_folder(path, about, manifest.config_text(request))
        parameters = scenario.base
        folder.explain(parameters_line(parameters.status, parameters.note), CONTENTS)
    else:
        path = Path(request.resume)
        if Store.begin(path, scenario).busy:
            raise _wrong_folder(path, "another process is working on this sweep")
        folder = session.reopen_folder(path)
    progress = Progress(request.quiet)
    progress(0.0, "preparing; the first run of all compiles the model, which takes a minute")
    store = run(
        scenario,
        path,
        executor=request.executor,
        workers=request.workers,
        scheduler=request.scheduler,
        chunk=request.chunk,
        progress=progress,
    )
    progress.finish()
    summary = sweep_report.summary(store)
    if summary.failed == store.runs:
        raise ImrSimError(f"every run failed; the first: {summary.first_message}")
    text = sweep_report.text(store, summary, inputs)
    if not folder.close("done"):
        return INTERRUPTED
    print(text)
    return 0


def sweep_request(argv: list[str]) -> SweepRequest:
    """The request that the arguments make, with the values of a preset or of a sweep begun."""
    given = dict(argument.split("=", 1) for argument in argv if "=" in argument)
    name, preset = given.get("experiment", "null").strip("'\""), None
    if name != "null":
        preset = read_preset(name, KEYS)
    values = compose_request("sweep", KEYS, argv, preset)
    if values["resume"] is not None:
        beside = [key for key in given if key not in HOW]
        if beside:
            raise RequestError(
                " ".join(f"{key}={given[key]}" for key in beside),
                where=WHERE,
                why="a sweep goes on as it was begun",
                write=f"Beside resume write only {', '.join(HOW[:-1])}.",
            )
        values = _begun(Path(values["resume"])) | {key: values[key] for key in given}
    return check_request(SweepRequest, values).settled()


def _begun(folder: Path) -> dict[str, Any]:
    """The request of the sweep in a folder."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        values = yaml.safe_load((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise _wrong_folder(folder, f"it holds no sweep ({type(error).__name__})") from None
    if said.get("command") != "sweep" or not isinstance(values, dict):
        raise _wrong_folder(folder, "it holds no sweep")
    return values


def _wrong_folder(folder: Path, why: str) -> RequestError:
    write = "Write the folder of a sweep that was interrupted."
    return RequestError(f"resume={folder}", where=WHERE, why=why, write=write)
