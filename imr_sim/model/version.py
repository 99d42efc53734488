"""Which model is this? A hash of what it does, not of how it is written."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from scipy.stats import qmc

from imr_sim.model.batch import Batch, Setting
from imr_sim.model.parameters import SPECS
from imr_sim.strategies import LEVERS
from imr_sim.system import load_system

DRAWS, MONTHS, SEED = 6, 48, 2004
COUNTED = ("status", "events", "aware", "supportive", "champions", "trained", "delivering")


@cache
def model_version() -> str:
    """Hash of defaults, ranges, priors, and of a few short histories, with and without levers.

    A faster or tidier program that gives the same histories has the same version; a changed rule,
    draw, default, range or prior has another. Whole numbers are hashed only, so that the last bit
    of a logarithm does not tell machines apart.
    """
    table = [(s.name, s.default, s.low, s.high, str(s.prior)) for s in SPECS.values()]
    digest = hashlib.sha256(repr(table).encode())
    setting = Setting.of(load_system("small"), SEED, "2004-01", threads=1)
    batch = Batch(setting, _some_values(), np.arange(DRAWS), np.zeros(DRAWS, int))
    everything = np.ones((DRAWS, setting.world.n_sites, len(LEVERS)))
    for record in (batch.advance(MONTHS), batch.advance(MONTHS, everything)):
        for name in COUNTED:
            digest.update(record[name].astype("<i4").tobytes())
    return digest.hexdigest()[:16]


def _some_values() -> np.ndarray:
    """Parameter values for these histories: a few points spread over the prior.

    Apart from `prior`, so that another way to draw from the same prior is not another model.
    """
    u = qmc.LatinHypercube(d=len(SPECS), rng=np.random.default_rng(SEED)).random(DRAWS)
    columns = [s.prior.quantile(u[:, i], s.low, s.high) for i, s in enumerate(SPECS.values())]
    return np.column_stack(columns)
