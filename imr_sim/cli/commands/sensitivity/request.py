"""What `imr-sim sensitivity` may be asked."""

from __future__ import annotations

from typing import Literal, Self

from imr_sim import limits
from imr_sim.cli.request.keys import LITERAL, NAMES, key, wrong
from imr_sim.cli.request.shared import (
    BUDGET,
    EXECUTOR,
    POLICY_START,
    SCHEDULER,
    WORKERS,
    Executor,
    HistoryRequest,
    Month,
    ResumableRequest,
)
from imr_sim.months import later, months_between

YEARS = 5  # under a strategy, unless a date is given
NONE = "none"
AVERAGED = limits.Limit(2, limits.REPLICATES.high)


class SensitivityRequest(HistoryRequest, ResumableRequest):
    """What outcomes depend on."""

    ranges: dict[str, list[float]] = key(
        "parameters varied evenly between two values",
        "Write name: [low, high], e.g. ranges={media: [0.05, 0.3]}.",
        NAMES,
    )
    vary: list[str] | Literal["all"] | None = key(
        "parameters varied over the set's distribution, each by itself; null: all (of levers, "
        "those in use), or none where ranges are given",
        "Write all, or a list of names, e.g. vary=[media,beta_within].",
    )
    strategy: str = key(
        "strategy under which outcomes are read",
        "Write the name of a strategy or the path of a strategy file.",
        LITERAL,
        min_length=1,
    )
    reference: str | None = key(
        "strategy that added outcomes are compared with; null: none, where there is a strategy",
        "Write the name of a strategy, or null.",
        LITERAL,
        min_length=1,
    )
    policy_start: Month = POLICY_START
    date: Month | None = key(
        "month at whose end outcomes are read; null: the last before the policy date, or of five "
        "years under the strategy",
        "Write year and month, e.g. 2020-12, or null.",
        LITERAL,
    )
    outcomes: list[str] = key(
        "outcomes (docs/sweeps.md); the first one is printed",
        "Write a list of names, e.g. outcomes=[added_vamcs,cost_per_added_vamc_year].",
        min_length=1,
        max_length=6,
    )
    budget: float | None = BUDGET
    methods: list[Literal["morris", "sobol", "pawn"]] = key(
        "screening, shares of variance, whole distribution",
        "Write a list, e.g. methods=[morris,sobol].",
        min_length=1,
    )
    trajectories: int = key(
        "trajectories of Morris, each with one point more than parameters",
        "Write a whole number from 4 to 10000.",
        ge=4,
        le=10_000,
    )
    top: int = key(
        "parameters that go on from Morris to Sobol' and PAWN, by their share of the largest "
        "effect on any outcome; without Morris all go on",
        "Write a whole number from 1 to 200.",
        ge=1,
        le=200,
    )
    samples: int = key(
        "blocks of the Sobol' design, each with two points more than parameters",
        "Write a power of two from 16 to 1048576.",
        ge=16,
        le=2**20,
    )
    second_order: bool = key("also the Sobol' indices of pairs", "Write true or false.")
    points: int = key("points of PAWN", "Write a power of two from 64 to 1048576.", ge=64, le=2**20)
    replicates: int = key(
        "histories of each point, averaged; two or more, to tell luck from influence",
        f"Write {AVERAGED}.",
        within=AVERAGED,
    )
    function: Literal["ishigami", "sobol_g"] | None = key(
        "a function of known indices in place of the model, to check the method",
        "Write ishigami, sobol_g, or null.",
    )
    executor: Executor = EXECUTOR
    workers: int | None = WORKERS
    scheduler: str | None = SCHEDULER

    @property
    def supported(self) -> bool:
        """Whether there is a strategy, or one to compare with."""
        return self.strategy != NONE or self.reference is not None

    def resolved(self) -> Self:
        """The request with its dates and its reference filled in."""
        begun = super().resolved()
        filled: dict[str, str | None] = {}
        if self.strategy != NONE and self.reference is None:
            filled["reference"] = NONE
        if self.date is None:
            months = 12 * YEARS - 1 if self.supported else -1
            filled["date"] = later(self.policy_start, months)
        return begun.model_copy(update=filled)

    def check(self) -> None:
        """Raise RequestError unless dates, outcomes and designs fit each other."""
        for name in ("samples", "points"):
            n = getattr(self, name)
            if n & (n - 1):
                below = 1 << (n.bit_length() - 1)
                why = "Sobol' points are balanced only in powers of two"
                raise wrong(f"{name}={n}", why, f"Write {below} or {2 * below}.")
        if len(set(self.methods)) < len(self.methods):
            raise wrong(f"methods={self.methods}", "a method stands twice", "Name each once.")
        if self.parameters["set"] == "default" and (self.vary or not self.ranges):
            why = "it has one value of each parameter, and no spread"
            write = "Give ranges={name: [low, high]}, or write parameters=prior."
            raise wrong("parameters=default", why, write)
        self._check_dates()

    def _check_dates(self) -> None:
        date = str(self.date)
        length = months_between(str(self.start), date) + 1
        if not limits.MONTHS.low <= length <= limits.MONTHS.high:
            why = f"a history from {self.start} to {date} is none"
            raise wrong(f"date={date}", why, "Write another date or start.")
        if not self.supported:
            return
        if self.strategy == self.reference:
            given = f"strategy={self.strategy} reference={self.reference}"
            raise wrong(given, "they are the same", "Write another strategy.")
        if months_between(self.policy_start, date) < 0:
            why = f"outcomes would be read in {date}, before the strategy begins"
            raise wrong(f"date={date}", why, "Write another date or policy_start.")
        self.check_dates(self.policy_start, months_between(self.policy_start, date) + 1)
