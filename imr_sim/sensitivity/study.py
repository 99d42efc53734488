"""The whole of a sensitivity study: screen, decompose, look at tails; the same for any function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imr_sim.sensitivity.indices import indices
from imr_sim.sensitivity.luck import COLUMNS as LUCK_COLUMNS
from imr_sim.sensitivity.luck import luck_shares
from imr_sim.sensitivity.stage import (
    Answers,
    Function,
    Stage,
    morris_stage,
    pawn_stage,
    sobol_stage,
)

METHODS = ("morris", "sobol", "pawn")
PARTS_OF_N = (8, 4, 2, 1)  # of the sample, to see it converge
RESAMPLES = 500  # bootstrap samples: a standard deviation to 3%
Report = Callable[[float, str], None]


@dataclass(frozen=True)
class Plan:
    """How large a study is.

    Attributes
    ----------
    methods : tuple of str
        Out of `METHODS`.
    trajectories : int
        Of Morris.
    top : int
        Parameters that Sobol' and PAWN report, the most influential by Morris on the first outcome;
        all without Morris.
    samples : int
        Blocks of Saltelli's design, a power of two.
    second_order : bool
        Also the Sobol' indices of pairs.
    points : int
        Of PAWN, a power of two.
    seed : int
        Of designs and bootstraps; 0 is a seed.
    """

    methods: tuple[str, ...] = METHODS
    trajectories: int = 15
    top: int = 8
    samples: int = 256
    second_order: bool = False
    points: int = 512
    seed: int = 1

    def runs(self, factors: int, replicates: int) -> dict[str, int]:
        """Histories that each method takes."""
        most = min(self.top, factors) if "morris" in self.methods else factors
        each = {
            "morris": self.trajectories * (factors + 1),
            "sobol": self.samples * (2 * most + 2 if self.second_order else most + 2),
            "pawn": self.points,
        }
        return {m: each[m] * replicates for m in self.methods}


@dataclass(frozen=True)
class Sensitivity:
    """What a study found.

    Attributes
    ----------
    indices : DataFrame
        Columns as in `imr_sim.sensitivity.indices`.
    convergence : DataFrame
        The same, from the first eighth, quarter and half of each design and from all of it.
    luck : DataFrame
        Columns as in `imr_sim.sensitivity.luck`.
    lost : DataFrame
        One row a method and outcome: ``method, outcome, points, missing, blocks, dropped``.
    outcomes : DataFrame
        One row an outcome: over the points of the last method run, ``mean, q05, q50, q95``.
    chosen : tuple of str
        Parameters that Sobol' varied.
    """

    indices: pd.DataFrame
    convergence: pd.DataFrame
    luck: pd.DataFrame
    lost: pd.DataFrame
    outcomes: pd.DataFrame
    chosen: tuple[str, ...]


def study(function: Function, plan: Plan, progress: Report | None = None) -> Sensitivity:
    """Screen all factors, decompose the variance over the most influential, look at tails.

    Raises
    ------
    ImrSimError
        When too many points of a design have no value of an outcome.
    """
    every = function.factors.names
    chosen = every
    tables, halves, shares, lost = [], [], [], []
    outcomes = pd.DataFrame()
    watch = _Watch(progress, plan.runs(len(every), function.replicates))
    for method in (m for m in METHODS if m in plan.methods):
        stage = _stage(method, every, chosen, plan)
        values = function.answer(stage, watch.during(method))
        watch.done(method)
        for outcome in function.outcomes:
            answers = Answers.of(stage, outcome, values[outcome])
            for part in PARTS_OF_N:
                fewer = answers.first(stage.blocks // part)
                if len(fewer.kept) >= 2:
                    table = indices(fewer, chosen, RESAMPLES, plan.seed, plan.second_order)
                    halves.append(table)
            tables.append(table)
            if method != "morris" and function.replicates > 1:
                shares.append(luck_shares(answers, RESAMPLES, plan.seed))
            lost.append(_lost(answers))
        outcomes = _outcomes(function.outcomes, values)
        if method == "morris":
            chosen = most_influential(tables[0], plan.top)
    return Sensitivity(
        pd.concat(tables, ignore_index=True),
        pd.concat(halves, ignore_index=True),
        pd.concat(shares, ignore_index=True) if shares else pd.DataFrame(columns=LUCK_COLUMNS),
        pd.DataFrame(lost),
        outcomes,
        chosen,
    )


def most_influential(morris: pd.DataFrame, top: int) -> tuple[str, ...]:
    """The parameters with the largest mu_star, in its order; none without any effect."""
    star = morris[(morris["index"] == "mu_star") & (morris["value"] > 0)]
    first = star.sort_values("value", ascending=False, kind="stable").head(top)
    return tuple(first["parameter"]) or tuple(morris["parameter"].unique()[:top])


def _stage(method: str, every: tuple[str, ...], chosen: tuple[str, ...], plan: Plan) -> Stage:
    if method == "morris":
        return morris_stage(every, plan.trajectories, plan.seed)
    if method == "sobol":
        return sobol_stage(chosen, plan.samples, plan.second_order, plan.seed)
    return pawn_stage(every, plan.points, plan.seed)


def _lost(answers: Answers) -> dict[str, object]:
    stage = answers.stage
    return {
        "method": stage.method,
        "outcome": answers.outcome,
        "points": len(stage.u),
        "missing": answers.missing,
        "blocks": stage.blocks,
        "dropped": stage.blocks - len(answers.kept),
    }


def _outcomes(names: tuple[str, ...], values: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = []
    for name in names:
        means = values[name].mean(axis=1)
        means = means[np.isfinite(means)]
        low, middle, high = np.quantile(means, [0.05, 0.5, 0.95])
        row = {"outcome": name, "mean": means.mean(), "q05": low, "q50": middle, "q95": high}
        rows.append(row)
    return pd.DataFrame(rows)


class _Watch:
    """Progress of several methods as one, by their runs."""

    def __init__(self, progress: Report | None, runs: dict[str, int]) -> None:
        self.progress, self.runs, self.before = progress, runs, 0

    def during(self, method: str) -> Report:
        total = sum(self.runs.values())

        def report(share: float, message: str) -> None:
            if self.progress:
                done = (self.before + share * self.runs[method]) / total
                self.progress(done, f"{method}: {message}")

        return report

    def done(self, method: str) -> None:
        self.before += self.runs[method]
