"""`imr-sim sensitivity`: what outcomes depend on, and how much of them is luck."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imr_sim import plots
from imr_sim.analysis import parameters_line
from imr_sim.cli.commands.sensitivity.inputs import SensitivityInputs, load_sensitivity
from imr_sim.cli.commands.sensitivity.request import SensitivityRequest
from imr_sim.cli.progress import Progress
from imr_sim.cli.run_folder import RunFolder
from imr_sim.csv_files import write_csv
from imr_sim.experiment import Store
from imr_sim.sensitivity.analysis import METHODS, Sensitivity, analyse
from imr_sim.sensitivity.known import KnownFunction
from imr_sim.sensitivity.words import report as words

RUNS = "runs"
INDICES = "a row each method, outcome, parameter, index: value, 95% interval, what luck would give"
CONTENTS = {
    "indices.csv": INDICES,
    "convergence.csv": "the same, from the first eighth, quarter and half of each design, and all",
    "luck.csv": "share of the variance that is luck: of one history, and of the means analysed",
    "designs.csv": "points of each design, and what had to be left out",
    "findings.txt": "the first outcome as a table and sentences",
    "outcomes.csv": "spread of each outcome; the variance that Sobol' takes apart",
    **{f"runs_{m}.parquet": f"every run of {m}: its point, outcomes, error" for m in METHODS},
    "tornado": "share of the variance by parameter: alone, and with others",
    "heat_map": "parameters by outcomes and methods",
    "screening": "Morris: mean effect of each parameter, and how much it differs between places",
    "convergence": "indices against the size of the design",
}
SCRATCH = (RUNS,)


@dataclass(frozen=True)
class Study:
    """A study, and what is said of it.

    Attributes
    ----------
    result : Sensitivity
    stamp : str
        What is varied, and over what.
    setting : str
        Of what: sites, dates, strategy; or the name of the function.
    notes : tuple of str
        Failures, and what the intervals leave out.
    """

    result: Sensitivity
    inputs: SensitivityInputs
    stamp: str
    setting: str
    notes: tuple[str, ...]

    @property
    def headline(self) -> str:
        """What a reader must know of all results."""
        return f"{self.stamp}\n{self.setting}"


def load(request: SensitivityRequest) -> SensitivityInputs:
    """Load and check all that the request names."""
    return load_sensitivity(request)


def run(
    request: SensitivityRequest, inputs: SensitivityInputs, folder: RunFolder, progress: Progress
) -> Study:
    """Run what is missing of the study's sweeps, and analyse them."""
    function = inputs.function
    if isinstance(function, KnownFunction):
        result = analyse(function, inputs.plan, progress)
        note = f"{function.name}: {function.factors.note}; no histories, and no luck"
        return Study(result, inputs, note, f"Function {function.name}", ())
    runs = folder.path / RUNS
    runs.mkdir(exist_ok=True)
    function = replace(function, folder=runs)
    result = analyse(function, inputs.plan, progress)
    notes = [
        f"{failed:,} runs of {method} failed; the first: {message}"
        for method, (failed, message) in function.failed.items()
    ]
    if function.factors.ignored:
        notes.append(f"{function.factors.ignored}.")
    stamp = parameters_line(inputs.parameters.status, inputs.parameters.note)
    return Study(result, inputs, stamp, _setting(request, inputs), tuple(notes))


def write(made: Study, folder: Path, request: SensitivityRequest) -> None:
    """Write the tables, the runs and the figures."""
    result = made.result
    truth = _truth(made)
    table = result.indices
    if truth:
        place = {"S1": 0, "ST": 1}
        pairs = zip(table["parameter"], table["index"], strict=True)
        known = [truth[p][place[i]] if i in place else np.nan for p, i in pairs]
        table = table.assign(truth=np.array(known))
    write_csv(table, folder / "indices.csv")
    write_csv(result.convergence, folder / "convergence.csv")
    write_csv(result.noise, folder / "luck.csv")
    write_csv(result.lost, folder / "designs.csv")
    write_csv(result.outcomes, folder / "outcomes.csv")
    (folder / "findings.txt").write_text(report(made) + "\n", encoding="utf-8")
    for method in METHODS:
        runs = folder.parent / RUNS / method
        if runs.exists():
            Store(runs).merge(folder / f"runs_{method}.parquet")
    if request.figures:
        _figures(made, folder)


def _figures(made: Study, folder: Path) -> None:
    result, stamp, setting = made.result, made.stamp, made.setting
    methods = set(result.indices["method"])
    outcome = made.inputs.function.outcomes[0]
    if "sobol" in methods:
        figure = plots.plot_tornado(result.indices, result.noise, result.outcomes, stamp, setting)
        plots.save(figure, folder, "tornado")
    if "morris" in methods:
        figure = plots.plot_screening(result.indices, outcome, stamp, setting)
        plots.save(figure, folder, "screening")
    figure = plots.plot_heat_map(result.indices, result.outcomes, stamp, setting)
    plots.save(figure, folder, "heat_map")
    figure = plots.plot_convergence(result.convergence, outcome, stamp, setting)
    plots.save(figure, folder, "convergence")


def headline(inputs: SensitivityInputs, made: Study) -> str:
    """What a reader must know of all results."""
    return made.headline


def report(made: Study) -> str:
    """What the terminal shows at the end."""
    first, *others = made.inputs.function.outcomes
    lines = [made.headline, *made.notes, "", words(made.result, first, _truth(made))]
    if others:
        lines += ["", f"Other outcomes ({', '.join(others)}): indices.csv, heat_map.png"]
    return "\n".join(lines)


def _truth(made: Study) -> dict[str, tuple[float, float]]:
    function = made.inputs.function
    return function.truth if isinstance(function, KnownFunction) else {}


def _setting(request: SensitivityRequest, inputs: SensitivityInputs) -> str:
    text = f"{inputs.practice.name}: {inputs.sites}, end of {request.date}"
    if request.supported:
        name = inputs.strategies[-1].name
        text += f", {name} from {request.policy_start} on"
        text += f", against {inputs.reference}" if inputs.reference != name else ""
    return text
