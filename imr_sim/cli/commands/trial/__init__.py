"""`imr-sim trial`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="imitate studies of whole sites: past trials and roll-outs, or a planned one",
    usage="imr-sim trial FILE|NAME... [key=value ...]",
    examples="""\
  imr-sim trial all
  imr-sim trial e53_job_seekers e08_indiana_imr draws=200
  imr-sim trial my_trial.yaml parameters=prior out=planned""",
    request="TrialRequest",
    names="trials",
)
