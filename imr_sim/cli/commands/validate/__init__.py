"""`imr-sim validate`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="put a calibration to the test: predictions, made-up worlds, mechanisms",
    usage="imr-sim validate [key=value ...]",
    examples="""\
  imr-sim validate
  imr-sim validate calibration=quick_look bank=2000 worlds=50 full_worlds=0 refit_draws=0""",
    request="ValidateRequest",
)
