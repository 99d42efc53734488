"""What `imr-sim diffusion` may be asked."""

from __future__ import annotations

from typing import Literal, Self

from imr_sim import limits
from imr_sim.cli.request.keys import LITERAL, WHERE, key, wrong
from imr_sim.cli.request.shared import (
    BUDGET,
    FIGURES,
    OUT,
    QUIET,
    SHORT_SEED,
    STRATEGY,
    THREADS,
    HistoryRequest,
    Month,
)
from imr_sim.months import Dates, later

COLUMN = "Write the name of a column, or null."
OF_DATA = (
    "nodes", "form", "directed", "id", "time", "adopted", "stop", "stop_reason", "spells", "never",
    "first", "last", "unit", "nominations",
)  # fmt: skip
WORD = int | str


class DiffusionRequest(HistoryRequest):
    """Data of one's own, or one simulated history; and what to measure."""

    ties: str | None = key(
        "your ties: edge list, matrix, graph or survey (docs/diffusion.md); null: measure a "
        "simulated history",
        "Write the path of a file, or null.",
        LITERAL,
    )
    nodes: str | None = key(
        "your nodes, one row each, with the time of adoption; null: they are in the ties' file",
        "Write the path of a file, or null.",
        LITERAL,
    )
    form: Literal["auto", "edges", "matrix", "nominations", "graph"] = key(
        "what the file of ties is", "Write auto, edges, matrix, nominations or graph."
    )
    directed: bool | None = key(
        "whether ties have a direction; null: as the file says or looks",
        "Write true, false or null.",
    )
    tells: bool = key(
        "ties lead from who tells to who hears, not from who names to who is named",
        "Write true or false.",
    )
    id: str | None = key("column with the nodes' names", COLUMN, LITERAL)
    time: str | None = key("column with the time of adoption", COLUMN, LITERAL)
    adopted: str | None = key("column that says 0 or 1 whether it adopted", COLUMN, LITERAL)
    stop: str | None = key("column with the first period without it again", COLUMN, LITERAL)
    stop_reason: str | None = key("column with the reason of the stop", COLUMN, LITERAL)
    spells: str | None = key(
        "file of spells: node, start, stop, reason, stop_reason; in place of time and stop",
        "Write the path of a file, or null.",
        LITERAL,
    )
    never: list[WORD] | None = key(
        "codes that mean never; null: times that look like codes are an error",
        "Write a list, e.g. never=[99,-1]; never=[] for none.",
    )
    first: WORD | None = key("first period observed", "Write a period or a date, or null.")
    last: WORD | None = key("last period observed", "Write a period or a date, or null.")
    unit: Literal["day", "week", "month", "quarter", "year"] | None = key(
        "what a period is, when times are dates", "Write day, week, month, quarter, year or null."
    )
    nominations: list[str] | None = key(
        "columns of a survey that hold who is named", "Write a list of columns, e.g. [advice_*]."
    )
    of: Literal["sites", "staff"] = key(
        "of a simulated history: sites that provide, or staff that know", "Write sites or staff."
    )
    strategy: str = STRATEGY
    months: int = key(
        "length of the history, months", f"Write {limits.MONTHS}.", within=limits.MONTHS
    )
    policy_start: Month | None = key(
        "first month under the strategy; null: the first month of the history",
        "Write year and month, e.g. 2021-01, or null.",
        LITERAL,
    )
    budget: float | None = BUDGET
    draw: int = key("which draw of the parameters", "Write 0 to 99.", ge=0, le=99)
    lag: int = key("periods between seeing and adopting", "Write 0 to 120.", ge=0, le=120)
    reach: int = key(
        "periods of infectiousness and susceptibility", "Write 1 to 120.", ge=1, le=120
    )
    rewirings: int = key(
        "rewired networks of the structure test", "Write 1 to 1,000,000.", ge=1, le=1_000_000
    )
    permutations: int = key(
        "permutations of Moran's I", "Write 1 to 1,000,000.", ge=1, le=1_000_000
    )
    within: str | None = key(
        "attribute whose groups ties keep in the structure test", COLUMN, LITERAL
    )
    terms: list[str] = key(
        "terms of the hazard regression: exposure and attributes",
        "Write a list, e.g. [exposure,role]; [] for no regression.",
    )
    link: Literal["logit", "cloglog"] = key("of the regression", "Write logit or cloglog.")
    baseline: Literal["linear", "log", "periods"] = key(
        "time in the regression", "Write linear, log or periods."
    )
    cluster: str = key("column whose groups the errors allow for", "Write a column.", LITERAL)
    seed: int = SHORT_SEED
    threads: int | None = THREADS
    out: str | None = OUT
    figures: bool = FIGURES
    quiet: bool = QUIET

    def resolved(self) -> Self:
        """The request with its dates: see `HistoryRequest.resolved`."""
        if self.ties is not None:
            return self
        begun = super().resolved()
        policy = self.policy_start or later(str(begun.start), self.of_practice().support_end)
        return begun.model_copy(update={"policy_start": policy})

    def check(self) -> None:
        """Raise RequestError for keys of data without data, or a policy outside the history."""
        if self.ties is None:
            for name in OF_DATA:
                if getattr(self, name) not in (None, "auto"):
                    raise wrong(
                        f"{name}={getattr(self, name)}",
                        "it says how to read data, and there are none",
                        "Add ties=FILE, or leave it out.",
                    )
            policy = str(self.policy_start)
            dates = Dates.within(str(self.start), policy, self.months, where=WHERE)
            self.of_practice().check_policy(dates.before, policy, WHERE)
