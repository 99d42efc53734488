"""What `calibrate`, `forecast` and `validate` may be asked."""

from __future__ import annotations

from typing import ClassVar

from imr_sim.cli.requests import OUT, SYSTEM, Month, Request, key
from imr_sim.errors import RequestError

RESUME = key(
    "folder of a run of this command that was interrupted, to go on with",
    "Write the path of its folder, or null; beside it only what results do not depend on.",
    min_length=1,
)
SEED = key(
    "seed of all chance; the same seed gives the same result",
    "Write a whole number from 0 to 4294967295.",
    ge=0,
    lt=2**32,
)
THREADS = key(
    "cores used, at most; results do not depend on it",
    "Write a whole number of at least 1, or null for all.",
    ge=1,
    le=4096,
)
FEWEST_DRAWS = 10  # of a fit
COUNT = "Write a whole number from 1 to 1000000."


class LongRequest(Request):
    """Keys of all commands whose work can be taken up again."""

    HOW: ClassVar[tuple[str, ...]] = ("quiet",)
    """Keys that may stand beside `resume`: results do not depend on them."""

    seed: int = SEED
    resume: str | None = RESUME
    out: str | None = OUT
    figures: bool = key("draw the figures (PNG and SVG)", "Write true or false.")
    quiet: bool = key("no progress on the terminal", "Write true or false.")


class ThreadsRequest(LongRequest):
    """Keys of all commands that fit or judge a fit."""

    HOW: ClassVar[tuple[str, ...]] = ("threads", "quiet")

    threads: int | None = THREADS


class FitRequest(ThreadsRequest):
    """A fit of the model to what was observed."""

    system: str = SYSTEM
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
        "last year of the evidence that is used; null: all of it",
        "Write a year, e.g. 2015, or null.",
        ge=1990,
        le=2199,
    )


class ForecastRequest(FitRequest):
    """A fit to what was known up to a year, and the years after it."""

    train_until: int = key(
        "last year of the evidence that is used", "Write a year, e.g. 2015.", ge=1990, le=2199
    )
    last_year: int = key("last year to forecast", "Write a year, e.g. 2020.", ge=1990, le=2199)


class ValidateRequest(ThreadsRequest):
    """A calibration put to the test."""

    system: str = SYSTEM
    calibration: str = key(
        "the calibration to judge",
        "Write shipped, or the folder of an imr-sim calibrate run.",
        min_length=1,
    )
    predictive_draws: int = key("prior histories to compare with", COUNT, ge=10, le=1_000_000)
    bank: int = key("prior histories that made-up worlds are judged by", COUNT, ge=100)
    looks: int = key(
        "draws of the observation parameters for each", "Write 1 to 100.", ge=1, le=100
    )
    worlds: int = key("made-up worlds (simulation-based calibration)", COUNT, ge=10, le=10_000)
    full_worlds: int = key(
        "of them, how many the full sampler judges too", "Write 0 to 1000.", ge=0, le=1000
    )
    refit_draws: int = key(
        "draws of a second fit and of fits without evidence that the draws cannot do without; "
        "0: no such fits",
        "Write 0, or a whole number from 10 to 1000000.",
        ge=0,
        le=1_000_000,
    )
    mechanism_histories: int = key(
        "histories for each mechanism that is switched off", COUNT, ge=100, le=1_000_000
    )
    held_out_from: int = key(
        "first year of the evidence that the predictive fit of mechanisms is about",
        "Write a year, e.g. 2016.",
        ge=1990,
        le=2199,
    )
    fidelity_draws: int = key("draws for the pattern of fidelity (P7)", COUNT, ge=10, le=100_000)

    def check(self) -> None:
        """Raise RequestError when more worlds are judged twice than there are, or by few draws."""
        if 0 < self.refit_draws < FEWEST_DRAWS:
            raise RequestError(
                f"refit_draws={self.refit_draws}",
                where="command line",
                why="a fit needs more draws than that",
                write=f"Write 0, or at least {FEWEST_DRAWS}.",
            )
        if self.full_worlds > self.worlds:
            raise RequestError(
                f"full_worlds={self.full_worlds}",
                where="command line",
                why=f"there are {self.worlds} made-up worlds in all",
                write=f"Write at most {self.worlds}.",
            )
