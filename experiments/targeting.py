"""Targeting: every named strategy under eight rules of who comes first, at equal budget.

    python experiments/targeting.py

With the settings of ``configs/experiment/targeting.yaml``; writes docs/studies/targeting.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import hydra
import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from omegaconf import DictConfig
from retarget import affordable, programme_cost, retargeted
from scipy.stats import norm
from study import (
    Study,
    Words,
    cell,
    clear,
    estimate,
    make,
    names,
    run,
    scenario_of,
    signed,
    usual_costs,
)

import imr_sim as imr
from imr_sim.analysis.paired import p_best
from imr_sim.experiment import Design
from imr_sim.model.parameters import ParameterSet
from imr_sim.plots.style import GREY, INK, new_figure, styled
from imr_sim.strategies import DEFAULT_STRATEGIES, ComposedStrategy, load_strategy
from imr_sim.system import System

RULES = {
    "random": "at random",
    "prrc_first": "PRRC first",
    "most_autonomy_supporting": "readiest leaders",
    "least_aware": "least aware",
    "most_central": "most central",
    "largest": "largest",
    "rural_first": "rural first",
    "visn_by_visn": "VISN by VISN",
}
OUTCOMES = ("added_vamc_years", "added_vamcs", "cost_usd")
RESAMPLES, SEED = 2000, 20
"""Bootstrap over draws, for how sure one can be of the best rule; and its seed."""


def compute(config: DictConfig) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Each strategy under each rule, in every draw, with the same luck."""
    draws = usual_costs(imr.posterior().take(config.draws))
    system = imr.load_system(config.system)
    visn = system.sites["visn"].to_numpy()
    chosen, rules = list(config.strategies or DEFAULT_STRATEGIES), list(config.rules)
    strategies = {name: _composed(name) for name in chosen}
    places = _places(config, draws, system, strategies)
    arms = {
        (name, rule): retargeted(strategy, rule, places[name], visn, config.visn_months)
        for name, strategy in strategies.items()
        for rule in rules
    }
    scenario = scenario_of(
        config,
        draws,
        system=system,
        design=Design.draws(draws),
        strategies=["none", *arms.values()],
        reference="none",
        outcomes=OUTCOMES,
        budget=float(config.budget),
        common_luck=False,
    )
    store = run(config, scenario)
    frame = store.frame(["point", "strategy", *OUTCOMES]).set_index("strategy")
    value = {
        (outcome, *key): frame.loc[arm.name, outcome].to_numpy(float)
        for key, arm in arms.items()
        for outcome in OUTCOMES
    }
    rows = [
        {"part": "cell", "strategy": name, "rule": rule, "outcome": outcome, **estimate(found)}
        for (outcome, name, rule), found in value.items()
    ]
    for name in chosen:
        years = np.stack([value["added_vamc_years", name, rule] for rule in rules])
        rows += _against_best(name, rules, years)
    for rule in rules:
        gains = [
            value["added_vamc_years", n, rule] - value["added_vamc_years", n, "random"]
            for n in chosen
        ]
        mean = estimate(np.mean(gains, axis=0))
        rows.append({"part": "rule", "rule": rule, "outcome": "added_vamc_years", **mean})
    labels = {name: strategy.label for name, strategy in strategies.items()}
    price = {name: programme_cost(s, config.horizon) for name, s in strategies.items()}
    facts = {"histories": len(draws), "places": places, "price": price, "labels": labels}
    return pd.DataFrame(rows), facts


def _composed(name: str) -> ComposedStrategy:
    strategy = load_strategy(name)
    assert isinstance(strategy, ComposedStrategy)
    return strategy


