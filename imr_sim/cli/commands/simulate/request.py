"""What `imr-sim simulate` may be asked."""

from __future__ import annotations

from typing import Literal, Self

from imr_sim import limits
from imr_sim.cli.request.keys import LITERAL, WHERE, key, wrong
from imr_sim.cli.request.shared import (
    STRATEGY,
    Month,
    RunRequest,
)
from imr_sim.months import Dates, later

# Keys that a sweep answers, when one of its rows is to become a history.
TAKEN = ("system", "practice", "start", "policy_start", "budget", "seed")


class SimulateRequest(RunRequest):
    """Histories under one strategy."""

    strategy: str = STRATEGY
    months: int = key(
        "length of the history, months", f"Write {limits.MONTHS}.", within=limits.MONTHS
    )
    policy_start: Month | None = key(
        "first month under the strategy; null: the first month of the history, or the first after "
        "the practice's own support",
        "Write year and month, e.g. 2021-01, or null.",
        LITERAL,
    )
    events: bool = key("also write the log of events", "Write true or false.")
    study: Literal["interview_study", "national_survey", "facility_census"] | None = key(
        "also do a virtual study of the histories (docs/studies-virtual.md)",
        "Write interview_study, national_survey, facility_census, or null.",
    )
    study_date: Month | None = key(
        "month of the study; null: that of the real one, 2012-03, or 2017-04 for the census",
        "Write year and month, e.g. 2012-03, or null.",
        LITERAL,
    )
    study_size: int | None = key(
        "VAMCs interviewed, respondents surveyed, or facilities counted; null: as in the real one",
        "Write a whole number from 1 to 100000, or null.",
        ge=1,
        le=100_000,
    )

    sweep: str | None = key(
        "folder of a sweep of which one row becomes its history; the sweep says what was run, and "
        "of the keys above only strategy, events and study are asked for; null: none",
        "Write the folder of an imr-sim sweep, or null.",
        LITERAL,
        min_length=1,
    )
    row: list[int] | None = key(
        "point and replicate of that row",
        "Write them as the row has them, e.g. row=[17,0], or null.",
        min_length=2,
        max_length=2,
    )

    def resolved(self) -> Self:
        """The request with its dates, those of the sweep if there is one."""
        if self.sweep is not None:
            return self._of_sweep(self.sweep)
        begun = super().resolved()
        policy = self.policy_start or later(str(begun.start), self.of_practice().support_end)
        return begun.model_copy(update={"policy_start": policy})

    def _of_sweep(self, folder: str) -> Self:
        """The request with all that the sweep in a folder was of."""
        from imr_sim.cli.request.read import read_request  # which reads this class

        begun = read_request("sweep", [f"resume={folder}"])
        taken = {name: getattr(begun, name) for name in TAKEN}
        dates = Dates.of(begun.start, begun.policy_start, begun.horizon, where=WHERE)
        return self.model_copy(update={**taken, "months": dates.months, "replicates": 1})

    def check(self) -> None:
        """Raise RequestError unless the policy begins within the history."""
        if (self.sweep is None) != (self.row is None):
            given = f"row={self.row}" if self.sweep is None else f"sweep={self.sweep}"
            raise wrong(given, "a row is one of a sweep", "Write sweep=FOLDER row=[17,0].")
        policy = str(self.policy_start)
        dates = Dates.within(str(self.start), policy, self.months, where=WHERE)
        self.of_practice().check_policy(dates.before, policy, WHERE)
        for name in ("study_date", "study_size"):
            if self.study is None and getattr(self, name) is not None:
                raise wrong(
                    f"{name}={getattr(self, name)}",
                    "there is no study",
                    "Add study=national_survey or another, or leave it out.",
                )
