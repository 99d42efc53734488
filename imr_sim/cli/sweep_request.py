"""What `imr-sim sweep` may be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from imr_sim.cli.requests import (
    CENTURY,
    OUT,
    WHERE,
    HistoryRequest,
    Month,
    Request,
    key,
    months_between,
    wrong_date,
)
from imr_sim.errors import RequestError

SAMPLED = ("lhs", "sobol", "halton")
DESIGNS = ("grid", *SAMPLED, "posterior")
# Keys that say how a sweep is worked off; results do not depend on them.
HOW = ("executor", "workers", "scheduler", "chunk", "quiet", "resume")


class DesignRequest(Request):
    """The points of a sweep."""

    kind: str = key(
        "which points: a grid, a sample that fills the ranges evenly (lhs, sobol, halton), the "
        "draws of the parameter set (posterior), or those of a file",
        "Write grid, lhs, sobol, halton, posterior, or the path of a CSV file.",
        min_length=1,
    )
    points: int | None = key(
        "number of points (of a grid: at most); null: 100 (lhs, halton), 128 (sobol), 200 "
        "(posterior), 5 levels of each parameter (grid), all of a file",
        "Write a whole number from 1 to 10000000, or null.",
        ge=1,
        le=10_000_000,
    )
    ranges: dict[str, list[float]] = key(
        "parameters to vary evenly between two values; of a grid, three or more values are the "
        "levels themselves",
        "Write name: [low, high], e.g. design.ranges={media: [0.05, 0.3]}.",
    )


class SweepRequest(HistoryRequest):
    """Many runs over a design of parameter values."""

    experiment: str | None = key(
        "preset that sets keys of this command; what is written beside it comes first",
        "Write the name of a file in configs/experiment, or the path of a YAML file.",
        min_length=1,
    )
    parameters: dict[str, Any] = key(
        "set that gives all that is not varied (null: default, and posterior where the design "
        "is); of many draws, replicate r takes draw r; parameters.<name>=value fixes one",
        "Write default, posterior, prior, or the path of a Parquet file of draws.",
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
        min_length=1,
    )
    policy_start: Month = key(
        "first month under the strategies", "Write year and month, e.g. 2021-01."
    )
    horizon: int = key(
        "months after the policy date", f"Write whole months, 0 to {CENTURY}.", ge=0, le=CENTURY
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
        "Write a whole number from 1 to 1000000.",
        ge=1,
        le=1_000_000,
    )
    luck: Literal["common", "own"] | None = key(
        "whether replicate r of every point meets the same luck; null: own for posterior draws, "
        "common for other designs",
        "Write common, own, or null.",
    )
    budget: float | None = key(
        "US$ that each strategy may spend after the policy date",
        "Write US$ as a plain number, e.g. budget=5e6, or null for no limit.",
        ge=0,
        le=1e12,
    )
    seed: int = key(
        "seed of all chance and of the design; the same seed gives the same rows",
        "Write a whole number from 0 to 9223372036854775807.",
        ge=0,
        lt=2**63,
    )
    executor: Literal["serial", "processes", "dask"] = key(
        "who does the work; results do not depend on it", "Write serial, processes or dask."
    )
    workers: int | None = key(
        "processes of this machine; null: one a core",
        "Write a whole number from 1 to 4096, or null.",
        ge=1,
        le=4096,
    )
    scheduler: str | None = key(
        "address of a running Dask scheduler; null: a cluster on this machine",
        "Write its address, e.g. tcp://10.0.0.1:8786, or null.",
        min_length=1,
    )
    chunk: int | None = key(
        "runs that are handed out and kept at once; null: some seconds' worth",
        "Write a whole number from 1 to 1000000, or null.",
        ge=1,
        le=1_000_000,
    )
    out: str | None = OUT
    resume: str | None = key(
        f"folder of a sweep to go on with; beside it only {', '.join(HOW[:-1])} may be given",
        "Write the folder of a sweep, or null.",
        min_length=1,
    )
    quiet: bool = key("no progress on the terminal", "Write true or false.")

    def check(self) -> None:
        """Raise RequestError unless dates, design and what it varies fit each other."""
        before = months_between(str(self.start), self.policy_start)
        if before < 0 or not before + self.horizon:
            raise wrong_date(self.policy_start, f"the history begins in {self.start}, not before")
        self.of_practice().check_policy(before, self.policy_start, WHERE)
        kind = self.design.kind
        if kind not in DESIGNS and not Path(kind).is_file():
            raise RequestError(
                f"design={kind}",
                where=WHERE,
                why="no design or file has this name",
                write=f"Write {', '.join(DESIGNS)}, or the path of a CSV file.",
            )
        if kind not in ("grid", *SAMPLED) and (self.vary or self.design.ranges):
            raise RequestError(
                f"design={kind} with vary or design.ranges",
                where=WHERE,
                why="its points have values already",
                write="Leave vary and design.ranges out, or write another design.",
            )
