"""Network: how adoption depends on the density of ties and on ties between VISNs.

    python experiments/network.py

With the settings of ``configs/experiment/network.yaml``; writes docs/studies/network.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any, NamedTuple

import hydra
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from omegaconf import DictConfig
from study import (
    NORMAL_90,
    Study,
    Words,
    cell,
    clear,
    estimate,
    level,
    make,
    mean_cell,
    names,
    run,
    scenario_of,
    signed,
)
from study_figures import HOW_TO_READ, SERIES, band_line, spread_mark, zero

import imr_sim as imr
from imr_sim.checks import whole_number
from imr_sim.cli.progress import Progress
from imr_sim.experiment import Design
from imr_sim.model.parameters import ParameterSet
from imr_sim.plots.panels import placed_axes
from imr_sim.plots.style import PALE, new_figure, styled
from imr_sim.system import System, TieShape, network_statistics, with_generated_ties
from imr_sim.system.ties_build import USUAL

OUTCOMES = ("vamcs_providing", "aware_staff")
Cell = tuple[float, float]


class Found(NamedTuple):
    """Outcomes of one network, each of shape (draws,), and the statistics of its ties."""

    outcomes: dict[str, np.ndarray]
    ties: dict[str, float]


def compute(config: DictConfig) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Several networks a cell; every network meets the same draws and the same luck."""
    whole_number("networks", config.networks, 2, 1000)
    draws = imr.posterior().take(config.draws)
    system = imr.load_system(config.system)
    usual = (1.0, 1 - USUAL.same_visn_share)
    cells = list(dict.fromkeys([*product(config.density, config.between_visn), usual]))
    jobs = list(product(cells, range(config.networks)))
    progress, done = Progress(quiet=config.quiet), []

    def one(job: tuple[Cell, int]) -> Found:
        at, k = job
        found = _run(config, with_generated_ties(system, config.ties_seed + k, _shape(at)), draws)
        done.append(job)
        progress(len(done) / len(jobs), f"{len(done)} of {len(jobs)} networks")
        return found

    with ThreadPoolExecutor(config.workers or os.cpu_count() or 1) as pool:
        results = dict(zip(jobs, pool.map(one, jobs), strict=True))
    progress.finish()
    rows = []
    for outcome in results[jobs[0]].outcomes:
        # (networks, draws) of each cell
        values = {
            at: np.stack([results[at, k].outcomes[outcome] for k in range(config.networks)])
            for at in cells
        }
        for at in cells:
            where = {"density": at[0], "between_visn": at[1], "outcome": outcome}
            rows.append({"part": "cell", **where, **_estimate(values[at])})
            gap = _estimate(values[at] - values[usual])
            rows.append({"part": "against usual", **where, **gap})
    for at in cells:
        ties = pd.DataFrame([results[at, k].ties for k in range(config.networks)])
        for name in ties:
            where = {"density": at[0], "between_visn": at[1], "outcome": name}
            known = {"mean": ties[name].mean(), "lo": ties[name].min(), "hi": ties[name].max()}
            rows.append({"part": "ties", **where, **known})
    return pd.DataFrame(rows), {"histories": len(draws), "usual": list(usual)}


def _shape(at: Cell) -> TieShape:
    """Ties of a cell: all degrees times the density, `between_visn` of them beyond the VISN."""
    density, beyond = at
    return TieShape(
        team_size=1 + density * (USUAL.team_size - 1),
        bridge_degree=density * USUAL.bridge_degree,
        between_degree=density * USUAL.between_degree,
        same_visn_share=1 - beyond,
        coordinator_national_degree=density
        * USUAL.coordinator_national_degree
        * beyond
        / (1 - USUAL.same_visn_share),
    )


def _run(config: DictConfig, system: System, draws: ParameterSet) -> Found:
    scenario = scenario_of(
        config,
        draws,
        system=system,
        design=Design.draws(draws),
        outcomes=OUTCOMES,
        at=[str(config.early)],
        common_luck=False,
    )
    store = run(config, scenario, quiet=True)
    ends = ("", f"_{str(config.early).replace('-', '_')}")
    outcomes = {f"{o}{e}": store.array(f"{o}{e}", "none")[:, 0] for o in OUTCOMES for e in ends}
    table = network_statistics(system)
    within, between = table.loc["within"], table.loc["between"]
    beyond = between["mean_degree"] * (1 - between["same_visn"]) if between["ties"] else 0.0
    return Found(
        outcomes,
        {
            "degree within": within["mean_degree"],
            "clustering within": within["clustering"],
            "degree between": between["mean_degree"],
            "clustering between": between["clustering"],
            "ties to other VISNs": beyond,
        },
    )


