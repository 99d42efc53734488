"""`imr-sim compare`: strategies side by side, and all that a planner needs to judge them."""

from __future__ import annotations

from pathlib import Path

from imr_sim import plots
from imr_sim.analysis import Comparison, planner_table
from imr_sim.cli.commands.compare.request import CompareRequest
from imr_sim.cli.inputs import Inputs, choose_strategies, load_inputs, with_reference
from imr_sim.cli.progress import Progress
from imr_sim.cli.run_folder import RunFolder
from imr_sim.cli.tables import write_parquet
from imr_sim.csv_files import write_csv
from imr_sim.experiment import compare

USUAL_DRAWS = 200
CONTENTS = {
    "summary.csv": "the planner's table, one row a strategy; _lo and _hi bound 90% (docs/cli.md)",
    "curves.parquet": "each outcome by month and strategy: mean and quantiles over histories",
    "sites.parquet": "each site under each strategy: P(provides), P(provides because of it)",
    "adoption": "VAMCs providing {practice} over time, by strategy",
    "forest": "VAMCs gained over the reference, with 50% and 90% intervals",
    "cost": "cost against added VAMC-years, and the strategies worth their money",
    "map": "where the sites are that a strategy would win",
}
SCRATCH = ()


def load(request: CompareRequest) -> Inputs:
    """Load the strategies, the draws and the system that the request names."""
    chosen = choose_strategies(request.strategies)
    reference = with_reference(chosen, request.reference)
    return load_inputs(request, USUAL_DRAWS, chosen, reference)


def run(
    request: CompareRequest, inputs: Inputs, folder: RunFolder, progress: Progress
) -> Comparison:
    """Compare the strategies that the request names."""
    return compare(
        inputs.system,
        inputs.parameters,
        inputs.strategies,
        inputs.reference,
        practice=inputs.practice,
        start=request.start,
        policy_start=request.policy_start,
        horizon=request.horizon,
        replicates=request.replicates,
        luck_draws=request.luck_draws,
        seed=request.seed,
        budget=request.budget,
        threads=request.threads,
        progress=progress,
    )


def write(comparison: Comparison, folder: Path, request: CompareRequest) -> None:
    """Write the tables and the figures."""
    write_csv(comparison.table(), folder / "summary.csv")
    write_parquet(comparison.curves_frame(), folder / "curves.parquet")
    write_parquet(comparison.sites_frame(), folder / "sites.parquet")
    if request.figures:
        plots.save(plots.plot_adoption(comparison), folder, "adoption")
        plots.save(plots.plot_forest(comparison), folder, "forest")
        plots.save(plots.plot_cost(comparison), folder, "cost")
        plots.save(plots.plot_map(comparison), folder, "map")


def headline(inputs: Inputs, comparison: Comparison) -> str:
    """What a reader must know of all results."""
    return inputs.headline


def report(comparison: Comparison) -> str:
    """What the terminal shows at the end."""
    return planner_table(comparison)
