"""Keys that several commands share, and the months that they are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field

from imr_sim import limits
from imr_sim.cli.request.keys import EXECUTION, LITERAL, WHERE, Request, key
from imr_sim.months import PATTERN, Dates

if TYPE_CHECKING:
    from imr_sim.practice import Practice

Month = Annotated[str, Field(pattern=PATTERN)]

SYSTEM = key(
    "the VAMCs, their staff and their ties: va (139 VAMCs), small (12 invented sites), or a folder "
    "(docs/system.md)",
    "Write va, small, or the path of a folder that holds sites.csv.",
    LITERAL,
    min_length=1,
)
OUT = key(
    "new folder to write to; null: outputs/<command>/<date-time>",
    "Write the path of a folder that does not exist yet, or null.",
    LITERAL,
    min_length=1,
)
RESUME = key(
    "folder of an interrupted run of this command, to go on with; beside it only keys that results "
    "do not depend on",
    "Write the path of its folder, or null.",
    LITERAL,
    EXECUTION,
    min_length=1,
)
FIGURES = key("draw the figures (PNG and SVG)", "Write true or false.")
QUIET = key("no progress on the terminal", "Write true or false.", EXECUTION)
SEED = key(
    "seed of all chance; the same seed gives the same result",
    f"Write {limits.SEED}.",
    within=limits.SEED,
)
SHORT = limits.Limit(0, 2**32 - 1)  # seeds that the libraries of all commands take
SHORT_SEED = key(
    "seed of all chance; the same seed gives the same result",
    f"Write {SHORT}.",
    within=SHORT,
)
THREADS = key(
    "cores used, at most; results do not depend on it",
    f"Write {limits.THREADS}, or null for all.",
    EXECUTION,
    within=limits.THREADS,
)
EXECUTOR = key(
    "who does the work; results do not depend on it (docs/scaling.md)",
    "Write serial, processes or dask.",
    EXECUTION,
)
WORKERS = key(
    "processes of this machine; null: one a core",
    f"Write {limits.WORKERS}, or null.",
    EXECUTION,
    within=limits.WORKERS,
)
SCHEDULER = key(
    "address of a running Dask scheduler; null: a cluster on this machine",
    "Write its address, e.g. tcp://10.0.0.1:8786, or null.",
    LITERAL,
    EXECUTION,
    min_length=1,
)
PARAMETERS = key(
    "parameter set; parameters.<name>=value fixes one parameter in every draw",
    "Write posterior, prior, default, or the path of a Parquet file of draws.",
    LITERAL,
    first="set",
)
STRATEGY = key(
    "the strategy (docs/strategies.md)",
    "Write the name of a strategy or the path of a strategy file.",
    LITERAL,
    min_length=1,
)
STRATEGIES = key(
    "strategies to run (docs/strategies.md): default (eighteen), all, or a list",
    "Write default, all, or a list of names and files, e.g. strategies=[training,mandate].",
)
POLICY_START = key(
    "first month under the strategies; before it all share one history",
    "Write year and month, e.g. 2021-01.",
    LITERAL,
)
HORIZON = key("months after the policy date", f"Write {limits.HORIZON}.", within=limits.HORIZON)
BUDGET = key(
    "US$ that each strategy may spend after the policy date",
    "Write US$ as a plain number, e.g. budget=5e6, or null for no limit.",
    within=limits.BUDGET,
)
Executor = Literal["serial", "processes", "dask"]


class HistoryRequest(Request):
    """What histories begin with."""

    system: str = SYSTEM
    parameters: dict[str, Any] = PARAMETERS
    practice: str = key(
        "what spreads (docs/practices.md)",
        "Write imr, another name (imr-sim describe practices), or the path of a practice file.",
        LITERAL,
        min_length=1,
    )
    start: Month | None = key(
        "first month of the history; null: the practice's own, 2004-01 for IMR",
        "Write year and month, e.g. 2004-01, or null.",
        LITERAL,
    )

    def of_practice(self) -> Practice:
        """The practice that it names."""
        from imr_sim.practice import load_practice

        return load_practice(self.practice)

    def resolved(self) -> Self:
        """The request with its first month, the practice's own unless it names one."""
        return self.model_copy(update={"start": self.start or self.of_practice().start})

    def check_dates(self, policy_start: str, horizon: int, least: int = 0) -> None:
        """Check the dates of a run whose strategies act for `horizon` months.

        Raises
        ------
        RequestError
            When fewer than `least` months of the history come before the policy date, when it is
            empty or too long, or when the practice has support of its own then.
        """
        start = str(self.start)
        dates = Dates.of(start, policy_start, horizon, where=WHERE, least=least)
        self.of_practice().check_policy(dates.before, policy_start, WHERE)


class RunRequest(HistoryRequest):
    """Keys that `compare` and `simulate` share."""

    draws: int | None = key(
        "parameter draws used; null: 200 (compare) or 20 (simulate), or all of a smaller set",
        f"Write {limits.DRAWS}, or null.",
        within=limits.DRAWS,
    )
    replicates: int = key(
        "histories for each parameter draw",
        f"Write {limits.REPLICATES}.",
        within=limits.REPLICATES,
    )
    budget: float | None = BUDGET
    seed: int = SEED
    threads: int | None = THREADS
    out: str | None = OUT
    figures: bool = FIGURES
    quiet: bool = QUIET


class ResumableRequest(Request):
    """Keys of commands with long work, which can be taken up again."""

    seed: int = SHORT_SEED
    resume: str | None = RESUME
    out: str | None = OUT
    figures: bool = FIGURES
    quiet: bool = QUIET
