"""`imr-sim simulate`: histories under one strategy, site by site and month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from imr_sim import plots
from imr_sim.analysis import parameters_line, setting, support_line
from imr_sim.analysis.curves import tidy_curves
from imr_sim.calibration import fitted_observation
from imr_sim.cli.commands.simulate.request import SimulateRequest
from imr_sim.cli.commands.sweep.inputs import SweepInputs, load_sweep
from imr_sim.cli.inputs import Inputs, choose_strategies, load_inputs
from imr_sim.cli.progress import Progress
from imr_sim.cli.request.read import read_request
from imr_sim.cli.run_folder import RunFolder
from imr_sim.cli.tables import write_parquet, write_parquet_parts
from imr_sim.csv_files import write_csv
from imr_sim.experiment import simulate
from imr_sim.model.batch import identities
from imr_sim.model.history import History
from imr_sim.model.outcomes import monthly_outcomes
from imr_sim.model.state import parameter_records
from imr_sim.studies import STUDIES, StudyResult, check_plan

USUAL_DRAWS = 20
CONTENTS = {
    "curves.csv": "each outcome by month: mean and quantiles over histories",
    "site_months.parquet": "one row a history, month and site: status, staff, fidelity, changes",
    "study.csv": "what the virtual study found: one row a number, with its spread",
    "events.parquet": "who learned of {practice} from whom, who championed, which site started",
    "timeline": "the first history: awareness, champions, starts and stops",
}
SCRATCH = ()
REPORTED = ("vamcs_providing", "aware_staff", "champions", "fidelity")


@dataclass(frozen=True)
class Simulated:
    """Histories, and their outcomes by month."""

    history: History
    curves: pd.DataFrame
    policy_date: pd.Timestamp
    study: StudyResult | None


def load(request: SimulateRequest) -> Inputs:
    """Load the strategy, the draws and the system that the request names."""
    if request.sweep is not None:
        swept = load_sweep(read_request("sweep", [f"resume={request.sweep}"]))
        _check_study(request, swept)
        return swept
    chosen = choose_strategies([request.strategy])
    reference = next(iter(chosen.values())).name
    inputs = load_inputs(request, USUAL_DRAWS, chosen, reference)
    _check_study(request, inputs)
    return inputs


def _check_study(request: SimulateRequest, inputs: Inputs) -> None:
    if request.study is not None:
        when = (str(request.start), request.months)
        check_plan(request.study, inputs.system, *when, request.study_date, request.study_size)


def run(
    request: SimulateRequest, inputs: Inputs, folder: RunFolder, progress: Progress
) -> Simulated:
    """Simulate the histories that the request asks for."""
    if isinstance(inputs, SweepInputs) and request.row is not None:
        point, replicate = request.row
        history = inputs.scenario.history(point, replicate, request.strategy, events=request.events)
    else:
        history = simulate(
            inputs.system,
            inputs.parameters,
            inputs.strategies[0],
            practice=inputs.practice,
            start=request.start,
            months=request.months,
            policy_start=request.policy_start,
            replicates=request.replicates,
            seed=request.seed,
            budget=request.budget,
            threads=request.threads,
            events=request.events,
            progress=progress,
        )
    policy_date = pd.Timestamp(str(request.policy_start))
    policy_index = int(history.months.searchsorted(policy_date))
    draws, replicates, months, sites = history.shape
    _, _, values = identities(history.parameters, replicates)
    record = history.record.reshape(-1, months, sites)
    outcomes = monthly_outcomes(record, parameter_records(values))
    curves = {name: v.reshape(draws, replicates, months) for name, v in outcomes.items()}
    curves["cost_usd"] = history.cost_usd
    if history.support_usd is not None:
        curves["support_usd"] = history.support_usd
    table = tidy_curves(history.strategy, curves, history.months, policy_index)
    return Simulated(history, table, policy_date, _study(request, history))


def _study(request: SimulateRequest, history: History) -> StudyResult | None:
    """Do the study that the request asks for."""
    if request.study is None:
        return None
    study = STUDIES[request.study]
    date = request.study_date or study.date
    sees = fitted_observation(history.parameters)
    return study.run(history, date, size=request.study_size, seed=request.seed, observation=sees)


def write(result: Simulated, folder: Path, request: SimulateRequest) -> None:
    """Write the tables and the figure."""
    history = result.history
    write_csv(result.curves, folder / "curves.csv")
    write_parquet_parts(_draw_by_draw(history), folder / "site_months.parquet")
    if result.study is not None:
        write_csv(result.study.table(), folder / "study.csv")
    if history.events is not None:
        write_parquet(history.events, folder / "events.parquet")
    if request.figures:
        parameters = history.parameters
        figure = plots.plot_timeline(
            _part(history, 0, 1).to_frame(),
            status=parameters.status,
            note=parameters.note,
            policy_date=None if history.strategy == "none" else result.policy_date,
            invented=history.system.invented,
            practice=history.practice,
            invented_practice=history.invented_practice,
        )
        plots.save(figure, folder, "timeline")


def headline(inputs: Inputs, result: Simulated) -> str:
    """What a reader must know of all results."""
    return inputs.headline


def report(result: Simulated) -> str:
    """What the terminal shows at the end: the last month, over histories."""
    history = result.history
    draws, replicates, months, sites = history.shape
    last = result.curves[result.curves["date"] == history.months[-1]].set_index("quantity")
    spreads = setting(history.practice, history.invented_practice, sites, history.system.invented)
    lines = [
        parameters_line(history.parameters.status, history.parameters.note),
        f"{spreads}, {months} months to {history.months[-1]:%B %Y} under {history.strategy!r}; "
        f"{draws * replicates} histories ({draws} parameter draws x {replicates}), "
        f"seed {history.seed}",
        "Last month: mean over histories, and the central 90% of them",
    ]
    for name in REPORTED:
        row = last.loc[name]
        lines.append(f"  {name:<16} {row['mean']:10,.1f} [{row['q05']:,.1f}, {row['q95']:,.1f}]")
    if history.support_usd is not None:
        lines.append(support_line(history.practice, history.support_usd))
    if result.study is not None:
        lines += ["", result.study.text()]
    return "\n".join(lines)


def _part(history: History, draw: int, replicates: int) -> History:
    """The first `replicates` histories of one draw."""
    part = (slice(draw, draw + 1), slice(replicates))
    return replace(
        history,
        record=history.record[part],
        factors=history.factors[part],
        cost_usd=history.cost_usd[part],
    )


def _draw_by_draw(history: History) -> Iterator[pd.DataFrame]:
    """Site-months of one draw at a time: all of them at once may not fit in memory."""
    for draw in range(history.shape[0]):
        yield _part(history, draw, history.shape[1]).to_frame().assign(draw=draw)
