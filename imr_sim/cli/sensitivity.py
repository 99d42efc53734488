"""`imr-sim sensitivity`: what outcomes depend on, and how much of them is luck."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imr_sim import plots
from imr_sim.analysis import parameters_line
from imr_sim.cli.progress import Progress
from imr_sim.cli.sensitivity_inputs import SensitivityInputs, load_sensitivity
from imr_sim.cli.sensitivity_request import SensitivityRequest
from imr_sim.cli.tables import write_csv
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


@dataclass(frozen=True)
class Found:
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


def load(request: SensitivityRequest) -> SensitivityInputs:
    """Load and check all that the request names."""
    return load_sensitivity(request)


def run(
    request: SensitivityRequest, inputs: SensitivityInputs, folder: Path, progress: Progress
) -> Found:
    """Run what is missing of the study's sweeps, and analyse them."""
    function = inputs.function
    if isinstance(function, KnownFunction):
        result = analyse(function, inputs.plan, progress)
        note = f"{function.name}: {function.factors.note}; no histories, and no luck"
        return Found(result, inputs, note, f"Function {function.name}", ())
    (folder / RUNS).mkdir(exist_ok=True)
    function = replace(function, folder=folder / RUNS)
    result = analyse(function, inputs.plan, progress)
    notes = [
        f"{runs:,} runs of {method} failed; the first: {message}"
        for method, (runs, message) in function.failed.items()
    ]
    if function.factors.ignored:
        notes.append(f"{function.factors.ignored}.")
    stamp = parameters_line(inputs.parameters.status, inputs.parameters.note)
    return Found(result, inputs, stamp, _setting(request, inputs), tuple(notes))


def write(found: Found, folder: Path, request: SensitivityRequest) -> None:
    """Write the tables, the runs and the figures."""
    result = found.result
    truth = _truth(found)
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
    (folder / "findings.txt").write_text(report(found) + "\n", encoding="utf-8")
    for method in METHODS:
        runs = folder.parent / RUNS / method
        if runs.exists():
            Store(runs).merge(folder / f"runs_{method}.parquet")
    if request.figures:
        _figures(found, folder)


def _figures(found: Found, folder: Path) -> None:
    result, stamp, setting = found.result, found.stamp, found.setting
    methods = set(result.indices["method"])
    outcome = found.inputs.function.outcomes[0]
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


def headline(found: Found) -> str:
    """What a reader must know of all results."""
    return f"{found.stamp}\n{found.setting}"


def report(found: Found) -> str:
    """What the terminal shows at the end."""
    first, *others = found.inputs.function.outcomes
    lines = [headline(found), *found.notes, "", words(found.result, first, _truth(found))]
    if others:
        lines += ["", f"Other outcomes ({', '.join(others)}): indices.csv, heat_map.png"]
    return "\n".join(lines)


def tidy(folder: Path) -> None:
    """Remove the sweeps: their rows are in the results now."""
    shutil.rmtree(folder / RUNS, ignore_errors=True)


def _truth(found: Found) -> dict[str, tuple[float, float]]:
    function = found.inputs.function
    return function.truth if isinstance(function, KnownFunction) else {}


def _setting(request: SensitivityRequest, inputs: SensitivityInputs) -> str:
    system = inputs.system
    sites = f"{system.n_sites} {'INVENTED sites' if system.invented else 'VAMCs'}"
    text = f"{inputs.practice.name}: {sites}, end of {request.date}"
    if request.supported:
        name = inputs.strategies[-1].name
        text += f", {name} from {request.policy_start} on"
        text += f", against {inputs.reference}" if inputs.reference != name else ""
    return text
