"""What `imr-sim calibrate` may be asked, and any command that fits the model."""

from __future__ import annotations

from typing import Any

from imr_sim.cli.request.keys import key
from imr_sim.cli.request.shared import SYSTEM, THREADS, Month, ResumableRequest

FEWEST_DRAWS = 10  # of a fit
COUNT = "Write a whole number from 1 to 1000000."
LAST_YEAR_USED = "last year of the evidence that is used"
YEARS: dict[str, Any] = {"ge": 1990, "le": 2199}


class FitRequest(ResumableRequest):
    """A fit of the model to what was observed."""

    system: str = SYSTEM
    threads: int | None = THREADS
    start: Month = key("first month of the history", "Write year and month, e.g. 2004-01.")
    targets: list[str] = key(
        "evidence to fit (docs/calibration.md); the same evidence counts once",
        "Write a list of names, e.g. targets=[census_by_kind,survey_bounds].",
        min_length=1,
    )
    draws: int = key("posterior draws", COUNT, ge=FEWEST_DRAWS, le=1_000_000)
    replicates: int = key("histories of each point", "Write 1 to 64.", ge=1, le=64)
    bank: int = key("prior histories to start from, at least `draws`", COUNT, ge=10, le=10_000_000)
    ess: float = key(
        "effective share of the draws after each step of the temperature",
        "Write a number from 0.1 to 0.95.",
        ge=0.1,
        le=0.95,
    )
    sweeps: int = key("moves of every draw at each temperature", "Write 1 to 100.", ge=1, le=100)
    last_sweeps: int = key("moves at the last temperature", "Write 1 to 1000.", ge=1, le=1000)
    cheap: int = key(
        "moves of the observation parameters alone in each sweep", "Write 0 to 100.", ge=0, le=100
    )
    accept: float = key(
        "acceptance that steps are tuned to", "Write a number from 0.05 to 0.9.", ge=0.05, le=0.9
    )


class CalibrateRequest(FitRequest):
    """Prior to posterior."""

    train_until: int | None = key(
        f"{LAST_YEAR_USED}; null: all of it", "Write a year, e.g. 2015, or null.", **YEARS
    )
