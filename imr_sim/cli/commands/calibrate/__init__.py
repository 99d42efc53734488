"""`imr-sim calibrate`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="fit the parameters to what was observed: priors to a posterior",
    usage="imr-sim calibrate [key=value ...]",
    examples="""\
  imr-sim calibrate
  imr-sim calibrate targets=[census_by_kind,survey_bounds] out=without_interviews
  imr-sim calibrate draws=100 bank=500 sweeps=2 last_sweeps=3 out=quick_look
  imr-sim calibrate resume=quick_look
  imr-sim compare parameters=quick_look/posterior.parquet""",
    request="CalibrateRequest",
)
