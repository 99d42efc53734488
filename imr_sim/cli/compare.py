"""`imr-sim compare`: strategies side by side, and all that a planner needs to judge them."""

from __future__ import annotations

from pathlib import Path

from imr_sim import plots
from imr_sim.analysis import Comparison, planner_table
from imr_sim.cli.inputs import load_inputs
from imr_sim.cli.overrides import compose_request
from imr_sim.cli.progress import Progress
from imr_sim.cli.requests import CompareRequest, check_request
from imr_sim.cli.results import config_text, list_files, manifest, write_parquet
from imr_sim.cli.run_folder import free_path
from imr_sim.cli.session import INTERRUPTED, Session
from imr_sim.experiment import compare

USUAL_DRAWS = 200
CONTENTS = {
    "summary.csv": "the planner's table, one row a strategy; _lo and _hi bound 90% (docs/cli.md)",
    "curves.parquet": "each outcome by month and strategy: mean and quantiles over histories",
    "sites.parquet": "each site under each strategy: P(provides), P(provides because of it)",
    "adoption": "VAMCs providing IMR over time, by strategy",
    "differences": "VAMCs gained over the reference, with 50% and 90% intervals",
    "cost": "cost against added VAMC-years, and the strategies worth their money",
    "map": "where the sites are that a strategy would win",
}


def run(argv: list[str], session: Session) -> int:
    """Compare strategies, write the folder, print the table; returns the exit code."""
    fields = CompareRequest.model_fields
    request = check_request(CompareRequest, compose_request("compare", fields, argv))
    path = free_path(request.out, "compare")
    inputs = load_inputs(request, USUAL_DRAWS)
    folder = session.open_folder(path, manifest("compare", request, inputs), config_text(request))
    progress = Progress(request.quiet)
    comparison = compare(
        inputs.system,
        inputs.parameters,
        inputs.strategies,
        request.reference,
        start=request.start,
        policy_start=request.policy_start,
        horizon=request.horizon,
        replicates=request.replicates,
        seed=request.seed,
        budget=request.budget,
        threads=request.threads,
        progress=progress,
    )
    progress.finish()
    with folder.staging(CONTENTS) as stage:
        comparison.table().to_csv(stage / "summary.csv", index=False, lineterminator="\n")
        write_parquet(comparison.curves_frame(), stage / "curves.parquet")
        write_parquet(comparison.sites_frame(), stage / "sites.parquet")
        if request.figures:
            _draw(comparison, stage)
    if not folder.close("done"):
        return INTERRUPTED
    print(planner_table(comparison))
    print(list_files(folder))
    return 0


def _draw(comparison: Comparison, stage: Path) -> None:
    for name, plot in (
        ("adoption", plots.plot_adoption),
        ("differences", plots.plot_differences),
        ("cost", plots.plot_cost),
        ("map", plots.plot_map),
    ):
        plots.save(plot(comparison), stage, name)