def _places(
    config: DictConfig,
    draws: ParameterSet,
    system: System,
    strategies: Mapping[str, ComposedStrategy],
) -> dict[str, int]:
    """VAMCs at which each strategy begins, so that it costs the budget or little less.

    A pilot without a budget, at as many VAMCs as the whole programme could be paid for, shows what
    is spent there; the number is scaled so that the budget lasts in nine of ten of its histories.
    """
    sites, visn = system.n_sites, system.sites["visn"].to_numpy()
    few = draws.take(min(config.pilot_draws, len(draws)))
    start = {
        name: affordable(strategy, config.budget, config.horizon, sites)
        for name, strategy in strategies.items()
    }
    arms = {
        name: retargeted(strategy, "random", start[name], visn, config.visn_months)
        for name, strategy in strategies.items()
    }
    scenario = scenario_of(
        config,
        few,
        system=system,
        design=Design.draws(few),
        strategies=list(arms.values()),
        outcomes=["cost_usd"],
        common_luck=False,
    )
    store = run(config, scenario, "pilot: ")
    places = {}
    for name, arm in arms.items():
        spent = np.quantile(store.array("cost_usd", arm.name), 0.9)
        scaled = start[name] * config.budget / spent if spent > 0 else sites
        places[name] = int(np.clip(scaled + 1e-6, 1, sites))
    return places


def _against_best(name: str, rules: list[str], years: np.ndarray) -> list[dict[str, Any]]:
    """Each rule minus the one with the best mean, `years` of shape (rules, draws).

    A rule is told apart when a simultaneous 90% interval (Bonferroni over the other rules) of its
    mean difference lies below zero. P(best mean): bootstrap over draws. P(best): single histories.
    """
    rng = np.random.default_rng(SEED)
    best = int(years.mean(axis=1).argmax())
    picks = rng.integers(years.shape[1], size=(RESAMPLES, years.shape[1]))
    again = years[:, picks].mean(axis=2)
    surest = (again == again.max(axis=0)) / (again == again.max(axis=0)).sum(axis=0)
    single = p_best(years[:, :, None])
    bound = norm.ppf(1 - 0.1 / (len(rules) - 1))
    rows = []
    for i, rule in enumerate(rules):
        gap = years[i] - years[best]
        error = gap.std(ddof=1) / np.sqrt(len(gap))
        told = {
            "is_best": i == best,
            "told_apart": bool(gap.mean() + bound * error < 0),
            "p_best_mean": float(surest[i].mean()),
            "p_best_history": float(single[i]),
        }
        where = {"part": "against_best", "strategy": name, "rule": rule}
        rows.append({**where, "outcome": "added_vamc_years", **estimate(gap), **told})
    return rows


def _grid(table: pd.DataFrame, part: str, value: str, about: Mapping[str, Any]) -> pd.DataFrame:
    rows = table[(table["part"] == part) & (table["outcome"] == "added_vamc_years")]
    grid = rows.pivot(index="strategy", columns="rule", values=value)
    return grid.loc[list(about["labels"]), list(about["settings"]["rules"])]


