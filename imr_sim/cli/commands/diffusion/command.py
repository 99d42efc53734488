"""`imr-sim diffusion`: everything that is measured of one diffusion, as tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from imr_sim import plots
from imr_sim.cli.commands.diffusion.measures import measures, tests
from imr_sim.cli.commands.diffusion.request import DiffusionRequest
from imr_sim.cli.inputs import Inputs, choose_parameters, choose_strategies, own_files
from imr_sim.cli.progress import Progress
from imr_sim.cli.run_folder import RunFolder
from imr_sim.csv_files import write_csv
from imr_sim.diffusion import (
    Cascades,
    DiffusionNetwork,
    HazardRegression,
    cascades,
    category_table,
    ego_alter_changes,
    from_history,
    hazard,
    hazard_regression,
    read_diffusion,
    transmissions,
    write_graphml,
    write_person_periods,
    write_r,
)
from imr_sim.errors import RequestError
from imr_sim.experiment import simulate
from imr_sim.practice import load_practice
from imr_sim.strategies import SiteFacts
from imr_sim.system import load_system

CONTENTS = {
    "account.txt": "what was read, left out and why",
    "measures.csv": "one row a node: time, exposure at the end, threshold, categories, infection",
    "hazard.csv": "one row a period: at risk, adopters, exits, hazard, survival, with intervals",
    "categories.csv": "nodes by time of adoption and by threshold",
    "tests.csv": "one row a test of the whole network, with its error, or why there is none",
    "regression.csv": "the discrete-time hazard regression",
    "changes.csv": "what ego and alter of each tie did, by period",
    "person_periods.csv": "one row a node and period at risk, for a hazard model elsewhere",
    "transmissions.csv": "simulated: who came to know, when, and from whom",
    "cascades.csv": "simulated: how far news travelled from where it came in",
    "network.graphml": "the network with times and attributes, for Gephi and igraph",
    "network.R": "rebuilds the network in R from nodes.csv, ties.csv and spells.csv",
    "nodes.csv": "nodes, for R",
    "ties.csv": "ties, for R",
    "spells.csv": "starts and stops with their reasons, for R",
    "adopters": "adopters, users and the hazard over time",
    "thresholds": "threshold of each node by time of adoption",
    "infectiousness": "infectiousness of each adopter against its susceptibility",
    "network": "the network at three periods",
    "cascade": "simulated: the largest cascade of news",
}
SCRATCH = ()
MOST_ROWS = 1_000_000
"""Nodes times periods at risk: more make files of gigabytes, and a fit of minutes."""


@dataclass
class DiffusionInputs(Inputs):
    """What a run works on: the user's network, or what a history is made of."""

    network: DiffusionNetwork | None = None

    def about(self) -> dict[str, Any]:
        """What the manifest says of the inputs: of data, none of a model."""
        if self.network is None:
            return super().about()
        return {"nodes": self.network.n, "account": self.network.described()}

    @property
    def headline(self) -> str:
        """What a reader must know of all results."""
        return "Data as read." if self.network is not None else super().headline


@dataclass(frozen=True)
class Measured:
    """A network and all that was measured of it."""

    network: DiffusionNetwork
    lag: int
    reach: int
    nodes: pd.DataFrame
    tests: pd.DataFrame
    regression: HazardRegression | str
    news: pd.DataFrame | None
    cascades: Cascades | None


def load(request: DiffusionRequest) -> DiffusionInputs:
    """Read the data, or load what the history is made of."""
    practice = load_practice(request.practice)
    parameters = choose_parameters(
        request.parameters, practice, request.draw + 1, request.draw + 1, request.seed
    )
    chosen = choose_strategies([request.strategy])
    strategy = next(iter(chosen.values()))
    if request.ties is None:
        system = load_system(request.system)
        strategy.check(SiteFacts.of(system))
        files = own_files(chosen, request.practice, request.parameters["set"])
        return DiffusionInputs(system, parameters, [strategy], strategy.name, files, practice)
    network = read_diffusion(
        Path(request.ties), None if request.nodes is None else Path(request.nodes),
        form=request.form, directed=request.directed, tells=request.tells, id=request.id,
        time=request.time, adopted=request.adopted, stop=request.stop,
        stop_reason=request.stop_reason,
        spells=None if request.spells is None else Path(request.spells), never=request.never,
        first=request.first, last=request.last, unit=request.unit,
        nominations=request.nominations,
    )  # fmt: skip
    named = {"ties": request.ties, "nodes": request.nodes, "spells": request.spells}
    files = {what: path for what, path in named.items() if path is not None}
    system = load_system("small")  # of no use here; what is known of the run does not name it
    return DiffusionInputs(
        system, parameters, [strategy], strategy.name, files, practice, network=network
    )


