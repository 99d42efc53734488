"""Every command, once: what it does, how it is called, which code answers; standard library only.

A new command is an entry here, its keys with their defaults in `configs/command/<name>.yaml`, a
request class that checks them, and, where `run_job` serves it, a module `imr_sim/cli/<name>.py`
with `CONTENTS`, `load`, `run`, `write` and `report` (see `imr_sim.cli.job.Work`).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

LONG = "imr_sim.cli.fit_job:run_long"


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes
    ----------
    purpose, usage, examples : str
        As `--help` prints them.
    request : str
        ``module:class`` of its request.
    entry : str
        ``module:function`` that runs it: called with the command's name, its arguments and the
        session, it returns the exit code.
    keys : str
        Heading of the list of keys.
    """

    purpose: str
    usage: str
    examples: str
    request: str
    entry: str = "imr_sim.cli.job:run_job"
    keys: str = "Keys, with their defaults:"


COMMANDS = {
    "compare": Command(
        purpose="compare dissemination strategies from one policy date on (the main job)",
        usage="imr-sim compare [key=value ...]",
        examples="""\
  imr-sim compare
  imr-sim compare budget=5e6 horizon=120
  imr-sim compare strategies=[facilitation,champions,my_strategy.yaml] reference=none
  imr-sim compare system=small draws=20 out=first_look
  imr-sim compare parameters=prior parameters.media=0.1""",
        request="imr_sim.cli.requests:CompareRequest",
    ),
    "simulate": Command(
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
        request="imr_sim.cli.requests:SimulateRequest",
    ),
    "sweep": Command(
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
        request="imr_sim.cli.sweep_request:SweepRequest",
        entry="imr_sim.cli.sweep:sweep",
    ),
    "sensitivity": Command(
        purpose="find what outcomes depend on, and how much of them is luck",
        usage="imr-sim sensitivity [key=value ...]",
        examples="""\
  imr-sim sensitivity
  imr-sim sensitivity parameters=posterior outcomes=[share_with_prrc] date=2017-12
  imr-sim sensitivity strategy=facilitation outcomes=[added_vamcs,cost_per_added_vamc_year]
  imr-sim sensitivity methods=[sobol] 'ranges={media: [0.05, 0.3], a0: [-6, -3]}'
  imr-sim sensitivity function=ishigami samples=4096
  imr-sim sensitivity resume=outputs/sensitivity/2026-01-31_08-00-00""",
        request="imr_sim.cli.sensitivity_request:SensitivityRequest",
        entry=LONG,
    ),
    "discover": Command(
        purpose="find the conditions under which a cheaper strategy is as good as a dearer one",
        usage="imr-sim discover [key=value ...]",
        examples="""\
  imr-sim discover
  imr-sim discover strategies=[webinars,training] outcome=vamc_years tolerance=12
  imr-sim sweep experiment=strategies_by_draw out=by_draw
  imr-sim discover sweep=by_draw strategies=[champions,facilitation] tolerance=2
  imr-sim discover resume=outputs/discover/2026-01-31_08-00-00""",
        request="imr_sim.cli.discover_request:DiscoverRequest",
        entry=LONG,
    ),
    "calibrate": Command(
        purpose="fit the parameters to what was observed: priors to a posterior",
        usage="imr-sim calibrate [key=value ...]",
        examples="""\
  imr-sim calibrate
  imr-sim calibrate targets=[census_by_kind,survey_bounds] out=without_interviews
  imr-sim calibrate draws=100 bank=500 sweeps=2 last_sweeps=3 out=quick_look
  imr-sim calibrate resume=quick_look
  imr-sim compare parameters=quick_look/posterior.parquet""",
        request="imr_sim.cli.fit_requests:CalibrateRequest",
        entry=LONG,
    ),
    "forecast": Command(
        purpose="fit to what was known up to a year, and forecast the years after it",
        usage="imr-sim forecast [key=value ...]",
        examples="""\
  imr-sim forecast
  imr-sim forecast train_until=2016 last_year=2025""",
        request="imr_sim.cli.fit_requests:ForecastRequest",
        entry=LONG,
    ),
    "validate": Command(
        purpose="put a calibration to the test: predictions, made-up worlds, mechanisms",
        usage="imr-sim validate [key=value ...]",
        examples="""\
  imr-sim validate
  imr-sim validate calibration=quick_look bank=2000 worlds=50 full_worlds=0 refit_draws=0""",
        request="imr_sim.cli.fit_requests:ValidateRequest",
        entry=LONG,
    ),
    "describe": Command(
        purpose="describe the system, parameters, practices, strategies, or the model's schedule",
        usage="imr-sim describe system|parameters|practices|strategies|schedule [key=value ...]",
        examples="""\
  imr-sim describe system
  imr-sim describe system system=small out=my_system
  imr-sim describe parameters
  imr-sim describe practices
  imr-sim describe strategies
  imr-sim describe schedule""",
        request="imr_sim.cli.requests:DescribeRequest",
        entry="imr_sim.cli.describe:describe",
        keys="Keys (describe system only), with their defaults:",
    ),
}


def found(place: str) -> Any:
    """The class or function at ``module:name``, imported only now."""
    module, name = place.split(":")
    return getattr(import_module(module), name)
