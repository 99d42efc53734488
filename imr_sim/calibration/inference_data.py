"""Posterior and prior in the form that ArviZ reads."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from imr_sim.calibration.calibrate import Calibration
from imr_sim.calibration.space import normal_scores
from imr_sim.errors import RequestError
from imr_sim.model.parameters import prior_cube

NEEDED = ("arviz", "h5netcdf")


def check_arviz() -> None:
    """Raise RequestError unless the extra that writes ArviZ files is installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise RequestError(
            f"without {', '.join(missing)}",
            where="calibrate",
            why="results are also written for ArviZ",
            write="Install the extra: pip install 'imr-sim[calibrate]'.",
        )


def write_inference_data(calibration: Calibration, path: Path) -> None:
    """Write groups ``posterior``, ``prior`` and ``log_likelihood`` (by target) as NetCDF."""
    import arviz

    space, z = calibration.simulator.space, calibration.z
    cube = prior_cube(len(z), space.names, calibration.settings.seed)

    def chain(points: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(space.names, space.values(points).T[:, None], strict=True))

    data = arviz.from_dict(
        posterior=chain(z),
        prior=chain(normal_scores(cube)),
        log_likelihood={t: ll[None] for t, ll in calibration.by_target.items()},
    )
    data.to_netcdf(str(path), engine="h5netcdf")
