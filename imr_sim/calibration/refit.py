"""Smaller fits beside the one that is judged: once more with other luck, and without a target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from imr_sim.calibration.calibrate import Calibration, ProgressCall, calibrate
from imr_sim.calibration.likelihood import Likelihood

AGAIN = "again"  # the same evidence, another seed
FIRST = 8  # prior histories for each draw that such a fit starts from


def refit(
    found: Calibration,
    name: str,
    draws: int,
    until: int | None = None,
    *,
    checkpoint: Path | None = None,
    progress: ProgressCall | None = None,
) -> pd.DataFrame:
    """Fit again, with another seed, to the same evidence or to all but one target.

    Parameters
    ----------
    found : Calibration
        The fit that is judged.
    name : str
        ``"again"``, or the target that is left out.
    draws : int
        Draws of the new fit.
    until : int or None
        Last year of the evidence, as in the fit that is judged.
    checkpoint, progress
        As for `imr_sim.calibration.calibrate.calibrate`.

    Returns
    -------
    DataFrame
        One row a draw, one column an axis, on the normal scale of the sampler.
    """
    simulator = found.simulator
    names = tuple(n for n in simulator.likelihood.names if n != name)
    judge = Likelihood(simulator.system, simulator.start, names, until)
    settings = replace(found.settings, particles=draws, seed=found.settings.seed + 1)
    here = replace(simulator, likelihood=judge)
    again = calibrate(here, settings, FIRST * draws, checkpoint=checkpoint, progress=progress)
    return pd.DataFrame(again.z, columns=list(simulator.space.names))
