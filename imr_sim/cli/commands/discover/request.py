"""What `imr-sim discover` may be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from imr_sim import limits
from imr_sim.cli.request.keys import LITERAL, key, wrong
from imr_sim.cli.request.shared import (
    BUDGET,
    EXECUTOR,
    HORIZON,
    POLICY_START,
    SCHEDULER,
    WORKERS,
    Executor,
    HistoryRequest,
    Month,
    ResumableRequest,
)
from imr_sim.cli.run_folder import read_run

ENOUGH = limits.Limit(40, limits.DRAWS.high)  # draws that can be split into halves
TAKEN = ("system", "practice", "start", "policy_start", "horizon", "replicates", "budget")


class DiscoverRequest(HistoryRequest, ResumableRequest):
    """Conditions under which a cheaper strategy is as good."""

    sweep: str | None = key(
        "folder of a sweep in which both strategies ran; it says what was run; null: run one",
        "Write the folder of an imr-sim sweep, or null.",
        LITERAL,
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
    policy_start: Month = POLICY_START
    horizon: int = HORIZON
    draws: int | None = key(
        "parameter draws; null: 1000, or all of a smaller set",
        f"Write {ENOUGH}, or null.",
        within=ENOUGH,
    )
    replicates: int = key(
        "histories of each draw, averaged", f"Write {limits.REPLICATES}.", within=limits.REPLICATES
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
    executor: Executor = EXECUTOR
    workers: int | None = WORKERS
    scheduler: str | None = SCHEDULER

    def resolved(self) -> Self:
        """The request with what a sweep that is given says of itself."""
        if self.sweep is None:
            return super().resolved()
        begun = _request_of(Path(self.sweep))
        return self.model_copy(update={name: begun[name] for name in TAKEN if name in begun})

    def check(self) -> None:
        """Raise RequestError unless dates and strategies fit each other."""
        if self.strategies[0] == self.strategies[1]:
            why = "there is nothing to compare it with"
            raise wrong(f"strategies={self.strategies}", why, "Write two strategies.")
        self.check_dates(self.policy_start, self.horizon)
        if self.parameters["set"] == "default":
            why = "it is one draw, and conditions are told by what differs between draws"
            raise wrong("parameters=default", why, "Write posterior, prior or a file of draws.")


def _request_of(folder: Path) -> dict[str, Any]:
    """The request of the sweep in a folder."""
    try:
        manifest, config = read_run(folder)
        if manifest.get("command") != "sweep":
            raise ValueError("it is no folder of imr-sim sweep")
    except ValueError as error:
        why = f"it holds no sweep that can be read: {error}"
        write = "Write the folder of an imr-sim sweep, as its last line named it."
        raise wrong(f"sweep={folder}", why, write) from None
    return config
