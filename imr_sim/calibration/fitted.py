"""How well studies see, as it was fitted along with the shipped draws."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq

from imr_sim.calibration.files import Files, sha256
from imr_sim.model.parameters import ParameterSet
from imr_sim.studies import OBSERVATION


def fitted_observation(parameters: ParameterSet) -> dict[str, np.ndarray] | None:
    """Parameters of observation that belong to each of the first shipped draws.

    Parameters
    ----------
    parameters : ParameterSet

    Returns
    -------
    dict of ndarray of float64, shape (draws,), or None
        None for any other than the shipped posterior: nothing was fitted along with it.
    """
    points = Files.shipped().points
    if parameters.extra.get("points_sha256") != sha256(points):
        return None
    frame = pq.read_table(points, columns=list(OBSERVATION)).to_pandas().iloc[: len(parameters)]
    return {name: frame[name].to_numpy(float) for name in OBSERVATION}
