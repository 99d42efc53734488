"""`imr-sim sensitivity`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="find what outcomes depend on, and how much of them is luck",
    usage="imr-sim sensitivity [key=value ...]",
    examples="""\
  imr-sim sensitivity
  imr-sim sensitivity parameters=posterior outcomes=[share_with_prrc] date=2017-12
  imr-sim sensitivity strategy=facilitation outcomes=[added_vamcs,cost_per_added_vamc_year]
  imr-sim sensitivity methods=[sobol] 'ranges={media: [0.05, 0.3], a0: [-6, -3]}'
  imr-sim sensitivity function=ishigami samples=4096
  imr-sim sensitivity resume=outputs/sensitivity/2026-01-31_08-00-00""",
    request="SensitivityRequest",
)
