"""A diffusion network for other programs: NetworkX, GraphML, CSV, R."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from imr_sim.csv_files import write_csv
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.diffusion.regression import person_periods
from imr_sim.errors import RequestError

R_SCRIPT = """# Rebuilds the network in R with netdiffuseR (install.packages("netdiffuseR")).
# Run it in this folder: Rscript network.R
nodes <- read.csv("nodes.csv", colClasses = c(name = "character"))
ties <- read.csv("ties.csv", colClasses = c(ego = "character", alter = "character"))
spells <- read.csv("spells.csv", colClasses = c(name = "character"))
first <- {first}L
last <- {last}L
n <- nrow(nodes)

# One matrix a period: row i holds the weights of those whom i names or hears from.
at <- function(period) {{
  begun <- is.na(ties$first) | ties$first <= period
  now <- ties[begun & (is.na(ties$last) | ties$last >= period), ]
  Matrix::sparseMatrix(
    i = match(now$ego, nodes$name), j = match(now$alter, nodes$name), x = now$weight,
    dims = c(n, n), dimnames = list(nodes$name, nodes$name)
  )
}}
graph <- lapply(first:last, at)
names(graph) <- first:last

# NA is never: nobody is coded as an adopter after the end.
network <- netdiffuseR::new_diffnet(
  graph, toa = as.integer(nodes$adoption_time), t0 = first, t1 = last,
  vertex.static.attrs = nodes, undirected = {undirected}
)
stopifnot(netdiffuseR::nnodes(network) == n)
stopifnot(sum(!is.na(network$toa)) == {adopters}L)
# netdiffuseR's own measures know no stops; spells.csv holds them.
stopifnot(nrow(spells) == {spells}L)
print(network)
"""


def to_networkx(network: DiffusionNetwork) -> Any:
    """A MultiDiGraph (MultiGraph when undirected) with all ties, times and attributes.

    Nodes have ``adoption_time`` (absent for never), ``stop_time`` (of the last spell, where it
    ended) and their attributes; edges ``weight``, ``layer``, and ``first``, ``last`` where bounded.
    """
    graph = nx.MultiDiGraph() if network.directed else nx.MultiGraph()
    graph.graph |= {"first": network.first, "last": network.last, "unit": network.unit}
    if network.origin:
        graph.graph["origin"] = network.origin
    table = node_table(network)
    for name, row in zip(network.names, table.to_dict("records"), strict=True):
        graph.add_node(
            str(name), **{str(k): v for k, v in row.items() if k != "name" and _there(v)}
        )
    ties = network.ties if network.directed else network.ties[network.ties.ego < network.ties.alter]
    names = network.names
    for tie in ties.to_dict("records"):
        data = {k: tie[k] for k in ("weight", "layer", "first", "last") if _there(tie[k])}
        graph.add_edge(str(names[tie["ego"]]), str(names[tie["alter"]]), **data)
    return graph


def write_graphml(network: DiffusionNetwork, path: str | Path) -> Path:
    """Write GraphML, as Gephi, igraph and NetworkX read it."""
    return _written(Path(path), lambda p: nx.write_graphml(to_networkx(network), p))


def node_table(network: DiffusionNetwork) -> pd.DataFrame:
    """One row a node: ``name, adoption_time, stop_time``, its observation, attributes."""
    stops = network.spells.groupby("node")["stop"].last().reindex(range(network.n))
    table = pd.DataFrame(
        {
            "name": network.names,
            "adoption_time": network.times,
            "stop_time": stops.to_numpy(dtype=float),
            "entry": network.entry,
            "exit": network.exit,
        }
    )
    extra = network.nodes.reset_index(drop=True)
    return pd.concat([table, extra[[c for c in extra if c not in table]]], axis=1)


def write_person_periods(network: DiffusionNetwork, path: str | Path, *, lag: int = 1) -> Path:
    """Write `person_periods` as CSV, for a hazard model in any program."""
    table = person_periods(network, lag=lag)
    return _written(Path(path), lambda p: write_csv(table, p))


def write_r(network: DiffusionNetwork, folder: str | Path) -> Path:
    """Write ``nodes.csv, ties.csv, spells.csv`` and ``network.R``, which rebuilds it in R.

    Returns
    -------
    Path
        The script. It checks in R that as many nodes, adopters and spells came over.
    """
    folder = Path(folder)
    names = network.names
    ties = network.ties.assign(ego=names[network.ties["ego"]], alter=names[network.ties["alter"]])
    spells = network.spells.assign(name=names[network.spells["node"]])
    spells = spells[["name", "start", "stop", "reason", "stop_reason"]]
    tables = {"nodes.csv": node_table(network), "ties.csv": ties, "spells.csv": spells}
    for name, table in tables.items():
        _written(folder / name, partial(write_csv, table))
    script = R_SCRIPT.format(
        first=network.first,
        last=network.last,
        undirected="FALSE" if network.directed else "TRUE",
        adopters=int((~np.isnan(network.times)).sum()),
        spells=len(spells),
    )
    return _written(folder / "network.R", lambda p: p.write_text(script, encoding="utf-8"))


def _there(value: Any) -> bool:
    return not (value is None or (isinstance(value, float) and np.isnan(value)))


def _written(path: Path, write: Any) -> Path:
    """Write through a temporary file, so that nothing half-written stays."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(path)
    except (OSError, csv.Error) as failure:
        part.unlink(missing_ok=True)
        raise RequestError(
            str(path),
            where="export",
            why=f"it cannot be written ({getattr(failure, 'strerror', failure)})",
            write="Name a place that you may write to.",
        ) from failure
    return path
