"""SALib, known here alone: it comes with the extra `sensitivity`.

SALib takes a seed only where it is true, so that 0 would mean "no seed", and then draws from
numpy's global generator. A `Generator` is always true, and is what is passed everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imr_sim.errors import RequestError

try:
    from SALib.analyze import morris as analyze_morris
    from SALib.analyze import sobol as analyze_sobol
    from SALib.sample import morris as sample_morris
    from SALib.sample import sobol as sample_sobol
except ImportError as error:
    raise RequestError(
        "sensitivity",
        where="command line",
        why=f"it needs the extra `sensitivity` ({error})",
        write="Install it: pip install 'imr-sim[sensitivity]'.",
    ) from None

CONFIDENCE = 0.95
"""Of all intervals of indices."""

__all__ = [
    "CONFIDENCE",
    "analyze_morris",
    "analyze_sobol",
    "generator",
    "problem",
    "sample_morris",
    "sample_sobol",
]


def problem(names: tuple[str, ...]) -> dict[str, Any]:
    """SALib's problem over the unit cube: what the cube means is for `Factors` to say."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def generator(seed: int, *part: int) -> np.random.Generator:
    """A generator of its own for each part of an analysis."""
    return np.random.default_rng([seed, *part])