@styled
def figure(table: pd.DataFrame, about: Mapping[str, Any]) -> Figure:
    """Heat map of added VAMC-years; colour: better or worse than the strategy's mean over rules."""
    settings, labels = about["settings"], about["labels"]
    mean, lo, hi = (_grid(table, "cell", name, about) for name in ("mean", "lo", "hi"))
    told = _grid(table, "against_best", "told_apart", about).astype(str) == "True"
    best = _grid(table, "against_best", "is_best", about).astype(str) == "True"
    error = (_grid(table, "cell", "mean_hi", about) - mean) / 1.645
    departs = mean.sub(mean.mean(axis=1), axis=0)
    drawn, box = new_figure(
        0.34 * len(mean) + 0.75,
        "Whom to serve first: VAMC-years added by each strategy under each rule",
        f"{about['sites']} sites, {settings['horizon']} months from {settings['policy_start']}, at "
        f"most US$ {settings['budget'] / 1e6:g} million a cell; {about['histories']} posterior "
        "draws",
        about["stamp"],
        "Mean, and 90% of single histories in brackets (parameters and luck), against no strategy "
        "in the same history. After a name: VAMCs where the budget lets it begin. Colour: mean "
        "above (violet) or below (orange) that over all rules. Heavy frame: best mean of the "
        "strategy. Light frame: cannot be told from the best (simultaneous 90%).",
        (1.95, 0.1),
    )
    high = drawn.get_figheight()
    bottom = box.bottom + 0.08 / high
    top = box.top - 0.42 / high
    axes = drawn.add_axes((box.left, bottom, box.right - box.left, top - bottom))
    widest = max(float(np.abs(departs.to_numpy()).max()), float(error.to_numpy().max()), 1e-6)
    axes.imshow(
        departs.to_numpy(),
        cmap="PuOr",
        norm=TwoSlopeNorm(0, -1.6 * widest, 1.6 * widest),
        aspect="auto",
    )
    for i, j in np.ndindex(*mean.shape):
        text = f"{mean.iat[i, j]:+.1f}\n[{lo.iat[i, j]:.0f}, {hi.iat[i, j]:.0f}]"
        axes.text(j, i, text, ha="center", va="center", color=INK, linespacing=0.95)
        if best.iat[i, j] or not told.iat[i, j]:
            leads = best.iat[i, j] and (mean.iloc[i] == mean.iat[i, j]).sum() == 1
            look = (INK, 2.0) if leads else (GREY, 0.8)
            frame = Rectangle((j - 0.46, i - 0.44), 0.92, 0.88, fill=False)
            frame.set(edgecolor=look[0], linewidth=look[1])
            axes.add_patch(frame)
    rules = [RULES.get(rule, rule).replace(" ", "\n", 1) for rule in mean.columns]
    axes.set_xticks(range(len(rules)), rules)
    axes.xaxis.tick_top()
    places = about["places"]
    shown = [f"{_short(labels[name])} ({places[name]})" for name in mean.index]
    axes.set_yticks(range(len(shown)), shown)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return drawn


def _short(label: str) -> str:
    brief = label.replace("Educational ", "").replace(" and consultation", "")
    return brief[:1].upper() + brief[1:]