def _estimate(values: np.ndarray) -> dict[str, float]:
    """Estimates from (networks, draws): both vary, so the mean is as sure as both allow.

    ``network_sd``: spread between generated networks that meet the same draw and luck.
    """
    found = estimate(values.ravel())
    networks, draws = values.shape
    variance = values.mean(axis=0).var(ddof=1) / draws
    variance += values.mean(axis=1).var(ddof=1) / networks
    half = NORMAL_90 * float(np.sqrt(variance))
    sd = float(np.sqrt(values.var(axis=0, ddof=1).mean()))
    bounds = {"mean_lo": found["mean"] - half, "mean_hi": found["mean"] + half}
    return {**found, **bounds, "network_sd": sd, "sd": float(values.std(ddof=1))}


def _rows(table: pd.DataFrame, part: str, outcome: str, density: float) -> pd.DataFrame:
    hit = (table["part"] == part) & (table["outcome"] == outcome) & (table["density"] == density)
    return table[hit].sort_values("between_visn")


@styled
def figure(table: pd.DataFrame, about: Mapping[str, Any]) -> Figure:
    """Awareness early on, and adoption at the end against the usual ties."""
    settings = about["settings"]
    early = f"aware_staff_{settings['early'].replace('-', '_')}"
    x = np.array(sorted(table["between_visn"].dropna().unique()))
    drawn, box = new_figure(
        2.75,
        "Density of ties, and ties between VISNs",
        f"{about['sites']} sites without any strategy; {settings['networks']} generated networks a "
        f"cell x {about['histories']} posterior draws",
        about["stamp"],
        "Left: lines are means, bands the 90% interval of the mean over networks and draws. Right: "
        "against the usual ties (density 1, a quarter leave the VISN) with the same draws and "
        f"luck. {HOW_TO_READ}",
        (0.55, 0.1),
    )
    bottom = box.bottom * drawn.get_figheight() + 0.45
    left = placed_axes(drawn, 0.75, bottom, 2.55, 2.2)
    right = placed_axes(drawn, 3.95, bottom, 2.95, 2.2)
    for i, (look, density) in enumerate(zip(SERIES[1:], settings["density"], strict=False)):
        rows = _rows(table, "cell", early, density)
        band_line(left, rows["between_visn"].to_numpy(), rows, look)
        left.lines[-1].set_label(f"density {density:g}")
        shift = 0.035 * (i - (len(settings["density"]) - 1) / 2)
        for _, row in _rows(table, "against usual", "vamcs_providing", density).iterrows():
            spread_mark(right, row["between_visn"] + shift, row, look[0], look[1])
    left.set_ylabel(f"staff aware of IMR, {settings['early']} (number)")
    low, top = left.get_ylim()
    left.set_ylim(low, top + 0.35 * (top - low))
    left.legend(loc="upper left", frameon=False, labelspacing=0.2, handlelength=2.4)
    zero(right)
    right.set_ylabel(f"VAMCs providing, {_last(settings)}, difference")
    for axes in (left, right):
        axes.set_xticks(x, [f"{v:g}" for v in x])
        axes.set_xlabel("share of ties between VAMCs that leave the VISN")
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
    return drawn


def _last(settings: Mapping[str, Any]) -> str:
    return str(pd.Period(settings["policy_start"], "M") + settings["horizon"] - 1)


