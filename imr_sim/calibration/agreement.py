"""Does the sampler find the posterior that the bank of prior histories finds?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from imr_sim.calibration.bank import Bank, axis_values, weigh
from imr_sim.calibration.calibrate import calibrate
from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.sbc import made_up_data
from imr_sim.calibration.smc import Settings

# A small run of the sampler: these worlds are many, and means are compared, not tails.
SAMPLER = Settings(
    particles=100,
    replicates=2,
    ess=0.5,
    sweeps=2,
    last_sweeps=4,
    cheap=8,
    accept=0.25,
    seed=0,
)
FIRST = 800  # prior histories that it starts from
INDEPENDENT = 0.5  # share of its draws taken to be independent of each other: assumption


def full_against_bank(bank: Bank, worlds: int, world: int, seed: int) -> pd.DataFrame:
    """Posterior means of the full sampler and of the bank, in one made-up world.

    Parameters
    ----------
    bank : Bank
    worlds : int
        Made-up worlds in all, as `imr_sim.calibration.sbc.rank_truth` judges them.
    world : int
        Which of them.
    seed : int

    Returns
    -------
    DataFrame
        One row a parameter, on the normal scale of the sampler: ``world``, ``mean_full``,
        ``sd_full``, ``mean_bank``, ``sd_bank``, ``z`` (difference over its standard error), and
        for the world ``log_evidence_full``, ``log_evidence_bank``, ``effective`` (histories of
        the bank).
    """
    simulator = bank.simulator
    data = made_up_data(bank, worlds, seed)[world]
    few = weigh(bank.log_likelihood([data])[:, :, 0], leave_out=world)
    names = simulator.likelihood.names
    judge = Likelihood(simulator.system, simulator.start, names, data=data)
    here = replace(simulator, likelihood=judge)
    full = calibrate(here, replace(SAMPLER, seed=seed + world), FIRST)
    rows = []
    for axis, name in enumerate(simulator.space.names):
        values, w = axis_values(bank, axis), few.weights
        mean = float((w * values).sum())
        sd = float(np.sqrt((w * (values - mean) ** 2).sum()))
        mine = full.z[:, axis]
        error = np.hypot(mine.std() / np.sqrt(INDEPENDENT * len(mine)), sd / np.sqrt(few.effective))
        rows.append(
            {
                "world": world,
                "parameter": name,
                "mean_full": mine.mean(),
                "sd_full": mine.std(),
                "mean_bank": mean,
                "sd_bank": sd,
                "z": (mine.mean() - mean) / error,
                "log_evidence_full": full.evidence,
                "log_evidence_bank": few.evidence,
                "effective": few.effective,
            }
        )
    return pd.DataFrame(rows)
