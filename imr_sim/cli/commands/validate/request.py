"""What `imr-sim validate` may be asked."""

from __future__ import annotations

from imr_sim.cli.commands.calibrate.request import COUNT, FEWEST_DRAWS, YEARS
from imr_sim.cli.request.keys import LITERAL, key, wrong
from imr_sim.cli.request.shared import SYSTEM, THREADS, ResumableRequest


class ValidateRequest(ResumableRequest):
    """A calibration put to the test."""

    system: str = SYSTEM
    threads: int | None = THREADS
    calibration: str = key(
        "the calibration to judge",
        "Write shipped, or the folder of an imr-sim calibrate run.",
        LITERAL,
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
        **YEARS,
    )
    fidelity_draws: int = key("draws for the pattern of fidelity (P7)", COUNT, ge=10, le=100_000)

    def check(self) -> None:
        """Raise RequestError when more worlds are judged twice than there are, or by few draws."""
        if 0 < self.refit_draws < FEWEST_DRAWS:
            why = "a fit needs more draws than that"
            write = f"Write 0, or at least {FEWEST_DRAWS}."
            raise wrong(f"refit_draws={self.refit_draws}", why, write)
        if self.full_worlds > self.worlds:
            why = f"there are {self.worlds} made-up worlds in all"
            raise wrong(f"full_worlds={self.full_worlds}", why, f"Write at most {self.worlds}.")
