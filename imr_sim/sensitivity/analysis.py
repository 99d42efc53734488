"""A whole sensitivity analysis: screen, decompose, look at tails; the same for any function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imr_sim.sensitivity.indices import indices
from imr_sim.sensitivity.noise import COLUMNS as NOISE_COLUMNS
from imr_sim.sensitivity.noise import covered, noise_shares
from imr_sim.sensitivity.sample import (
    Evaluations,
    Function,
    Sample,
    morris_sample,
    pawn_sample,
    sobol_sample,
)

METHODS = ("morris", "sobol", "pawn")
PARTS_OF_N = (8, 4, 2, 1)  # of the sample, to see it converge
RESAMPLES = 500  # bootstrap samples: a standard deviation to 3%
Report = Callable[[float, str], None]


@dataclass(frozen=True)
class Settings:
    """How large an analysis is.

    Attributes
    ----------
    methods : tuple of str
        Out of `METHODS`.
    trajectories : int
        Of Morris.
    top : int
        Parameters that Sobol' and PAWN report, the most influential by Morris; all without it.
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
    """What an analysis came to.

    Attributes
    ----------
    indices : DataFrame
        Columns as in `imr_sim.sensitivity.indices`.
    convergence : DataFrame
        The same, from the first eighth, quarter and half of each design and from all of it.
    noise : DataFrame
        Columns as in `imr_sim.sensitivity.noise`.
    lost : DataFrame
        One row a method and outcome: ``method, outcome, points, missing, blocks, dropped``.
    outcomes : DataFrame
        One row an outcome: over the points of the last method run, ``mean, q05, q50, q95``; of
        the variance that all parameters make, the share that those of Sobol' make, ``covered``
        with ``_lo, _hi`` (empty without both Sobol' and PAWN).
    chosen : tuple of str
        Parameters that Sobol' varied.
    """

    indices: pd.DataFrame
    convergence: pd.DataFrame
    noise: pd.DataFrame
    lost: pd.DataFrame
    outcomes: pd.DataFrame
    chosen: tuple[str, ...]


def analyse(function: Function, settings: Settings, progress: Report | None = None) -> Sensitivity:
    """Screen all factors, decompose the variance over the most influential, look at tails.

    Raises
    ------
    ImrSimError
        When too many points of a design have no value of an outcome.
    """
    every = function.factors.names
    chosen = every
    tables, halves, shares, lost = [], [], [], []
    seen: dict[tuple[str, str], Evaluations] = {}
    watch = _Watch(progress, settings.runs(len(every), function.replicates))
    for method in (m for m in METHODS if m in settings.methods):
        sample = _sample(method, every, chosen, settings)
        values = function.evaluate(sample, watch.during(method))
        watch.done(method)
        for outcome in function.outcomes:
            evaluations = Evaluations.of(sample, outcome, values[outcome])
            for part in PARTS_OF_N:
                fewer = evaluations.first(sample.blocks // part)
                if len(fewer.kept) >= 2:
                    table = indices(fewer, chosen, RESAMPLES, settings.seed, settings.second_order)
                    halves.append(table)
            tables.append(table)
            seen[method, outcome] = evaluations
            if method != "morris" and function.replicates > 1:
                shares.append(noise_shares(evaluations, RESAMPLES, settings.seed))
            lost.append(_lost(evaluations))
        if method == "morris":
            chosen = most_influential(pd.concat(tables), settings.top)
    return Sensitivity(
        pd.concat(tables, ignore_index=True),
        pd.concat(halves, ignore_index=True),
        pd.concat(shares, ignore_index=True) if shares else pd.DataFrame(columns=NOISE_COLUMNS),
        pd.DataFrame(lost),
        pd.DataFrame([_outcome(name, seen, settings.seed) for name in function.outcomes]),
        chosen,
    )


def most_influential(morris: pd.DataFrame, top: int) -> tuple[str, ...]:
    """The parameters with the largest mu_star, on whichever outcome that is.

    Each outcome's effects are taken as shares of its largest. Parameters without any effect are
    left out, unless none has one.
    """
    star = morris[morris["index"] == "mu_star"]
    wide = star.pivot(index="parameter", columns="outcome", values="value")
    wide = wide.loc[star["parameter"].unique()]
    largest = wide.max()
    share = (wide / largest.where(largest > 0)).max(axis=1).fillna(0.0)
    first = share.sort_values(ascending=False, kind="stable").head(top)
    return tuple(first[first > 0].index) or tuple(first.index)


def _sample(
    method: str, every: tuple[str, ...], chosen: tuple[str, ...], settings: Settings
) -> Sample:
    if method == "morris":
        return morris_sample(every, settings.trajectories, settings.seed)
    if method == "sobol":
        return sobol_sample(chosen, settings.samples, settings.second_order, settings.seed)
    return pawn_sample(every, settings.points, settings.seed)


def _lost(evaluations: Evaluations) -> dict[str, object]:
    sample = evaluations.sample
    return {
        "method": sample.method,
        "outcome": evaluations.outcome,
        "points": len(sample.u),
        "missing": evaluations.missing,
        "blocks": sample.blocks,
        "dropped": sample.blocks - len(evaluations.kept),
    }


def _outcome(name: str, seen: dict[tuple[str, str], Evaluations], seed: int) -> dict[str, object]:
    last = next(m for m in reversed(METHODS) if (m, name) in seen)
    means = seen[last, name].means
    low, middle, high = np.quantile(means, [0.05, 0.5, 0.95])
    share = (np.nan, np.nan, np.nan)
    if ("sobol", name) in seen and ("pawn", name) in seen:
        share = covered(seen["sobol", name], seen["pawn", name], RESAMPLES, seed)
    spread = {"outcome": name, "mean": means.mean(), "q05": low, "q50": middle, "q95": high}
    return {**spread, **dict(zip(("covered", "covered_lo", "covered_hi"), share, strict=True))}


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