def words(table: pd.DataFrame, about: Mapping[str, Any]) -> Words:
    """What the page says."""
    settings, labels, places = about["settings"], about["labels"], about["places"]
    gaps = table[table["part"] == "against_best"]
    cells = table[(table["part"] == "cell") & (table["outcome"] == "added_vamc_years")]
    spent = table[(table["part"] == "cell") & (table["outcome"] == "cost_usd")]
    overall = table[table["part"] == "rule"].set_index("rule")
    told = gaps["told_apart"].astype(str) == "True"
    is_best = gaps["is_best"].astype(str) == "True"
    others = gaps[~is_best]
    rows = []
    for name, label in labels.items():
        mine = gaps[gaps["strategy"] == name]
        best = mine[is_best[mine.index]].iloc[0]
        top = cells[(cells["strategy"] == name) & (cells["rule"] == best["rule"])].iloc[0]
        alike = int((mine["mean"] == 0).sum())
        worse = [RULES.get(r, r) for r in mine[told[mine.index]]["rule"]]
        cost = spent[(spent["strategy"] == name) & (spent["rule"] == best["rule"])].iloc[0]
        rows.append(
            (
                label,
                places[name],
                cell(cost, 2, sign=False, per=1e6),
                RULES[best["rule"]] if alike == 1 else f"{alike} rules alike",
                cell(top),
                f"{best['p_best_mean']:.2f}",
                f"{best['p_best_history']:.2f}",
                names(worse) if worse else "none",
            )
        )
    columns = ["strategy", "VAMCs", "US$ million spent", "best rule by mean", "VAMC-years added"]
    columns += ["P(best mean)", "P(best)", "told to be worse"]
    sure = [row for row in rows if float(row[5]) >= 0.9]
    ranked = overall.drop(index="random").sort_values("mean", ascending=False)
    gains = [f"{RULES[r]} {signed(row)}" for r, row in ranked.iterrows() if clear(row)]
    same = [RULES[r] for r, row in ranked.iterrows() if not clear(row)]
    average = (
        f"Averaged over the strategies and against choosing at random, in VAMC-years: "
        f"{'; '.join(gains)}."
        if gains
        else "Averaged over the strategies, no rule can be told from choosing at random."
    )
    if gains and same:
        average += f" Not told from choosing at random: {names(same)}."
    findings = [
        f"Of {len(others)} comparisons of a rule with the best rule of its strategy, "
        f"{int(told.sum())} can be told apart by {about['histories']} histories and "
        f"{len(others) - int(told.sum())} cannot (light frames). "
        + (
            "The rule with the best mean has at least 0.9 of probability to have the best mean "
            f"in {len(sure)} of {len(rows)} strategies: "
            + "; ".join(f"{row[0]} ({row[3]}, {row[5]})" for row in sure)
            + ". "
            if sure
            else "For no strategy is the best rule sure to be the best (probability 0.9 or more). "
        )
        + "Even the best rule is the best in a single history only with probability "
        f"{min(float(row[6]) for row in rows):.2f} to {max(float(row[6]) for row in rows):.2f}, "
        f"where blind choice gives {1 / len(settings['rules']):.2f}.",
        average,
    ]
    everywhere = [labels[name] for name, n in places.items() if n >= about["sites"]]
    dear = [name for name, price in about["price"].items() if price > settings["budget"]]
    said = (
        f"{len(labels)} strategies under {len(settings['rules'])} rules, each with at most US$ "
        f"{settings['budget'] / 1e6:g} million, {settings['horizon']} months from "
        f"{settings['policy_start']}, {about['sites']} sites. A strategy keeps its levers, doses, "
        "waves and filters; its rule is replaced, and it begins at so many VAMCs, the same under "
        f"every rule, as the budget lasts for in nine of ten histories of a pilot "
        f"({settings['pilot_draws']} draws, chosen at random); nobody spends more. Costs are at "
        "their defaults. All cells meet the same "
        f"{about['histories']} draws and the same luck. P(best mean): that the rule has the "
        "highest mean, by bootstrap over draws; P(best): that it does best in a single history, "
        "ties shared. Told to be worse: the simultaneous 90% interval of the mean difference to "
        "the best rule is below zero."
    )
    limits = [
        "Among rules that cannot be told apart, the one with the best mean was picked after the "
        "fact; its lead is flattered by luck.",
        "Surveys of awareness and leadership are measured with error (`survey_reliability` .7, "
        "assumption), and rules see the policy date only.",
        "VAMC-years count every VAMC alike: a rule that serves large or rural VAMCs is not "
        "credited for the Veterans it reaches or the gap it closes.",
    ]
    if everywhere:
        limits.insert(
            0,
            f"{names(everywhere)} cost so little that the budget reaches every VAMC; there a rule "
            "decides the order alone, and much of the budget is left.",
        )
    if dear:
        limits.insert(
            0,
            f"{names([labels[n] for n in dear])} at one VAMC costs more than the budget, which "
            "ends before the horizon; what was opened stays open in the model.",
        )
    return Words(said, findings, pd.DataFrame(rows, columns=columns), limits)


STUDY = Study(
    name="targeting",
    title="Targeting: sixteen strategies under eight rules",
    question="At equal budget, how much does it matter which VAMCs a strategy serves first, and "
    "how sure can one be of the best rule?",
    compute=compute,
    figure=figure,
    words=words,
    rests_on=(
        "b_prrc",
        "b_leadership",
        "b_awareness",
        "d_prrc",
        "factor_correlation",
        "prrc_share",
        "prompt_facilitation",
        "prompt_champions",
        "prompt_mandate",
    ),
)


@hydra.main(config_path="../configs/experiment", config_name="targeting", version_base="1.3")
def main(config: DictConfig) -> None:
    """Run the study and write its page."""
    make(STUDY, config)


if __name__ == "__main__":
    main()
