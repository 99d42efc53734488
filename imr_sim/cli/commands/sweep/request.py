"""What `imr-sim sweep` may be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from imr_sim import limits
from imr_sim.cli.request.keys import EXECUTION, LITERAL, NAMES, Request, key, wrong
from imr_sim.cli.request.shared import (
    BUDGET,
    EXECUTOR,
    OUT,
    POLICY_START,
    QUIET,
    RESUME,
    SCHEDULER,
    SEED,
    WORKERS,
    Executor,
    HistoryRequest,
    Month,
)

SAMPLED = ("lhs", "sobol", "halton")
DESIGNS = ("grid", *SAMPLED, "posterior")


class DesignRequest(Request):
    """The points of a sweep."""

    kind: str = key(
        "which points: a grid, a sample that fills the ranges evenly (lhs, sobol, halton), the "
        "draws of the parameter set (posterior), or those of a file",
        "Write grid, lhs, sobol, halton, posterior, or the path of a CSV file.",
        LITERAL,
        min_length=1,
    )
    points: int | None = key(
        "number of points (of a grid: at most); null: 100 (lhs, halton), 128 (sobol), 200 "
        "(posterior), 5 levels of each parameter (grid), all of a file",
        f"Write {limits.POINTS}, or null.",
        within=limits.POINTS,
    )
    ranges: dict[str, list[float]] = key(
        "parameters to vary evenly between two values; of a grid, three or more values are the "
        "levels themselves",
        "Write name: [low, high], e.g. design.ranges={media: [0.05, 0.3]}.",
        NAMES,
    )


class SweepRequest(HistoryRequest):
    """Many runs over a design of parameter values."""

    experiment: str | None = key(
        "preset that sets keys of this command; what is written beside it comes first",
        "Write the name of a file in configs/experiment, or the path of a YAML file.",
        LITERAL,
        min_length=1,
    )
    parameters: dict[str, Any] = key(
        "set that gives all that is not varied (null: default, and posterior where the design "
        "is); of many draws, replicate r takes draw r; parameters.<name>=value fixes one",
        "Write default, posterior, prior, or the path of a Parquet file of draws.",
        LITERAL,
        first="set",
    )
    design: DesignRequest
    vary: list[str] | Literal["all"] | None = key(
        "parameters to vary over their prior; null: all, where no ranges are given",
        "Write all, or a list of names, e.g. vary=[media,beta_within].",
    )
    strategies: list[str] | Literal["default", "all"] = key(
        "strategies: each run has a row for each, with one past and the same luck",
        "Write default, all, or a list of names and files, e.g. strategies=[none,mandate].",
    )
    reference: str | None = key(
        "strategy whose outcomes are taken off those of the others, run by run",
        "Write the name of a strategy, e.g. none, or null.",
        LITERAL,
        min_length=1,
    )
    policy_start: Month = POLICY_START
    horizon: int = key(
        "months after the policy date; 0 ends the histories there",
        f"Write {limits.SWEEP_HORIZON}.",
        within=limits.SWEEP_HORIZON,
    )
    at: list[Month] = key(
        "months at whose end outcomes are kept, besides the last",
        'Write a list of months, e.g. at=["2012-12","2020-12"].',
    )
    outcomes: list[str] | None = key(
        "outcomes to keep", "Write a list of names (docs/sweeps.md), or null for all."
    )
    replicates: int = key(
        "runs of each point",
        f"Write {limits.REPLICATES}.",
        within=limits.REPLICATES,
    )
    luck: Literal["common", "own"] | None = key(
        "whether replicate r of every point meets the same luck; null: own for posterior draws, "
        "common for other designs",
        "Write common, own, or null.",
    )
    budget: float | None = BUDGET
    seed: int = SEED
    executor: Executor = EXECUTOR
    workers: int | None = WORKERS
    scheduler: str | None = SCHEDULER
    chunk: int | None = key(
        "runs that are handed out and kept at once; null: some seconds' worth",
        f"Write {limits.CHUNK_RUNS}, or null.",
        EXECUTION,
        within=limits.CHUNK_RUNS,
    )
    out: str | None = OUT
    resume: str | None = RESUME
    quiet: bool = QUIET

    def check(self) -> None:
        """Raise RequestError unless dates, design and what it varies fit each other."""
        self.check_dates(self.policy_start, self.horizon)
        kind = self.design.kind
        if kind not in DESIGNS and not Path(kind).is_file():
            write = f"Write {', '.join(DESIGNS)}, or the path of a CSV file."
            raise wrong(f"design={kind}", "no design or file has this name", write)
        if kind not in ("grid", *SAMPLED) and (self.vary or self.design.ranges):
            write = "Leave vary and design.ranges out, or write another design."
            why = "its points have values already"
            raise wrong(f"design={kind} with vary or design.ranges", why, write)
