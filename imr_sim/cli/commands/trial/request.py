"""What `imr-sim trial` may be asked."""

from __future__ import annotations

from typing import Any

from imr_sim import limits
from imr_sim.cli.request.keys import Request, key, wrong
from imr_sim.cli.request.shared import FIGURES, OUT, PARAMETERS, QUIET, SEED, THREADS

ALL = "all"


class TrialRequest(Request):
    """Trials, and the draws that predict them."""

    trials: list[str] = key(
        "trials to imitate (docs/trials.md); they may stand before the keys, without trials=",
        "Write names, paths of trial files, or all, e.g. imr-sim trial e53_job_seekers mine.yaml.",
    )
    parameters: dict[str, Any] = PARAMETERS
    draws: int | None = key(
        "parameter draws; null: 400, or all of a smaller set",
        f"Write {limits.DRAWS}, or null.",
        within=limits.DRAWS,
    )
    sites: int = key(
        "sites simulated for each arm and draw; an arm with fewer is repeated",
        "Write a whole number from 1 to 10000.",
        ge=1,
        le=10_000,
    )
    discount: bool = key(
        "take published studies for selected successes, whose sites accept more readily",
        "Write true or false.",
    )
    seed: int = SEED
    threads: int | None = THREADS
    out: str | None = OUT
    figures: bool = FIGURES
    quiet: bool = QUIET

    def check(self) -> None:
        """Raise RequestError when no trial is named, or one twice."""
        if not self.trials:
            raise wrong(
                "trials=[]",
                "there is no trial to imitate",
                "Write imr-sim trial all, or names and files (docs/trials.md).",
            )
        twice = [name for name in self.trials if self.trials.count(name) > 1]
        if twice:
            raise wrong(twice[0], "this trial is named twice", "Name each once.")
