"""`imr-sim describe`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="describe system, parameters, practices, strategies, trials, or the schedule",
    usage="imr-sim describe system|parameters|practices|strategies|trials|schedule [key=value ...]",
    examples="""\
  imr-sim describe system
  imr-sim describe system system=small out=my_system
  imr-sim describe parameters
  imr-sim describe practices
  imr-sim describe strategies
  imr-sim describe trials
  imr-sim describe schedule""",
    request="DescribeRequest",
    actions=("system", "parameters", "practices", "strategies", "trials", "schedule"),
    runs=False,
    keys="Keys (describe system only), with their defaults:",
)
