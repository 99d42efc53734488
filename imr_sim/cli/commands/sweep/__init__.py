"""`imr-sim sweep`."""

from imr_sim.cli.commands.about import Command

ABOUT = Command(
    purpose="run many histories over a design of parameter values, and keep a few outcomes",
    usage="""imr-sim sweep [key=value ...]
       imr-sim sweep resume=FOLDER
       imr-sim sweep status FOLDER
       imr-sim sweep merge FOLDER [out=FILE]""",
    examples="""\
  imr-sim sweep system=small design.points=50 out=first_sweep
  imr-sim sweep design=sobol design.points=1024 vary=[media,beta_within,a0]
  imr-sim sweep design=grid 'design.ranges={media: [0.05, 0.3], champion_rate: [0.02, 0.2]}'
  imr-sim sweep design=posterior strategies=[champions,facilitation] reference=none
  imr-sim sweep resume=first_sweep""",
    request="SweepRequest",
    actions=("status", "merge"),
    resumes_done=True,
)
