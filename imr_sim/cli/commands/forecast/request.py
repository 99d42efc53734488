"""What `imr-sim forecast` may be asked."""

from __future__ import annotations

from imr_sim.cli.commands.calibrate.request import LAST_YEAR_USED, YEARS, FitRequest
from imr_sim.cli.request.keys import key


class ForecastRequest(FitRequest):
    """A fit to what was known up to a year, and the years after it."""

    train_until: int = key(LAST_YEAR_USED, "Write a year, e.g. 2015.", **YEARS)
    last_year: int = key("last year to forecast", "Write a year, e.g. 2020.", **YEARS)
