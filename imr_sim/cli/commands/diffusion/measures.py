"""The table of nodes and the table of tests that `imr-sim diffusion` writes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from imr_sim.cli.commands.diffusion.request import DiffusionRequest
from imr_sim.diffusion import (
    DiffusionNetwork,
    adopter_categories,
    cumulative_adopters,
    exposure,
    fit_bass,
    geodesic_weights,
    infectiousness,
    leadership,
    morans_i,
    opinion_leaders,
    structure_test,
    susceptibility,
    thresholds,
    valente_categories,
)
from imr_sim.errors import RequestError

Row = dict[str, object]


def measures(network: DiffusionNetwork, lag: int, reach: int) -> pd.DataFrame:
    """All measures of nodes, one row each."""
    table = thresholds(network, lag=lag)
    both = valente_categories(network, lag=lag)
    last = np.asarray(exposure(network)[:, -1])
    binary = network.matrix(valued=False)
    return pd.DataFrame(
        {
            "name": network.names,
            "adoption_time": network.times,
            "names": np.asarray(binary.sum(axis=1), np.int64),
            "is_named": np.asarray(binary.sum(axis=0), np.int64),
            "leader": opinion_leaders(network),
            "exposure_at_end": last,
            "threshold": table["threshold"].to_numpy(),
            "threshold_censored": table["censored"].to_numpy(),
            "rogers": np.asarray(adopter_categories(network), object),
            "valente_adoption": np.asarray(both["adoption"], object),
            "valente_threshold": np.asarray(both["threshold"], object),
            "infectiousness": infectiousness(network, reach=reach),
            "susceptibility": susceptibility(network, reach=reach),
        }
    )


def tests(network: DiffusionNetwork, request: DiffusionRequest) -> pd.DataFrame:
    """Every test of the network: what it found, or why there is none."""
    rows = []
    for name, of in (
        ("structure test", _structure),
        ("Moran's I of adoption", _moran),
        ("nominations and time", _leadership),
        ("Bass curve", _bass),
    ):
        try:
            rows += [{"test": name, **row} for row in of(network, request)]
        except RequestError as refusal:
            rows.append({"test": name, "says": f"none: {refusal.why}"})
    columns = ["test", "value", "lo", "hi", "p", "p_error", "says"]
    return pd.DataFrame(rows).reindex(columns=columns)


def _structure(network: DiffusionNetwork, request: DiffusionRequest) -> Iterator[Row]:
    found = structure_test(
        network,
        lag=request.lag,
        within=request.within,
        rewirings=request.rewirings,
        seed=request.seed,
        threads=request.threads,
    )
    low, high = np.quantile(found.null, [0.05, 0.95])
    yield {
        "value": found.observed,
        "lo": float(low),
        "hi": float(high),
        "p": found.p,
        "p_error": found.p_error,
        "says": (
            f"excess exposure {found.observed:.3f}; 90% of rewired networks {low:.3f} to "
            f"{high:.3f}; p {found.p:.3f} +- {found.p_error:.3f}"
        ),
    }


def _moran(network: DiffusionNetwork, request: DiffusionRequest) -> Iterator[Row]:
    times = network.times[~np.isnan(network.times)]
    if not len(times):
        raise RequestError("times", where="Moran's I", why="nobody adopts", write="")
    period = int(np.median(times))
    found = morans_i(
        network.using(period, current=False),
        geodesic_weights(network),
        permutations=request.permutations,
        seed=request.seed,
    )
    yield {
        "value": found.observed,
        "p": found.p,
        "p_error": found.p_error,
        "says": (
            f"{found.observed:.3f} in period {period} (by chance {found.expected:.3f}, sd "
            f"{found.sd:.3f}); p {found.p:.3f} +- {found.p_error:.3f}"
        ),
    }


def _leadership(network: DiffusionNetwork, request: DiffusionRequest) -> Iterator[Row]:
    found = leadership(network, seed=request.seed)
    yield {
        "value": found.pearson,
        "lo": found.pearson_lo,
        "hi": found.pearson_hi,
        "says": (
            f"correlation {found.pearson:.2f} [{found.pearson_lo:.2f}, {found.pearson_hi:.2f}]: "
            f"{found.verdict}"
        ),
    }


def _bass(network: DiffusionNetwork, request: DiffusionRequest) -> Iterator[Row]:
    fit = fit_bass(cumulative_adopters(network))
    for name in ("p", "q", "ceiling"):
        value, error = getattr(fit, name), getattr(fit, f"{name}_se")
        yield {"value": value, "says": f"{name} = {value:.4g} (se {error:.2g}, too small)"}
    yield {"says": " ".join(fit.limits)}
