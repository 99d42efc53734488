"""Facilitation: how many VAMCs at once and how intensely, when scale weakens it.

    python experiments/facilitation_dose.py

With the settings of ``configs/experiment/facilitation_dose.yaml``; writes
docs/studies/facilitation_dose.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import hydra
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from omegaconf import DictConfig
from study import (
    Study,
    Words,
    cell,
    clear,
    composed,
    estimate,
    make,
    mean_cell,
    names,
    run,
    scenario_of,
    signed,
    site_cost,
    usual_costs,
)
from study_figures import SERIES, band_line, zero

import imr_sim as imr
from imr_sim.experiment import Design
from imr_sim.model.parameters import SPECS, ParameterSet
from imr_sim.plots.panels import placed_axes
from imr_sim.plots.style import GREY, PALE, new_figure, styled
from imr_sim.strategies import Component, Strategy, When, Who

MOST_DOSE = 2.0
LEVER = "facilitation"
OUTCOME = "added_vamc_years"


def compute(config: DictConfig) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Every number of VAMCs at every dose, with and without a budget, and without the penalty."""
    draws = usual_costs(imr.posterior().take(config.draws))
    sites = [int(n) for n in config.sites]
    free = {("no budget", n, float(d)) for n in sites for d in config.doses}
    held = {("budget", n, config.effort / n) for n in sites if config.effort / n <= MOST_DOSE}
    whole = {("no penalty", n, 1.0) for n in sites}
    cells = sorted(free | held)
    years = _years(config, draws, cells, "")
    unweakened = draws.replace(facilitation_scale_penalty=1.0)
    years |= _years(config, unweakened, sorted(whole), "without the penalty: ")
    rows = []
    for key, values in years.items():
        plan, n, dose = key
        usd = n * site_cost(LEVER, dose, config.months)
        rows.append({"part": plan, "sites": n, "dose": dose, "usd": usd, **estimate(values)})
    for plan, dose in [("no budget", float(d)) for d in config.doses] + [("budget", None)]:
        line = [k for k in cells if k[0] == plan and dose in (None, k[2])]
        for before, after in pairwise(sorted(line, key=lambda k: k[1])):
            change = years[after] - years[before]
            where = {"sites": after[1], "from_sites": before[1], "dose": dose}
            worse = {"p_worse": float(np.mean(change < 0))}
            rows.append({"part": f"step, {plan}", **where, **estimate(change), **worse})
    penalty = draws.column("facilitation_scale_penalty")
    facts = {"histories": len(draws), "penalty": [float(x) for x in _ninety(penalty)]}
    return pd.DataFrame(rows), facts


def _ninety(values: np.ndarray) -> np.ndarray:
    return np.array([values.mean(), *np.quantile(values, [0.05, 0.95])])


def _years(
    config: DictConfig, draws: ParameterSet, cells: list[tuple[str, int, float]], what: str
) -> dict[tuple[str, int, float], np.ndarray]:
    """Added VAMC-years in each draw, by plan, sites and dose."""
    arms = {key: _arm(config, f"c{i}", *key[1:]) for i, key in enumerate(cells)}
    scenario = scenario_of(
        config,
        draws,
        system=imr.load_system(config.system),
        design=Design.draws(draws),
        strategies=["none", *arms.values()],
        reference="none",
        outcomes=[OUTCOME],
        common_luck=False,
    )
    store = run(config, scenario, what)
    return {key: store.array(OUTCOME, arm.name)[:, 0] for key, arm in arms.items()}


def _arm(config: DictConfig, name: str, sites: int, dose: float) -> Strategy:
    """Sites are nested: those of a smaller number are among those of a larger one."""
    who = Who(rule="random", sites=sites, only=("not_providing",))
    part = Component(LEVER, dose=dose, who=who, when=When(months=config.months))
    return composed(name, f"{sites} VAMCs at dose {dose:g}", part)


