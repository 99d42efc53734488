"""Histories of the engine, as the benchmarks begin them."""

from __future__ import annotations

import numpy as np

from imr_sim.model.batch import Batch, Setting
from imr_sim.model.parameters import NAMES, Parameters
from imr_sim.system import System

START = "2004-01"
SEED = 1


def lay_out(system: System, threads: int = 1) -> Setting:
    """A system ready for the engine, once for many batches."""
    return Setting.of(system, SEED, START, threads)


def histories(setting: Setting, n: int, parameters: Parameters | None = None) -> Batch:
    """`n` histories of one parameter set, by default the default one, that differ in luck alone."""
    chosen = parameters or Parameters()
    values = np.tile([chosen[name] for name in NAMES], (n, 1))
    return Batch(setting, values, np.zeros(n, int), np.arange(n))
