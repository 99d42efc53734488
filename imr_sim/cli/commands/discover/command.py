"""`imr-sim discover`: under which conditions a cheaper strategy is as good as a dearer one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim import plots
from imr_sim.analysis import parameters_line
from imr_sim.cli.commands.discover.request import DiscoverRequest
from imr_sim.cli.inputs import Inputs, choose_parameters, choose_strategies, own_files
from imr_sim.cli.progress import Progress
from imr_sim.cli.run_folder import RunFolder
from imr_sim.csv_files import write_csv
from imr_sim.experiment import Design, Scenario, Store, sweep
from imr_sim.experiment.idle import idle_parameters
from imr_sim.model.parameters import INDEX, SPECS, Parameters, ParameterSet, as_set
from imr_sim.practice import load_practice
from imr_sim.sensitivity.discovery import Cases, Discovery, discover, read_cases
from imr_sim.sensitivity.discovery.cases import COST, check_outcome
from imr_sim.sensitivity.discovery.words import report as words
from imr_sim.system import load_system

RUNS = "runs"
USUAL_DRAWS = 1000
SHARE = 0.95  # of the work that is running histories
CONTENTS = {
    "boxes.csv": "one row a box: density, coverage, mass on held-out draws; what chance would find",
    "limits.csv": "one row a condition: the parameter, its limits, its quasi-p-value",
    "draws.csv": "one row a draw: difference of the strategies, as good or not, which half",
    "runs.parquet": "every run: its point, outcomes, error",
    "discovery": "the boxes over held-out draws, and their worth",
    "conditions.txt": "the boxes in sentences",
}
SCRATCH = (RUNS,)


@dataclass(kw_only=True)
class DiscoverInputs(Inputs):
    """What a discovery works on.

    Attributes
    ----------
    scenario : Scenario or None
        The sweep to run; None where one is given.
    names : (str, str)
        The strategies.
    """

    scenario: Scenario | None
    names: tuple[str, str]


@dataclass(frozen=True)
class Discovered:
    """What was found, and what is said of it."""

    result: Discovery
    cases: Cases
    stamp: str
    setting: str
    store: Store

    @property
    def headline(self) -> str:
        """What a reader must know of all results."""
        return f"{self.stamp}\n{self.setting}"


def load(request: DiscoverRequest) -> DiscoverInputs:
    """Load and check all that the request names."""
    check_outcome(request.outcome)
    chosen = choose_strategies(request.strategies)
    system, practice = load_system(request.system), load_practice(request.practice)
    first, second = (strategy.name for strategy in chosen.values())
    scenario, drawn = None, None
    if request.sweep is None:
        parameters = choose_parameters(
            request.parameters, practice, request.draws, USUAL_DRAWS, request.seed
        )
        drawn = request.parameters["set"]
        scenario = Scenario(
            system=system,
            design=Design.draws(parameters),
            parameters=parameters.take(1),
            strategies=tuple(chosen.values()),
            practice=practice,
            start=request.start,
            policy_start=request.policy_start,
            horizon=request.horizon,
            outcomes=(request.outcome, COST),
            replicates=request.replicates,
            seed=request.seed,
            budget=request.budget,
            common_luck=False,
        )
    else:
        store = Store(request.sweep)
        read_cases(store, (first, second), request.outcome, request.tolerance)
        parameters = _of_sweep(store)
    return DiscoverInputs(
        system=system,
        parameters=parameters,
        strategies=list(chosen.values()),
        reference=second,
        files=own_files(chosen, request.practice, drawn),
        practice=practice,
        scenario=scenario,
        names=(first, second),
    )


def _of_sweep(store: Store) -> ParameterSet:
    """The draws of a sweep; what it does not vary is at the default."""
    points = store.points().drop(columns="point")
    values = np.repeat(as_set(Parameters()).values, len(points), axis=0)
    values[:, [INDEX[name] for name in points.columns]] = points.to_numpy()
    about = store.about
    note = f"{about['design']} ({about['parameters_note']})"
    return ParameterSet(values, about["parameters_status"], note)


def run(
    request: DiscoverRequest, inputs: DiscoverInputs, folder: RunFolder, progress: Progress
) -> Discovered:
    """Run what is missing of the sweep, and look for conditions."""
    if inputs.scenario is None:
        store = Store(str(request.sweep))
    else:
        store = sweep(
            inputs.scenario,
            folder.path / RUNS,
            executor=request.executor,
            workers=request.workers,
            scheduler=request.scheduler,
            progress=lambda share, message: progress(SHARE * share, message),
        )
    idle = idle_parameters(inputs.strategies, inputs.practice)
    cases = read_cases(store, inputs.names, request.outcome, request.tolerance, idle)
    result = discover(
        cases,
        request.depth,
        request.least,
        request.permutations,
        request.seed,
        lambda share, message: progress(SHARE + (1 - SHARE) * share, message),
    )
    stamp = parameters_line(inputs.parameters.status, inputs.parameters.note)
    setting = (
        f"{cases.cheaper} against {cases.dearer}: {inputs.practice.name}, {inputs.sites}, "
        f"{request.horizon} months from {request.policy_start}"
    )
    return Discovered(result, cases, stamp, setting, store)


def write(made: Discovered, folder: Path, request: DiscoverRequest) -> None:
    """Write the tables, the sentences, the runs and the figure."""
    result, cases = made.result, made.cases
    write_csv(result.boxes, folder / "boxes.csv")
    write_csv(result.limits, folder / "limits.csv")
    table = pd.DataFrame(
        {
            "difference": cases.difference.mean(axis=1),
            "as_good": cases.good,
            "sought": result.half,
        }
    )
    varied = pd.DataFrame(cases.values, columns=list(cases.names))
    draws = pd.concat([table, varied], axis=1)
    write_csv(draws, folder / "draws.csv")
    (folder / "conditions.txt").write_text(report(made) + "\n", encoding="utf-8")
    if request.sweep is None:
        made.store.merge(folder / "runs.parquet")
    if request.figures:
        units = {name: SPECS[name].unit for name in cases.names}
        figure = plots.plot_discovery(
            draws, result.boxes, result.limits, units, made.stamp, made.setting
        )
        plots.save(figure, folder, "discovery")


def headline(inputs: DiscoverInputs, made: Discovered) -> str:
    """What a reader must know of all results."""
    return made.headline


def report(made: Discovered) -> str:
    """What the terminal shows at the end."""
    return f"{made.headline}\n\n{words(made.result, made.cases)}"
