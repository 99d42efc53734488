"""`imr-sim simulate`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="simulate histories of a practice (IMR) under one strategy",
    usage="imr-sim simulate [key=value ...]",
    examples="""\
  imr-sim simulate
  imr-sim simulate strategy=facilitation policy_start=2015-01
  imr-sim simulate practice=invented_training
  imr-sim simulate study=national_survey
  imr-sim simulate strategy=training policy_start=2021-01 months=252 study=facility_census \\
      study_date=2024-04
  imr-sim simulate system=small draws=4 events=true out=small_history""",
    request="SimulateRequest",
)
