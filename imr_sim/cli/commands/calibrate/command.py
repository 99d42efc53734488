"""`imr-sim calibrate`: from priors to a posterior, given what was observed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from imr_sim import plots
from imr_sim.calibration import Likelihood
from imr_sim.calibration import files as fit_files
from imr_sim.calibration.calibrate import Calibration, calibrate
from imr_sim.calibration.identify import identifiability
from imr_sim.calibration.inference_data import check_arviz, write_inference_data
from imr_sim.calibration.predictive import predictive_table, prior_worlds
from imr_sim.calibration.simulator import Simulator
from imr_sim.calibration.smc import Settings
from imr_sim.calibration.space import Space
from imr_sim.cli.commands.calibrate.request import CalibrateRequest, FitRequest
from imr_sim.cli.inputs import Inputs
from imr_sim.cli.progress import Progress
from imr_sim.cli.run_folder import RunFolder
from imr_sim.csv_files import write_csv
from imr_sim.errors import RequestError
from imr_sim.model.parameters import prior
from imr_sim.system import load_system

CHECKPOINT = "checkpoint.npz"
PRIOR_HISTORIES = 500  # that the posterior's predictions are compared with
CONTENTS = {
    "posterior.parquet": "one row a draw: the parameters, for parameters=<this file>",
    "points.parquet": "the same rows: observation parameters, key of the draw's history (luck), "
    "log likelihoods (ll_), points on the sampler's axes (z_)",
    "posterior.json": "what the draws belong to: model, system, evidence, settings",
    "posterior.nc": "the same for ArviZ: posterior, prior, log likelihood by target",
    "trace.csv": "one row a sweep: temperature, acceptance, distinct draws, log evidence",
    "identifiability.csv": "one row a parameter: prior, posterior, which evidence informs it",
    "predictive.csv": "what studies would see under prior and posterior, against what they saw",
    "tempering": "temperature, acceptance and memory of the sampler, sweep by sweep",
    "parameters": "prior and posterior of every parameter that the data inform",
    "predictive": "what studies would see under prior and posterior, against what they saw",
}
SCRATCH = (CHECKPOINT,)


@dataclass(frozen=True)
class Calibrated:
    """A posterior and what was asked for."""

    calibration: Calibration
    about: dict[str, Any]
    parameters: pd.DataFrame
    predictions: pd.DataFrame

    @property
    def headline(self) -> str:
        """What a reader must know of all results."""
        return f"posterior parameters: {self.about['note']}"


def load(request: FitRequest) -> Inputs:
    """Load and check all that the request names."""
    check_arviz()
    if request.bank < request.draws:
        raise RequestError(
            f"bank={request.bank}",
            where="command line",
            why=f"the run starts from fewer prior histories than it is to give draws "
            f"({request.draws})",
            write=f"Write bank={request.draws} or more.",
        )
    system = load_system(request.system)
    until = request.train_until  # type: ignore[attr-defined]
    Likelihood(system, request.start, request.targets, until)
    return Inputs(system, prior(request.draws, request.seed), [], "", {})


def fit(request: FitRequest, inputs: Inputs, folder: RunFolder, progress: Progress) -> Calibration:
    """Draw from the posterior, keeping a checkpoint in `folder`."""
    until = request.train_until  # type: ignore[attr-defined]
    likelihood = Likelihood(inputs.system, request.start, request.targets, until)
    simulator = Simulator(
        inputs.system, Space.of(), likelihood, request.start, request.seed, request.threads
    )
    settings = Settings(
        particles=request.draws,
        replicates=request.replicates,
        ess=request.ess,
        sweeps=request.sweeps,
        last_sweeps=request.last_sweeps,
        cheap=request.cheap,
        accept=request.accept,
        seed=request.seed,
    )
    return calibrate(
        simulator, settings, request.bank, checkpoint=folder.path / CHECKPOINT, progress=progress
    )


def run(
    request: CalibrateRequest, inputs: Inputs, folder: RunFolder, progress: Progress
) -> Calibrated:
    """Calibrate, and say what came out."""
    found = fit(request, inputs, folder, progress)
    simulator = found.simulator
    worlds = {
        "prior": prior_worlds(simulator, PRIOR_HISTORIES, request.seed),
        "posterior": (found.features, simulator.space.observers(found.z)),
    }
    return Calibrated(
        found,
        fit_files.about(found, request.bank, request.train_until),
        identifiability(found),
        predictive_table(simulator.likelihood, worlds, request.seed),
    )


def write(result: Calibrated, folder: Path, request: CalibrateRequest) -> None:
    """Write the draws, the tables and the figures."""
    fit_files.write(result.calibration, fit_files.Files.of(folder), result.about)
    write_inference_data(result.calibration, folder / "posterior.nc")
    trace = pd.DataFrame(result.calibration.trace)
    write_csv(trace, folder / "trace.csv")
    write_csv(result.parameters, folder / "identifiability.csv")
    write_csv(result.predictions, folder / "predictive.csv")
    if request.figures:
        plots.save(plots.plot_tempering(trace), folder, "tempering")
        plots.save(plots.plot_parameters(result.parameters), folder, "parameters")
        plots.save(plots.plot_predictive(result.predictions), folder, "predictive")


def headline(inputs: Inputs, result: Calibrated) -> str:
    """What a reader must know of all results."""
    return result.headline


def report(result: Calibrated) -> str:
    """What the terminal shows at the end."""
    table = result.parameters
    informed = table[~table["verdict"].str.contains("do not inform")]
    banded = result.predictions[result.predictions["posterior_in_band"].notna()]
    inside = int(banded["posterior_in_band"].sum())
    lines = [
        result.headline,
        f"log evidence {result.calibration.evidence:.1f}; {len(result.calibration.trace)} sweeps, "
        f"last acceptance {result.calibration.trace[-1]['acceptance']:.0%}",
        f"{inside} of {len(banded)} observed figures lie in the posterior's 90% bands",
        f"The data inform {len(informed)} of {len(table)} parameters:",
    ]
    lines += [
        f"  {r.parameter:<28} {r.posterior_mean:9.3g} (sd {r.posterior_sd:.2g}; "
        f"prior {r.prior_mean:.3g}, sd {r.prior_sd:.2g})"
        for r in informed.itertuples()
    ]
    lines.append("For all others the posterior is the prior: a judgement, not a finding.")
    return "\n".join(lines)
