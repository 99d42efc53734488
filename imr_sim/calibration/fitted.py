"""How well studies see, as it was fitted along with the shipped draws."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq

from imr_sim.calibration.files import Files, sha256
from imr_sim.calibration.lever_files import ROWS
from imr_sim.model.parameters import ParameterSet
from imr_sim.studies import OBSERVATION


def fitted_observation(parameters: ParameterSet) -> dict[str, np.ndarray] | None:
    """Parameters of observation that were fitted along with each of the first shipped draws.

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
    fitted = [name for name in pq.read_schema(points).names if name in OBSERVATION]
    frame = pq.read_table(points, columns=fitted).to_pandas()
    rows = parameters.extra.get(ROWS, range(len(frame)))  # draws joint with levers repeat points
    frame = frame.iloc[list(rows)[: len(parameters)]]  # type: ignore[call-overload]
    return {name: frame[name].to_numpy(float) for name in fitted}
