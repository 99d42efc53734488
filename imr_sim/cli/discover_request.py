"""What `imr-sim discover` may be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import yaml

from imr_sim.cli.fit_requests import LongRequest
from imr_sim.cli.requests import (
    CENTURY,
    WHERE,
    HistoryRequest,
    Month,
    key,
    months_between,
    wrong_date,
)
from imr_sim.cli.run_folder import CONFIG
from imr_sim.cli.sensitivity_request import BUDGET, EXECUTOR, HOW, SCHEDULER, WORKERS
from imr_sim.errors import RequestError

TAKEN = ("system", "practice", "start", "policy_start", "horizon", "replicates", "budget")


class DiscoverRequest(HistoryRequest, LongRequest):
    """Conditions under which a cheaper strategy is as good."""

    HOW: ClassVar[tuple[str, ...]] = HOW

    sweep: str | None = key(
        "folder of a sweep in which both strategies ran; it says what was run; null: run one",
        "Write the folder of an imr-sim sweep, or null.",
        min_length=1,
    )
    strategies: list[str] = key(
        "two strategies; which is the cheaper one is found out",
        "Write two names or files, e.g. strategies=[facilitation_low,facilitation].",
        min_length=2,
        max_length=2,
    )
    outcome: str = key(
        "what they are compared on, in the last month (docs/sweeps.md)",
        "Write vamcs_providing, vamc_years, veterans_reached or another.",
        min_length=1,
    )
    tolerance: float = key(
        "how much less of the outcome still counts as good, in its units",
        "Write a number of at least 0.",
        ge=0,
        le=1e12,
    )
    policy_start: Month = key(
        "first month under the strategies", "Write year and month, e.g. 2021-01."
    )
    horizon: int = key(
        "months after the policy date", f"Write whole months, 1 to {CENTURY}.", ge=1, le=CENTURY
    )
    draws: int | None = key(
        "parameter draws; null: 1000, or all of a smaller set",
        "Write a whole number from 40 to 100000, or null.",
        ge=40,
        le=100_000,
    )
    replicates: int = key(
        "histories of each draw, averaged", "Write a whole number from 1 to 10000.", ge=1, le=10_000
    )
    budget: float | None = BUDGET
    depth: int = key("conditions of a box, at most", "Write 1 to 6.", ge=1, le=6)
    least: float = key(
        "share of draws that a box holds at least",
        "Write a number from 0.01 to 0.4.",
        ge=0.01,
        le=0.4,
    )
    permutations: int = key(
        "times that labels are shuffled, to see what chance would find",
        "Write a whole number from 20 to 100000.",
        ge=20,
        le=100_000,
    )
    executor: Literal["serial", "processes", "dask"] = EXECUTOR
    workers: int | None = WORKERS
    scheduler: str | None = SCHEDULER

    def settled(self) -> Self:
        """The request with what a sweep that is given says of itself."""
        if self.sweep is None:
            return super().settled()
        said = _said(Path(self.sweep))
        return self.model_copy(update={name: said[name] for name in TAKEN if name in said})

    def check(self) -> None:
        """Raise RequestError unless dates and strategies fit each other."""
        if self.strategies[0] == self.strategies[1]:
            why = "there is nothing to compare it with"
            raise _wrong(f"strategies={self.strategies}", why, "Write two strategies.")
        before = months_between(str(self.start), self.policy_start)
        if before < 0:
            raise wrong_date(self.policy_start, f"the history begins in {self.start}, not before")
        self.of_practice().check_policy(before, self.policy_start, WHERE)
        if self.parameters["set"] == "default":
            why = "it is one draw, and conditions are told by what differs between draws"
            raise _wrong("parameters=default", why, "Write posterior, prior or a file of draws.")


def _said(folder: Path) -> dict[str, Any]:
    """The request of the sweep in a folder."""
    try:
        values = yaml.safe_load((folder / CONFIG).read_text(encoding="utf-8"))
        if not isinstance(values, dict) or "design" not in values:
            raise ValueError("no sweep")
    except (OSError, ValueError, yaml.YAMLError) as error:
        why = f"it holds no sweep that can be read ({type(error).__name__})"
        write = "Write the folder of an imr-sim sweep, as its last line named it."
        raise _wrong(f"sweep={folder}", why, write) from None
    return values


def _wrong(given: str, why: str, write: str) -> RequestError:
    return RequestError(given, where=WHERE, why=why, write=write)