def run(
    request: DiffusionRequest, inputs: DiffusionInputs, folder: RunFolder, progress: Progress
) -> Measured:
    """Measure everything; what has no answer says why."""
    network, news = inputs.network, None
    if network is None:
        network, news = _simulated(request, inputs, progress)
    progress(0.4, "measuring")
    nodes = measures(network, request.lag, request.reach)
    progress(0.5, "testing")
    tested = tests(network, request)
    progress(0.9, "fitting the hazard")
    return Measured(
        network=network,
        lag=request.lag,
        reach=request.reach,
        nodes=nodes,
        tests=tested,
        regression=_regression(network, request),
        news=news,
        cascades=None if news is None else cascades(news),
    )


def _simulated(
    request: DiffusionRequest, inputs: DiffusionInputs, progress: Progress
) -> tuple[DiffusionNetwork, pd.DataFrame]:
    """One history as a network, and who heard from whom in it."""
    history = simulate(
        inputs.system,
        inputs.parameters,
        inputs.strategies[0],
        practice=inputs.practice,
        start=request.start,
        months=request.months,
        policy_start=request.policy_start,
        seed=request.seed,
        budget=request.budget,
        threads=request.threads,
        events=True,
    )
    last = len(inputs.parameters) - 1
    network = from_history(history, of=request.of, draw=last)
    return network, transmissions(history, draw=last)


def _regression(network: DiffusionNetwork, request: DiffusionRequest) -> HazardRegression | str:
    if not request.terms:
        return "not asked for"
    if at_risk(network) > MOST_ROWS:
        return f"more than {MOST_ROWS:,} rows, one a node and period"
    try:
        return hazard_regression(
            network,
            request.terms,
            link=request.link,
            baseline=request.baseline,
            cluster=request.cluster,
            lag=request.lag,
        )
    except RequestError as refusal:
        return str(refusal)


def at_risk(network: DiffusionNetwork) -> int:
    """Rows of person-periods: one a node and period at risk."""
    return int(hazard(network)["at_risk"].sum())


def write(result: Measured, folder: Path, request: DiffusionRequest) -> None:
    """Write tables, exports and figures."""
    network = result.network
    (folder / "account.txt").write_text(network.described() + "\n", encoding="utf-8")
    write_csv(result.nodes, folder / "measures.csv")
    write_csv(hazard(network), folder / "hazard.csv")
    write_csv(category_table(network, lag=result.lag).reset_index(), folder / "categories.csv")
    write_csv(result.tests, folder / "tests.csv")
    write_csv(ego_alter_changes(network), folder / "changes.csv")
    if isinstance(result.regression, HazardRegression):
        table = result.regression.table.rename_axis("term").reset_index()
        write_csv(table, folder / "regression.csv")
    if at_risk(network) <= MOST_ROWS:
        write_person_periods(network, folder / "person_periods.csv", lag=result.lag)
    write_graphml(network, folder / "network.graphml")
    write_r(network, folder)
    if result.news is not None and result.cascades is not None:
        write_csv(result.news, folder / "transmissions.csv")
        write_csv(result.cascades.table, folder / "cascades.csv")
    if request.figures:
        _figures(result, folder)


def _figures(result: Measured, folder: Path) -> None:
    network = result.network
    plots.save(plots.plot_adopters(network), folder, "adopters")
    plots.save(plots.plot_thresholds(network, lag=result.lag), folder, "thresholds")
    plots.save(plots.plot_infectiousness(network, reach=result.reach), folder, "infectiousness")
    if network.n <= plots.MOST_NODES:
        plots.save(plots.plot_network(network), folder, "network")
    if result.news is not None and len(result.news):
        plots.save(plots.plot_cascade(result.news), folder, "cascade")


def headline(inputs: DiffusionInputs, result: Measured) -> str:
    """What a reader must know of all results."""
    return inputs.headline


def report(result: Measured) -> str:
    """What the terminal shows at the end."""
    network = result.network
    lines = [network.described(), ""]
    for row in result.tests.to_dict("records"):
        lines.append(f"  {row['test']:<32} {row['says']}")
    if isinstance(result.regression, HazardRegression):
        fit = result.regression
        lines += ["", f"Hazard of adoption ({fit.link}, {fit.adoptions} adoptions):"]
        for term in fit.table.rename_axis("term").reset_index().to_dict("records"):
            span = f"{term['coefficient']:.2f} [{term['lo']:.2f}, {term['hi']:.2f}]"
            lines.append(f"  {term['term']:<32} {span}, p {term['p']:.3f}")
        lines.append(f"  {fit.caution}")
    else:
        lines += ["", f"No hazard regression: {result.regression}"]
    if result.cascades is not None and len(result.cascades.table):
        largest = result.cascades.table.iloc[0]
        shares = ", ".join(f"{name} {share:.0%}" for name, share in result.cascades.shares.items())
        lines += [
            "",
            f"News came by {shares}. Largest cascade: {largest['size']:,} people in "
            f"{largest['stations']} VAMCs, {largest['depth']} passings-on.",
        ]
    if network.n > plots.MOST_NODES:
        lines.append(f"No picture of the network: more than {plots.MOST_NODES:,} nodes.")
    return "\n".join(lines)
