"""`imr-sim discover`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="find the conditions under which a cheaper strategy is as good as a dearer one",
    usage="imr-sim discover [key=value ...]",
    examples="""\
  imr-sim discover
  imr-sim discover strategies=[webinars,training] outcome=vamc_years tolerance=12
  imr-sim sweep experiment=strategies_by_draw out=by_draw
  imr-sim discover sweep=by_draw strategies=[champions,facilitation] tolerance=2
  imr-sim discover resume=outputs/discover/2026-01-31_08-00-00""",
    request="DiscoverRequest",
)
