"""Keys that several commands share, and the months that they are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field

from imr_sim.cli.request.keys import EXECUTION, LITERAL, WHERE, Request, key
from imr_sim.errors import RequestError

if TYPE_CHECKING:
    from imr_sim.practice import Practice

Month = Annotated[str, Field(pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$")]
CENTURY = 1200  # months; longer spans than a century are taken to be slips

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
    "Write a whole number from 0 to 9223372036854775807.",
    ge=0,
    lt=2**63,
)
SHORT_SEED = key(  # of commands whose libraries take no longer one
    "seed of all chance; the same seed gives the same result",
    "Write a whole number from 0 to 4294967295.",
    ge=0,
    lt=2**32,
)
THREADS = key(
    "cores used, at most; results do not depend on it",
    "Write a whole number of at least 1, or null for all.",
    EXECUTION,
    ge=1,
    le=4096,
)
EXECUTOR = key(
    "who does the work; results do not depend on it (docs/scaling.md)",
    "Write serial, processes or dask.",
    EXECUTION,
)
WORKERS = key(
    "processes of this machine; null: one a core",
    "Write a whole number from 1 to 4096, or null.",
    EXECUTION,
    ge=1,
    le=4096,
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
    "strategies to run (docs/strategies.md): default (sixteen), all, or a list",
    "Write default, all, or a list of names and files, e.g. strategies=[training,mandate].",
)
POLICY_START = key(
    "first month under the strategies; before it all share one history",
    "Write year and month, e.g. 2021-01.",
    LITERAL,
)
HORIZON = key(
    "months after the policy date", f"Write whole months, 1 to {CENTURY}.", ge=1, le=CENTURY
)
BUDGET = key(
    "US$ that each strategy may spend after the policy date",
    "Write US$ as a plain number, e.g. budget=5e6, or null for no limit.",
    ge=0,
    le=1e12,
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

    def check_policy(self, policy_start: str, least: int = 0) -> int:
        """Months of the history before the policy date.

        Raises
        ------
        RequestError
            When there are fewer than `least`, or the practice has support of its own then.
        """
        before = months_between(str(self.start), policy_start)
        if before < least:
            raise wrong_date(policy_start, f"the history begins in {self.start}, not before")
        self.of_practice().check_policy(before, policy_start, WHERE)
        return before


class RunRequest(HistoryRequest):
    """Keys that `compare` and `simulate` share."""

    draws: int | None = key(
        "parameter draws used; null: 200 (compare) or 20 (simulate), or all of a smaller set",
        "Write a whole number from 1 to 100000, or null.",
        ge=1,
        le=100_000,
    )
    replicates: int = key(
        "histories for each parameter draw",
        "Write a whole number from 1 to 10000.",
        ge=1,
        le=10_000,
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


def months_between(first: str, then: str) -> int:
    """Months from one "YYYY-MM" to another."""
    (y0, m0), (y1, m1) = (map(int, month.split("-")) for month in (first, then))
    return 12 * (y1 - y0) + m1 - m0


def later(month: str, n: int) -> str:
    """The month n months after "YYYY-MM"."""
    number = 12 * int(month[:4]) + int(month[5:]) - 1 + n
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def wrong_date(given: str, why: str, also: str = "") -> RequestError:
    """Error of a policy date that does not fit the history."""
    return RequestError(
        f"policy_start={given}",
        where=WHERE,
        why=why,
        write=f"Write another policy_start, or another start{also}.",
    )
