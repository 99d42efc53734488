"""`imr-sim simulate`: histories under one strategy, site by site and month by month."""

from __future__ import annotations

from pathlib import Path

from imr_sim import plots
from imr_sim.cli.inputs import Inputs
from imr_sim.cli.progress import Progress
from imr_sim.cli.requests import SimulateRequest
from imr_sim.cli.tables import write_csv, write_parquet
from imr_sim.experiment import simulate
from imr_sim.model.history import History

USUAL_DRAWS = 20
CONTENTS = {
    "curves.csv": "each outcome by month: mean and quantiles over histories",
    "site_months.parquet": "one row a history, month and site: status, staff, fidelity, changes",
    "events.parquet": "who learned of IMR from whom or what, who championed, which site started",
    "timeline": "the first history: awareness, champions, starts and stops",
}


def run(request: SimulateRequest, inputs: Inputs, progress: Progress) -> History:
    """Simulate the histories that the request asks for."""
    return simulate(
        inputs.system,
        inputs.parameters,
        inputs.strategies[0],
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