@styled
def figure(table: pd.DataFrame, about: Mapping[str, Any]) -> Figure:
    """Added VAMC-years over the number of VAMCs: without a budget at each dose; at one budget."""
    settings = about["settings"]
    drawn, box = new_figure(
        2.9,
        "Facilitation: more VAMCs, or more at each?",
        f"{about['sites']} sites, {settings['horizon']} months from {settings['policy_start']}, "
        f"{settings['months']} of facilitation; {about['histories']} posterior draws",
        about["stamp"],
        "VAMC-years of providing IMR, minus no strategy in the same history. Lines: means; dark "
        "bands: 90% interval of the mean; pale band: 50% of single histories (left: of dose 1). "
        f"Dotted: {_scale():g} VAMCs at once, from where on the penalty is whole.",
        (0.55, 0.1),
    )
    bottom = box.bottom * drawn.get_figheight() + 0.45
    left = placed_axes(drawn, 0.55, bottom, 3.15, 2.2)
    right = placed_axes(drawn, 4.25, bottom, 2.65, 2.2)
    for look, dose in zip(SERIES[1:], settings["doses"], strict=False):
        _draw(left, _line(table, "no budget", dose), look, f"dose {dose:g}", dose == 1.0)
    _draw(left, _line(table, "no penalty"), SERIES[0], "dose 1, no penalty", False)
    budget = settings["effort"] * site_cost(LEVER, 1.0, settings["months"]) / 1e6
    held = _line(table, "budget")
    _draw(right, held, SERIES[0], f"US$ {budget:.2f} million", True)
    right.legend(loc="upper right", frameon=False)
    for _, row in held.iterrows():
        right.annotate(
            f"{row['dose']:.2g}",
            (row["sites"], row["mean"]),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
        )
    left.set_title("no budget", loc="left")
    right.set_title("one budget (dose at the points)", loc="left")
    left.legend(loc="upper left", frameon=False, labelspacing=0.2, handlelength=2.4)
    for axes in (left, right):
        zero(axes)
        axes.axvline(_scale(), color=GREY, linewidth=0.8, linestyle=":", zorder=0)
        axes.set_xlabel("VAMCs facilitated at once")
        axes.set_ylabel("VAMC-years added")
        axes.grid(axis="y", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_xlim(0, 1.06 * max(settings["sites"]))
    return drawn


def _scale() -> float:
    return SPECS["facilitation_scale_sites"].default


def _line(table: pd.DataFrame, plan: str, dose: float | None = None) -> pd.DataFrame:
    rows = table[table["part"] == plan]
    rows = rows if dose is None else rows[rows["dose"] == dose]
    return rows.sort_values("sites")


def _draw(axes: Any, rows: pd.DataFrame, look: tuple, label: str, spread: bool) -> None:
    if spread:
        axes.fill_between(rows["sites"], rows["q25"], rows["q75"], color=look[0], alpha=0.08, lw=0)
    band_line(axes, rows["sites"].to_numpy(), rows, look)
    axes.lines[-1].set_label(label)


def words(table: pd.DataFrame, about: Mapping[str, Any]) -> Words:
    """What the page says."""
    settings = about["settings"]
    sites, doses = settings["sites"], settings["doses"]
    findings = []
    for dose in doses:
        line = _line(table, "no budget", dose)
        steps = table[(table["part"] == "step, no budget") & (table["dose"] == dose)]
        top = line.loc[line["mean"].idxmax()]
        findings.append(
            f"**Dose {dose:g}, no budget.** From {line.iloc[0]['sites']:.0f} to "
            f"{line.iloc[-1]['sites']:.0f} VAMCs the gain goes from "
            f"{signed(line.iloc[0], 'VAMC-years')} to {signed(line.iloc[-1], 'VAMC-years')}; the "
            f"largest mean is at {top['sites']:.0f}. {_steps(steps)}"
        )
    free, whole = _line(table, "no budget", 1.0), _line(table, "no penalty")
    if len(free):
        findings.append(
            f"**The penalty.** At dose 1 and {sites[-1]} VAMCs the gain is "
            f"{signed(free.iloc[-1], 'VAMC-years')}; if scale did not weaken facilitation it "
            f"would be {signed(whole.iloc[-1], 'VAMC-years')}. In the draws "
            f"{about['penalty'][0]:.2f} of the strength is left at full scale (90% of draws "
            f"{about['penalty'][1]:.2f} to {about['penalty'][2]:.2f})."
        )
    held = _line(table, "budget")
    top = held.loc[held["mean"].idxmax()]
    budget = settings["effort"] * site_cost(LEVER, 1.0, settings["months"]) / 1e6
    findings.append(
        f"**One budget of US$ {budget:.2f} million.** The largest mean is at "
        f"{top['sites']:.0f} VAMCs with dose {top['dose']:.2g}"
        + (
            ", the fewest VAMCs and highest dose that were tried"
            if top.equals(held.iloc[0])
            else ""
        )
        + f": {signed(top, 'VAMC-years')}. "
        f"{held.iloc[0]['sites']:.0f} VAMCs at dose {held.iloc[0]['dose']:.2g} give "
        f"{signed(held.iloc[0], 'VAMC-years')}, {held.iloc[-1]['sites']:.0f} at dose "
        f"{held.iloc[-1]['dose']:.2g} {signed(held.iloc[-1], 'VAMC-years')}. "
        f"{_steps(table[table['part'] == 'step, budget'])}"
    )
    rows = [
        (
            r["part"],
            f"{r['sites']:.0f}",
            f"{r['dose']:.2g}",
            f"{r['usd'] / 1e6:.2f}",
            cell(r),
            mean_cell(r),
        )
        for _, r in table[table["usd"].notna()].iterrows()
    ]
    columns = ["plan", "VAMCs", "dose", "US$ million", "VAMC-years added", "mean added"]
    said = (
        f"{about['sites']} sites; from {settings['policy_start']} on, facilitation for "
        f"{settings['months']} months at VAMCs that do not provide IMR, all from the first month, "
        "chosen at random so that those of a smaller number are among those of a larger; "
        f"outcomes after {settings['horizon']} months. Without a budget at doses "
        f"{names([f'{d:g}' for d in doses])}; with one, the dose falls as the number of VAMCs "
        f"rises, so that every point costs the same. Two VAMCs at once get the whole strength, "
        f"{_scale():g} or more the strength of full scale, those between in proportion. All cells "
        f"meet the same {about['histories']} draws and the same luck; US$ are default costs of "
        "the whole plan."
    )
    limits = (
        "That facilitation weakens at scale was seen in other programmes (E30); its size, the "
        "straight line and the number of VAMCs at which it is whole are judgements. Where more "
        "becomes worse follows from these.",
        "The penalty falls on all VAMCs as soon as one more is added, and looks at VAMCs, not at "
        "hours: half doses at many VAMCs are weakened as whole ones are.",
        "The effect on the decision is exponential in the dose (log hazard), an assumption that "
        "favours high doses at few VAMCs.",
    )
    return Words(said, findings, pd.DataFrame(rows, columns=columns), limits)


def _steps(steps: pd.DataFrame) -> str:
    """Where more VAMCs are worse, step by step."""
    worse = [
        f"{row['from_sites']:.0f} to {row['sites']:.0f} ({signed(row)}; worse in "
        f"{row['p_worse']:.0%} of histories)"
        for _, row in steps.iterrows()
        if clear(row) and row["mean"] < 0
    ]
    flat = [
        f"{row['from_sites']:.0f} to {row['sites']:.0f}"
        for _, row in steps.iterrows()
        if not clear(row)
    ]
    said = (
        f"More becomes worse from {'; '.join(worse)}."
        if worse
        else "No step to more VAMCs can be told to make it worse."
    )
    return said + (f" Neither better nor worse can be told for {names(flat)}." if flat else "")


STUDY = Study(
    name="facilitation_dose",
    title="Facilitation: dose-response under a scale penalty",
    question="How much does facilitation add as it goes to more VAMCs or gets more intense, with "
    "and without a fixed budget, and where does more become worse?",
    compute=compute,
    figure=figure,
    words=words,
    rests_on=(
        "facilitation_scale_penalty",
        "prompt_facilitation",
        "facilitation_startup",
        "a0",
        "d0",
    ),
)


@hydra.main(
    config_path="../configs/experiment", config_name="facilitation_dose", version_base="1.3"
)
def main(config: DictConfig) -> None:
    """Run the study and write its page."""
    make(STUDY, config)


if __name__ == "__main__":
    main()
