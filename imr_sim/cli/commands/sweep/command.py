"""`imr-sim sweep`: many runs over a design of parameters; rows stay where they are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imr_sim.analysis import parameters_line
from imr_sim.cli.commands.sweep.inputs import SweepInputs, load_sweep
from imr_sim.cli.commands.sweep.report import Summary, summary, text
from imr_sim.cli.commands.sweep.request import SweepRequest
from imr_sim.cli.progress import Progress
from imr_sim.cli.request.keys import wrong
from imr_sim.cli.run_folder import RunFolder
from imr_sim.errors import ImrSimError
from imr_sim.experiment import Store, sweep

CONTENTS = {
    "points.parquet": "the design: the varied parameters of each point",
    "scenario.json": "identity of the sweep: digest, runs, strategies, columns",
    "shards": "the rows, in order; pandas.read_parquet reads the folder as one table",
}
SCRATCH = ()


@dataclass(frozen=True)
class Swept:
    """A sweep that has ended, and what its rows hold."""

    inputs: SweepInputs
    store: Store
    summary: Summary


def load(request: SweepRequest) -> SweepInputs:
    """Load and check all that the request names, and the folder that it goes on in."""
    inputs = load_sweep(request)
    if request.resume is not None and Store.begin(Path(request.resume), inputs.scenario).busy:
        why = "another process is working on this sweep"
        write = "Wait until it has ended, or write another folder."
        raise wrong(f"resume={request.resume}", why, write)
    return inputs


def run(request: SweepRequest, inputs: SweepInputs, folder: RunFolder, progress: Progress) -> Swept:
    """Run what is missing of the sweep."""
    folder.explain(headline(inputs), CONTENTS)
    store = sweep(
        inputs.scenario,
        folder.path,
        executor=request.executor,
        workers=request.workers,
        scheduler=request.scheduler,
        chunk=request.chunk,
        progress=progress,
    )
    made = summary(store)
    if made.failed == store.runs:
        raise ImrSimError(f"every run failed; the first: {made.first_message}")
    return Swept(inputs, store, made)


def write(result: Swept, folder: Path, request: SweepRequest) -> None:
    """Nothing: the rows were written as they were made."""


def headline(inputs: SweepInputs, result: Swept | None = None) -> str:
    """What a reader must know of all results."""
    return parameters_line(inputs.scenario.base.status, inputs.scenario.base.note)


def report(result: Swept) -> str:
    """What the terminal shows at the end."""
    return text(result.store, result.summary, result.inputs)
