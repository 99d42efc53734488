"""`imr-sim forecast`: fit to what was known up to a year, forecast the years after it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim import plots
from imr_sim.calibration.forecast import Forecast, forecast
from imr_sim.cli.commands.calibrate.command import SCRATCH, fit, load
from imr_sim.cli.commands.forecast.request import ForecastRequest
from imr_sim.cli.inputs import Inputs
from imr_sim.cli.progress import Progress
from imr_sim.cli.run_folder import RunFolder
from imr_sim.cli.tables import write_parquet
from imr_sim.csv_files import write_csv
from imr_sim.evidence import facility_counts

__all__ = ["CONTENTS", "SCRATCH", "headline", "load", "report", "run", "write"]

CONTENTS = {
    "forecast.csv": "one row a year and group: reported share (mean, 90% band), and what came",
    "forecast_draws.parquet": "one row a draw, year and group: expected and reported share",
    "scores.csv": "CRPS of the years not used (share, 0 is best), against two naive forecasts",
    "forecast": "shares with 90% bands, what was known and what came",
}


@dataclass(frozen=True)
class Forecasted:
    """A forecast and its tables."""

    forecast: Forecast
    table: pd.DataFrame
    scores: pd.DataFrame

    @property
    def headline(self) -> str:
        """What a reader must know of all results."""
        draws = self.forecast.draws["draw"].nunique()
        return (
            f"forecast from evidence up to {self.forecast.train_until}: {draws} draws; shares of "
            "locations that say they offer IMR, not of VAMCs"
        )


def run(
    request: ForecastRequest, inputs: Inputs, folder: RunFolder, progress: Progress
) -> Forecasted:
    """Fit and forecast."""
    found = fit(request, inputs, folder, progress)
    first = min(year for year, _ in facility_counts())
    years = range(first, request.last_year + 1)
    made = forecast(found, years, request.train_until, request.seed)
    return Forecasted(made, made.table(), made.scores())


def write(result: Forecasted, folder: Path, request: ForecastRequest) -> None:
    """Write the tables and the figure."""
    write_csv(result.table, folder / "forecast.csv")
    write_parquet(result.forecast.draws, folder / "forecast_draws.parquet")
    write_csv(result.scores, folder / "scores.csv")
    if request.figures:
        plots.save(plots.plot_forecast(result.table, request.train_until), folder, "forecast")


def headline(inputs: Inputs, result: Forecasted) -> str:
    """What a reader must know of all results."""
    return result.headline


def report(result: Forecasted) -> str:
    """What the terminal shows at the end."""
    lines = [result.headline, "Year  group                  forecast (90% band)      came"]
    later = result.table[result.table["held_out"]]
    for r in later.to_dict("records"):
        came = ""
        if not np.isnan(r["observed"]):
            came = f"{r['observed']:6.1%} {'in' if r['in_band'] else 'OUT'}"
        band = f"{r['mean']:6.1%} ({r['lo']:5.1%} to {r['hi']:5.1%})"
        lines.append(f"{r['year']}  {r['group']:<22} {band}   {came}")
    judged = later[later["observed"].notna()]
    if len(judged):
        mean = result.scores.groupby("method")["crps"].mean()
        lines.append(f"{int(judged['in_band'].sum())} of {len(judged)} later figures in their band")
        lines.append(
            "Mean CRPS (points): " + "; ".join(f"{m} {100 * v:.2f}" for m, v in mean.items())
        )
    return "\n".join(lines)
