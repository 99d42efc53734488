"""`imr-sim trial`: what studies of whole sites would see, against what they saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from imr_sim import plots
from imr_sim.analysis import parameters_line
from imr_sim.cli.commands.trial.request import ALL, TrialRequest
from imr_sim.cli.inputs import SETS, Inputs, choose_parameters
from imr_sim.cli.progress import Progress
from imr_sim.cli.request.keys import wrong
from imr_sim.cli.run_folder import RunFolder
from imr_sim.csv_files import write_csv
from imr_sim.practice import load_practice
from imr_sim.strategies import load_strategy
from imr_sim.trials import Trial, TrialResult, load_trial, trial, trial_names
from imr_sim.trials.world import check_sites, system_of

USUAL_DRAWS = 400
CONTENTS = {
    "trial.csv": "one row an arm, outcome and month: predictive counts, and what was observed",
    "power.csv": "pairs of arms: the difference, and the chance that its interval leaves out zero",
    "trial": "shares of sites: the predictive band, and what was observed",
}
SCRATCH = ()
SHOWN = ["arm", "outcome", "month", "sites", "observed", "mean", "q05", "q95", "p_value"]
PAIRS = ["arm", "minus", "outcome", "month", "difference", "q05", "q95", "power"]


@dataclass
class TrialInputs(Inputs):
    """What a run works on, with the trials."""

    trials: list[Trial] = field(default_factory=list)


@dataclass(frozen=True)
class Imitated:
    """The trials as the model sees them."""

    results: list[TrialResult]
    table: pd.DataFrame
    power: pd.DataFrame
    line: str


def load(request: TrialRequest) -> TrialInputs:
    """Load the trials and the draws that the request names."""
    names = list(trial_names()) if request.trials == [ALL] else request.trials
    trials = [load_trial(name) for name in names]
    called = [t.name for t in trials]
    for name in called:
        if called.count(name) > 1:
            raise wrong(
                name, "two of the trials have this name", "Give your files names of their own."
            )
    for one in trials:
        check_sites(one)
    practice = load_practice("imr")
    parameters = choose_parameters(
        request.parameters, practice, request.draws, USUAL_DRAWS, request.seed
    )
    files = {
        f"trial {t.name}": name for t, name in zip(trials, names, strict=True) if t.name != name
    }
    if request.parameters["set"] not in SETS:
        files["parameters"] = request.parameters["set"]
    first = trials[0]
    none = load_strategy("none")
    system = system_of(first, first.arms[0].sites)
    return TrialInputs(system, parameters, [none], none.name, files, practice, trials=trials)


def run(
    request: TrialRequest, inputs: TrialInputs, folder: RunFolder, progress: Progress
) -> Imitated:
    """Imitate one trial after the other."""
    results = []
    for i, one in enumerate(inputs.trials):
        progress(i / len(inputs.trials), one.name)
        results.append(
            trial(
                one,
                inputs.parameters,
                seed=request.seed,
                sites=request.sites,
                threads=request.threads,
                discount=request.discount,
            )
        )
    table = pd.concat([r.table() for r in results], ignore_index=True)
    power = pd.concat([r.power() for r in results], ignore_index=True)
    return Imitated(results, table, power, inputs.headline)


def write(result: Imitated, folder: Path, request: TrialRequest) -> None:
    """Write the tables and the figure."""
    write_csv(result.table, folder / "trial.csv")
    if len(result.power):
        write_csv(result.power, folder / "power.csv")
    shares = share_rows(result.table, {r.trial.name: r.trial.title for r in result.results})
    if request.figures and len(shares):
        figure = plots.plot_trials(shares, "What studies of whole sites would see", result.line)
        plots.save(figure, folder, "trial")


def headline(inputs: TrialInputs, result: Imitated) -> str:
    """What a reader must know of all results."""
    return inputs.headline


def report(result: Imitated) -> str:
    """What the terminal shows at the end: every number, and what a plan could tell."""
    parameters = result.results[0].parameters
    blocks = [parameters_line(parameters.status, parameters.note)]
    for one in result.results:
        table = result.table[result.table["trial"] == one.trial.name]
        blocks.append(f"\n{one.trial.name}: {one.trial.title}")
        blocks.append(_printed(table[SHOWN]))
        power = result.power[result.power["trial"] == one.trial.name]
        if len(power) and not one.trial.published:
            blocks.append("  Chance that the 90% interval of a difference leaves out zero:")
            blocks.append(_printed(power[PAIRS]))
    return "\n".join(blocks)


def share_rows(table: pd.DataFrame, titles: dict[str, str]) -> pd.DataFrame:
    """Rows that are counts of sites, as shares."""
    counts = table[table["unit"] == "sites"].copy()
    counts["label"] = counts["trial"].map(titles)
    for name in ("q05", "q50", "q95"):
        counts[f"share_{name}"] = counts[name] / counts["sites"]
    for side in ("low", "high"):
        bound = counts[f"observed_{side}"]
        seen = bound.notna().any() and (
            counts["observed_low"].notna() | counts["observed_high"].notna()
        )
        end = 0.0 if side == "low" else counts["sites"]
        bound = bound.where(~pd.Series(seen, index=counts.index) | bound.notna(), end)
        counts[f"share_observed_{side}"] = counts["observed"].fillna(bound) / counts["sites"]
    return counts


def _printed(table: pd.DataFrame) -> str:
    text = table.to_string(index=False, float_format=lambda x: f"{x:.2f}", na_rep="")
    return "\n".join("  " + line for line in text.splitlines())
