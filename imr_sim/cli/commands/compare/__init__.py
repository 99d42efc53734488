"""`imr-sim compare`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="compare dissemination strategies from one policy date on (the main job)",
    usage="imr-sim compare [key=value ...]",
    examples="""\
  imr-sim compare
  imr-sim compare budget=5e6 horizon=120
  imr-sim compare strategies=[facilitation,champions,my_strategy.yaml] reference=none
  imr-sim compare system=small draws=20 out=first_look
  imr-sim compare parameters=prior parameters.media=0.1""",
    request="CompareRequest",
)
