"""`imr-sim diffusion`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="measure diffusion: exposure, thresholds, hazard, contagion, of your data or a history",
    usage="imr-sim diffusion [ties=FILE nodes=FILE] [key=value ...]",
    examples="""\
  imr-sim diffusion ties=ties.csv nodes=people.csv time=toa last=18
  imr-sim diffusion ties=survey.csv nominations=[advice_*,friend_*] time=month never=[99]
  imr-sim diffusion ties=network.gexf directed=false terms=[exposure,role] cluster=team
  imr-sim diffusion strategy=facilitation policy_start=2012-01
  imr-sim diffusion of=staff system=small months=120 out=small_diffusion""",
    request="DiffusionRequest",
)
