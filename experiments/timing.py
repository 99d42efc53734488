"""Timing: the same budget at once, evenly, or when sensitive periods open.

    python experiments/timing.py

With the settings of ``configs/experiment/timing.yaml``; writes docs/studies/timing.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
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
    level,
    make,
    mean_cell,
    run,
    scenario_of,
    signed,
    site_cost,
    usual_costs,
)
from study_figures import HOW_TO_READ, SERIES, band_line, forest, zero

import imr_sim as imr
from imr_sim.experiment import Design
from imr_sim.plots.panels import placed_axes
from imr_sim.plots.style import PALE, new_figure, styled
from imr_sim.strategies import LEVER_TABLE, Component, Strategy, When, Who

TIMINGS = {
    "at_once": "at once",
    "evenly": "evenly",
    "sensitive": "as sensitive periods open",
    "evenly_sensitive": "evenly, in sensitive periods",
}
PAIRS = (
    ("evenly", "at_once"),
    ("sensitive", "at_once"),
    ("evenly_sensitive", "evenly"),
    ("evenly_sensitive", "at_once"),
)
LABELS = {lever.name: lever.label for lever in LEVER_TABLE}


def compute(config: DictConfig) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Each lever under each timing, in every draw, with the same luck."""
    draws = usual_costs(imr.posterior().take(config.draws))
    arms = {(k, t): _arm(config, k, t) for k in config.levers for t in TIMINGS}
    first = pd.Period(str(config.policy_start), "M")
    years = range(1, config.horizon // 12 + 1)
    at = [str(first + 12 * year - 1) for year in years if 12 * year < config.horizon]
    scenario = scenario_of(
        config,
        draws,
        system=imr.load_system(config.system),
        design=Design.draws(draws),
        strategies=["none", *arms.values()],
        reference="none",
        outcomes=["cost_usd", "added_vamcs", "added_vamc_years"],
        at=at,
        common_luck=False,
    )
    store = run(config, scenario)
    columns = {12 * (i + 1): f"_{month.replace('-', '_')}" for i, month in enumerate(at)}
    columns[config.horizon] = ""
    ends = min(columns), config.horizon
    rows = []
    for (lever, timing), arm in arms.items():
        for month, ending in columns.items():
            for outcome in ("cost_usd", "added_vamcs", "added_vamc_years"):
                found = estimate(store.array(f"{outcome}{ending}", arm.name)[:, 0])
                where = {"lever": lever, "timing": timing, "against": "none", "month": month}
                rows.append({**where, "outcome": outcome, **found})
    for (lever, timing), arm in arms.items():
        early, whole = (store.array(f"cost_usd{columns[m]}", arm.name)[:, 0] for m in ends)
        share = np.divide(early, whole, out=np.zeros_like(early), where=whole > 0)
        where = {"lever": lever, "timing": timing, "against": "none", "month": ends[0]}
        rows.append({**where, "outcome": "share_spent", **estimate(100 * share)})
    for lever in config.levers:
        for one, other in PAIRS:
            for outcome in ("added_vamcs", "added_vamc_years"):
                ours, theirs = (
                    store.array(outcome, arms[lever, t].name)[:, 0] for t in (one, other)
                )
                where = {"lever": lever, "timing": one, "against": other, "month": config.horizon}
                better = {"p_better": float(np.mean(ours > theirs))}
                rows.append({**where, "outcome": outcome, **estimate(ours - theirs), **better})
    prices = {k: site_cost(k, 1.0, config.months) for k in config.levers}
    return pd.DataFrame(rows), {"histories": len(draws), "price": prices}


def _arm(config: DictConfig, lever: str, timing: str) -> Strategy:
    when: dict[str, int] = {"months": config.months}
    if timing.startswith("evenly"):
        waves = (config.horizon - config.months) // config.wave_months + 1
        when |= {"wave_sites": math.ceil(config.sites / waves), "wave_months": config.wave_months}
    if timing.endswith("sensitive"):
        when |= {"sensitive_period": config.within}
    who = Who(rule="random", sites=config.sites, only=("not_providing",))
    budget = config.sites * site_cost(lever, 1.0, config.months)
    return composed(
        f"{lever}_{timing}",
        f"{LABELS[lever]}, {TIMINGS[timing]}",
        Component(lever, who=who, when=When(**when)),
        budget_usd=budget,
    )


@styled
def figure(table: pd.DataFrame, about: Mapping[str, Any]) -> Figure:
    """A row for each lever: VAMCs added over time, and VAMC-years of one timing against another."""
    settings = about["settings"]
    levers, row_height = settings["levers"], 2.25
    drawn, box = new_figure(
        row_height * len(levers),
        "The same money at different times",
        f"{about['sites']} sites, {settings['horizon']} months from {settings['policy_start']}; "
        f"{settings['sites']} VAMCs supported for {settings['months']} months; "
        f"{about['histories']:,} posterior draws",
        about["stamp"],
        "Left: VAMCs providing IMR, minus no strategy in the same history; lines are means, bands "
        f"the 90% interval of the mean. Right: paired differences. {HOW_TO_READ}",
        (0.5, 0.1),
    )
    foot, high = box.bottom * drawn.get_figheight(), row_height
    for i, lever in enumerate(levers):
        bottom = foot + (len(levers) - 1 - i) * high + 0.45
        left = placed_axes(drawn, 0.5, bottom, 2.1, high - 0.75)
        left.set_title(LABELS[lever], loc="left")
        for look, (timing, label) in zip(SERIES, TIMINGS.items(), strict=False):
            rows = _rows(table, lever, timing, "none", "added_vamcs")
            band_line(left, rows["month"].to_numpy(), rows, look)
            left.lines[-1].set_label(label)
        zero(left)
        left.set_xlabel("months after the policy date")
        left.set_ylabel("VAMCs added")
        left.set_xticks(range(0, settings["horizon"] + 1, 12))
        left.grid(axis="y", color=PALE, linewidth=0.5)
        if i == 0:
            left.legend(loc="upper left", frameon=False, handlelength=2.2, labelspacing=0.2)
            left.set_ylim(top=1.9 * left.get_ylim()[1])
        right = placed_axes(drawn, 4.35, bottom, 1.5, high - 0.75)
        pairs = pd.concat([_rows(table, lever, a, b, "added_vamc_years") for a, b in PAIRS])
        names = [f"{_brief(a)}\nagainst {_brief(b)}" for a, b in PAIRS]
        forest(right, pairs, names, [cell(r) for _, r in pairs.iterrows()])
        right.set_xlabel("VAMC-years, difference")
    return drawn


def _brief(timing: str) -> str:
    return TIMINGS[timing].replace("as sensitive periods open", "in sensitive periods")


def _rows(table: pd.DataFrame, lever: str, timing: str, against: str, outcome: str) -> pd.DataFrame:
    hit = (table["lever"] == lever) & (table["timing"] == timing) & (table["outcome"] == outcome)
    return table[hit & (table["against"] == against)]


def words(table: pd.DataFrame, about: Mapping[str, Any]) -> Words:
    """What the page says."""
    settings = about["settings"]
    findings, rows = [], []
    for lever in settings["levers"]:
        end = {t: _rows(table, lever, t, "none", "added_vamc_years").iloc[-1] for t in TIMINGS}
        cost = {t: _rows(table, lever, t, "none", "cost_usd").iloc[-1] for t in TIMINGS}
        pair = {p: _rows(table, lever, *p, "added_vamc_years").iloc[0] for p in PAIRS}
        said = [
            f"**{LABELS[lever]}.** Spent at once, it adds "
            f"{signed(end['at_once'], 'VAMC-years')} in {settings['horizon']} months."
        ]
        told = {p: row for p, row in pair.items() if clear(row)}
        for (one, other), row in told.items():
            said.append(
                f"{TIMINGS[one].capitalize()} against {TIMINGS[other]}: "
                f"{signed(row, 'VAMC-years')}; it is ahead in {row['p_better']:.0%} of histories."
            )
        untold = [
            f"{TIMINGS[one]} against {TIMINGS[other]} ({mean_cell(row)})"
            for (one, other), row in pair.items()
            if (one, other) not in told
        ]
        if untold:
            said.append(f"Not told apart, by the interval of the mean: {'; '.join(untold)}.")
        share = _rows(table, lever, "sensitive", "none", "share_spent").iloc[0]
        said.append(
            f"Sensitive periods open so often that {level(share, '%')} of the money that waits "
            "for them is spent in the first year."
        )
        findings.append(" ".join(said))
        for t, label in TIMINGS.items():
            final = _rows(table, lever, t, "none", "added_vamcs").iloc[-1]
            rows.append(
                (
                    LABELS[lever],
                    label,
                    cell(cost[t], 2, sign=False, per=1e6),
                    cell(final),
                    cell(end[t]),
                    mean_cell(end[t]),
                )
            )
    columns = ["lever", "timing", "US$ million spent", "VAMCs added", "VAMC-years added"]
    columns.append("mean VAMC-years")
    prices = " and ".join(
        f"US$ {settings['sites'] * price / 1e6:.2f} million ({LABELS[lever].lower()})"
        for lever, price in about["price"].items()
    )
    spent = f"{prices}: {settings['months']} months of dose 1 at {settings['sites']} VAMCs"
    said = (
        f"{about['sites']} sites; a budget of {spent}, chosen at random among those that do not "
        f"provide IMR, over {settings['horizon']} months from {settings['policy_start']}. *At "
        "once*: all join in the first month. *Evenly*: in equal waves every "
        f"{settings['wave_months']} months. *As sensitive periods open*: a VAMC can join only "
        f"within {settings['within']} months of a PRRC opening, or a change of leader or "
        "programme, until the money is gone. *Evenly, in sensitive periods*: both. Costs are at "
        "their defaults, so that the budget buys the same in every history. All timings meet the "
        f"same {about['histories']:,} draws and the same luck as no strategy at all."
    )
    limits = (
        "Support that comes early has more months to count in. A longer horizon would favour "
        "waiting more than this one does; a shorter one less.",
        "Facilitation at many VAMCs at once is weaker in the model (scale penalty, E30), so "
        "spreading it also avoids the penalty. Champions have no such penalty: the two levers "
        "together tell timing from scale.",
        "Planners here see openings and changes without delay or error, and support can begin the "
        "month after.",
    )
    return Words(said, findings, pd.DataFrame(rows, columns=columns), limits)


STUDY = Study(
    name="timing",
    title="Timing: at once, evenly, or when sensitive periods open",
    question="Does the same budget do more when it is spent at once, spread evenly, or held for "
    "sensitive periods?",
    compute=compute,
    figure=figure,
    words=words,
    rests_on=(
        "b_sensitive",
        "sensitive_months",
        "leadership_opens",
        "programme_change_rate",
        "prompt_facilitation",
        "facilitation_scale_penalty",
        "champions_conversion",
        "prompt_champions",
    ),
)


@hydra.main(config_path="../configs/experiment", config_name="timing", version_base="1.3")
def main(config: DictConfig) -> None:
    """Run the study and write its page."""
    make(STUDY, config)


if __name__ == "__main__":
    main()
