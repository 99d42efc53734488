"""`imr-sim simulate`: histories under one strategy, site by site and month by month."""

from __future__ import annotations

from imr_sim import plots
from imr_sim.analysis.curves import tidy_curves
from imr_sim.cli.inputs import load_inputs
from imr_sim.cli.overrides import compose_request
from imr_sim.cli.progress import Progress
from imr_sim.cli.requests import SimulateRequest, check_request
from imr_sim.cli.results import config_text, list_files, manifest, write_parquet
from imr_sim.cli.run_folder import free_path
from imr_sim.cli.session import INTERRUPTED, Session
from imr_sim.experiment import simulate

USUAL_DRAWS = 20
CONTENTS = {
    "curves.csv": "each outcome by month: mean and quantiles over histories",
    "site_months.parquet": "one row a history, month and site: status, staff, fidelity, events",
    "events.parquet": "who learned of IMR from whom or what, who championed, which site started",
    "timeline": "the first history: awareness, champions, starts and stops",
}
