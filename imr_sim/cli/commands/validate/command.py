"""`imr-sim validate`: is the calibration right, and what does it not say?"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from imr_sim import durable, plots
from imr_sim.calibration import files as fit_files
from imr_sim.calibration.agreement import full_against_bank
from imr_sim.calibration.bank import Bank, make_bank
from imr_sim.calibration.fidelity import fidelity_pattern
from imr_sim.calibration.identify import identifiability, too_few_without
from imr_sim.calibration.mechanisms import compare_mechanisms
from imr_sim.calibration.predictive import EXACT, predictive_table, prior_worlds
from imr_sim.calibration.refit import AGAIN, refit
from imr_sim.calibration.sbc import CONFIDENCE, Ranks, ecdf_band, ecdf_points, rank_truth
from imr_sim.cli.commands.validate.request import ValidateRequest
from imr_sim.cli.inputs import Inputs
from imr_sim.cli.progress import Progress
from imr_sim.cli.run_folder import RunFolder
from imr_sim.csv_files import write_csv
from imr_sim.model import shipped
from imr_sim.model.parameters import ParameterSet
from imr_sim.system import load_system

PARTS = "parts"
NOT_JUDGED = pd.DataFrame(columns=["world", "parameter", "z"])
CONTENTS = {
    "predictive.csv": "P1 to P6: what studies would see, prior and posterior, and what they saw",
    "fidelity.csv": "P7: fidelity after the start, supported or not, and what was published",
    "calibration_ranks.csv": "one row a made-up world and parameter: rank of the truth (0 to 1)",
    "simulation_based_calibration.csv": "one row a parameter: coverage, ranks against their band",
    "full_sampler.csv": "worlds that the full sampler judged too: its posterior against the bank's",
    "identifiability.csv": "one row a parameter: prior, posterior, which evidence informs it",
    "mechanisms.csv": "the model with each mechanism switched off: evidence and predictive fit",
    "predictive": "P1 to P6: what studies would see, prior and posterior, and what they saw",
    "fidelity": "P7: fidelity after the start, with support and without",
    "ranks": "ECDF of the ranks of the truth with its 99% band, and their histogram",
    "parameters": "prior and posterior of every parameter that the data inform",
    "mechanisms": "log evidence and predictive fit without each mechanism",
}
SCRATCH = (PARTS,)


@dataclass(frozen=True)
class Validated:
    """All tables of a validation."""

    note: str
    predictive: pd.DataFrame
    fidelity: pd.DataFrame
    ranks: pd.DataFrame
    sbc: pd.DataFrame
    agreement: pd.DataFrame
    parameters: pd.DataFrame
    mechanisms: pd.DataFrame

    @property
    def headline(self) -> str:
        """What a reader must know of all results."""
        return f"validation of: {self.note}"


def load(request: ValidateRequest) -> Inputs:
    """Load the calibration that is to be judged."""
    files = _files(request)
    system = load_system(request.system)
    _, manifest = fit_files.read_manifest(files)
    fit_files.check_belongs(files, manifest, system)
    values = shipped.read_draws(files.draws).values
    own = {} if request.calibration == "shipped" else {"calibration": str(files.draws)}
    return Inputs(
        system, ParameterSet(values, "posterior", manifest["note"], manifest), [], "", own
    )


def _files(request: ValidateRequest) -> fit_files.Files:
    if request.calibration == "shipped":
        return fit_files.Files.shipped()
    return fit_files.Files.of(Path(request.calibration))


def run(
    request: ValidateRequest, inputs: Inputs, folder: RunFolder, progress: Progress
) -> Validated:
    """Judge it part by part; a part that is done is not done again."""
    seed, system = request.seed, inputs.system
    kept = folder.path / PARTS
    kept.mkdir(exist_ok=True)

    def once(
        name: str, share: float, message: str, make: Callable[[], pd.DataFrame]
    ) -> pd.DataFrame:
        path = kept / name
        try:
            table = durable.read_sealed(path)
        except (FileNotFoundError, durable.Damaged):
            progress(share, message)
            table = make().to_csv(index=False).encode()
            durable.write_sealed(path, table)
        return pd.read_csv(io.BytesIO(table))

    found, manifest = fit_files.read_calibration(_files(request), system, request.threads)
    simulator = found.simulator

    def predicted() -> pd.DataFrame:
        worlds = {
            "prior": prior_worlds(simulator, request.predictive_draws, seed),
            "posterior": (found.features, simulator.space.observers(found.z)),
        }
        return predictive_table(simulator.likelihood, worlds, seed)

    def support() -> pd.DataFrame:
        n = min(request.fidelity_draws, len(inputs.parameters))
        return fidelity_pattern(system, inputs.parameters.take(n), seed, request.threads)

    predictive = once("predictive", 0.0, "predictive checks", predicted)
    fidelity = once("fidelity", 0.05, "fidelity with and without support", support)

    def fit(name: str) -> pd.DataFrame:
        return once(
            f"fit_{name}",
            0.1,
            "a second fit" if name == AGAIN else f"a fit without {name}",
            lambda: refit(
                found,
                name,
                request.refit_draws,
                manifest["until"],
                checkpoint=kept / f"fit_{name}.npz",
            ),
        )

    fits = [AGAIN, *too_few_without(found)] if request.refit_draws else []
    parameters = identifiability(found, {name: fit(name) for name in fits})
    mechanisms = once(
        "mechanisms",
        0.25,
        "histories without each mechanism",
        lambda: compare_mechanisms(
            found, request.mechanism_histories, request.looks, request.held_out_from, seed
        ),
    )
    banks: list[Bank] = []

    def bank() -> Bank:
        if not banks:
            banks.append(make_bank(simulator, request.bank, request.looks, seed))
        return banks[0]

    ranks = once(
        "ranks",
        0.35,
        "prior histories, to judge made-up worlds",
        lambda: rank_truth(bank(), request.worlds, seed).frame(),
    )

    def judged(world: int) -> pd.DataFrame:
        return once(
            f"full_sampler_{world}",
            0.5 + 0.5 * world / request.full_worlds,
            "the full sampler on made-up worlds",
            lambda: full_against_bank(bank(), request.worlds, world, seed),
        )

    worlds = [judged(world) for world in range(request.full_worlds)]
    agreement = pd.concat(worlds, ignore_index=True) if worlds else NOT_JUDGED
    return Validated(
        manifest["note"],
        predictive,
        fidelity,
        ranks,
        Ranks.of(ranks).table(),
        agreement,
        parameters,
        mechanisms,
    )


def write(result: Validated, folder: Path, request: ValidateRequest) -> None:
    """Write the tables and the figures."""
    tables = {
        "predictive": result.predictive,
        "fidelity": result.fidelity,
        "calibration_ranks": result.ranks,
        "simulation_based_calibration": result.sbc,
        "full_sampler": result.agreement,
        "identifiability": result.parameters,
        "mechanisms": result.mechanisms,
    }
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    if request.figures:
        plots.save(plots.plot_predictive(result.predictive), folder, "predictive")
        plots.save(plots.plot_fidelity(result.fidelity), folder, "fidelity")
        band = ecdf_band(len(result.ranks), ecdf_points(len(result.ranks)), CONFIDENCE)
        plots.save(plots.plot_ranks(result.ranks, band), folder, "ranks")
        plots.save(plots.plot_parameters(result.parameters), folder, "parameters")
        plots.save(plots.plot_mechanisms(result.mechanisms), folder, "mechanisms")


def headline(inputs: Inputs, result: Validated) -> str:
    """What a reader must know of all results."""
    return result.headline


def report(result: Validated) -> str:
    """What the terminal shows at the end."""
    banded = result.predictive[result.predictive["posterior_in_band"].notna()]
    inside = int((banded["posterior_in_band"].astype(str) == "True").sum())
    outside = result.sbc[~result.sbc["inside_band"]]["parameter"].tolist()
    silent = int(result.parameters["verdict"].str.contains("do not inform").sum())
    exact = result.predictive.set_index("quantity").loc[EXACT]
    lines = [
        result.headline,
        f"Predictive checks: {inside} of {len(banded)} observed figures in the 90% band",
        f"Ten factors classified as published: {exact['posterior_mean']:.2e} of studies, "
        f"{exact['posterior_mean'] / exact['prior_mean']:.1f} times the prior's",
        f"Made-up worlds: {len(result.ranks)}, each judged by "
        f"{result.ranks['effective'].median():.0f} effective histories (median); all parameters: "
        f"90% intervals cover {result.sbc['coverage_90'].mean():.1%}, 50% intervals "
        f"{result.sbc['coverage_50'].mean():.1%}",
        f"Ranks outside their 99% band: {', '.join(outside) or 'none'}",
        f"The data do not inform {silent} of {len(result.parameters)} parameters",
        "Without a mechanism: change of log evidence (standard error)",
    ]
    for r in result.mechanisms.iloc[1:].itertuples():
        change = f"{r.evidence_difference:+6.2f} ({r.evidence_difference_se:.2f})"
        lines.append(f"  {r.variant:<18} {change}  {r.verdict}")
    if len(result.agreement):
        z = result.agreement["z"]
        lines.append(
            f"Full sampler against the bank: {result.agreement['world'].nunique()} worlds, "
            f"{(z.abs() < 2).mean():.0%} of posterior means within two standard errors"
        )
    return "\n".join(lines)
