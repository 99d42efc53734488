"""`imr-sim forecast`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="fit to what was known up to a year, and forecast the years after it",
    usage="imr-sim forecast [key=value ...]",
    examples="""\
  imr-sim forecast
  imr-sim forecast train_until=2016 last_year=2025""",
    request="ForecastRequest",
)