def words(table: pd.DataFrame, about: Mapping[str, Any]) -> Words:
    """What the page says."""
    settings, usual = about["settings"], tuple(about["usual"])
    early = settings["early"].replace("-", "_")
    dense, beyond = settings["density"], settings["between_visn"]

    def at(part: str, outcome: str, where: Cell) -> pd.Series:
        rows = _rows(table, part, outcome, where[0])
        return rows[np.isclose(rows["between_visn"], where[1])].iloc[0]

    gap = "against usual"
    end, sparse, thick = "vamcs_providing", (dense[0], usual[1]), (dense[-1], usual[1])
    home, away = (usual[0], beyond[0]), (usual[0], beyond[-1])
    usual_end = at("cell", end, usual)
    gaps = table[(table["part"] == gap) & (table["outcome"] == end)]
    moved = gaps[gaps["sd"] > 0]
    told = [row for _, row in moved.iterrows() if clear(row)]
    findings = [
        f"With the usual ties {level(usual_end, 'VAMCs')} provide IMR at the end of "
        f"{_last(settings)}, and {level(at('cell', f'aware_staff_{early}', usual), 'staff')} are "
        f"aware of it at the end of {settings['early']}. **Density.** With {dense[0]:g} times the "
        f"ties, early awareness differs by "
        f"{signed(at(gap, f'aware_staff_{early}', sparse), 'staff', 0)}, early adoption by "
        f"{signed(at(gap, f'{end}_{early}', sparse), 'VAMCs')} and final adoption by "
        f"{signed(at(gap, end, sparse), 'VAMCs')}; with {dense[-1]:g} times the ties by "
        f"{signed(at(gap, f'aware_staff_{early}', thick), 'staff', 0)}, "
        f"{signed(at(gap, f'{end}_{early}', thick), 'VAMCs')} and "
        f"{signed(at(gap, end, thick), 'VAMCs')}.",
        f"**Ties between VISNs.** At the usual density and where {beyond[0]:.0%} of the ties "
        f"between VAMCs leave the VISN instead of {usual[1]:.0%}, final adoption differs by "
        f"{signed(at(gap, end, home), 'VAMCs')}; where {beyond[-1]:.0%} do, by "
        f"{signed(at(gap, end, away), 'VAMCs')}. Of {len(moved)} cells, {len(told)} can be told "
        "from the usual ties in final adoption.",
        f"**Network luck.** Networks generated alike, with the same draw and luck, differ by a "
        f"standard deviation of {usual_end['network_sd']:.1f} VAMCs in final adoption, where all "
        f"histories together have {usual_end['sd']:.1f}. Intervals hold it.",
    ]
    rows = []
    for where in sorted({(r.density, r.between_visn) for r in gaps.itertuples()}):
        told_ties = {n: at("ties", n, where)["mean"] for n in _names(table)}
        difference = at(gap, end, where)
        rows.append(
            (
                f"{where[0]:g}",
                f"{where[1]:g}",
                f"{told_ties['degree within']:.1f}",
                f"{told_ties['clustering within']:.2f}",
                f"{told_ties['degree between']:.1f}",
                f"{told_ties['clustering between']:.3f}",
                f"{told_ties['ties to other VISNs']:.2f}",
                cell(at("cell", f"aware_staff_{early}", where), 0, sign=False),
                cell(at("cell", end, where), 0, sign=False),
                "usual" if difference["sd"] == 0 else cell(difference),
                "" if difference["sd"] == 0 else mean_cell(difference),
            )
        )
    columns = ["density", "beyond VISN", "degree within", "clustering within", "degree between"]
    columns += ["clustering between", "ties to other VISNs", f"aware, {settings['early']}", "VAMCs"]
    columns += ["against usual", "mean difference"]
    said = (
        f"{about['sites']} sites from January 2004 to {_last(settings)}, no strategy, sites and "
        f"staff as they are. Ties are generated anew with {names([f'{d:g}' for d in dense])} "
        "times the usual number (larger teams and more bridges within a VAMC, more ties between "
        f"VAMCs), of which {names([f'{b:g}' for b in beyond])} of those between VAMCs leave the "
        "VISN; coordinators' ties beyond the VISN follow. Each cell has "
        f"{settings['networks']} generated networks, and each network the same "
        f"{about['histories']} draws and the same luck. The table holds means over the networks "
        "of degree (ties a person) and clustering (mean local coefficient)."
    )
    limits = (
        "The draws were fitted on one network with the usual ties. Rates are per tie, so denser "
        "ties also mean more hearing in all; with other ties the fit would have given other rates.",
        "How VA staff are tied is not known; all networks, the usual one as well, are generated "
        "by assumptions ([system](../system.md)).",
        "Ties do not change over time, and carry awareness and peers' support alone; moves "
        "between VAMCs go by `transfer_same_visn`, not by ties.",
    )
    return Words(said, findings, pd.DataFrame(rows, columns=columns), limits)


def _names(table: pd.DataFrame) -> list[str]:
    return list(table[table["part"] == "ties"]["outcome"].unique())


STUDY = Study(
    name="network",
    title="Network: density, and ties between VISNs",
    question="How do early awareness and final adoption depend on how many ties staff have, and "
    "on how many of them lead out of the VISN?",
    compute=compute,
    figure=figure,
    words=words,
    rests_on=("beta_within", "beta_between", "s_peers", "media", "forgetting", "b_awareness"),
)


@hydra.main(config_path="../configs/experiment", config_name="network", version_base="1.3")
def main(config: DictConfig) -> None:
    """Run the study and write its page."""
    make(STUDY, config)


if __name__ == "__main__":
    main()
