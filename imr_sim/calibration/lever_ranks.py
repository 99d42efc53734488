"""Made-up trials: is the truth where the second stage says?

Points are drawn from the prior, their trials are run and counted, and the posterior of each
data set is asked for the rank of the truth. One bank of points serves all worlds, by weights; a
world's own point is left out (see `imr_sim.calibration.sbc`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from imr_sim.calibration.lever_fit import FIELDS, FIT_SITES, TrialWatch
from imr_sim.calibration.lever_space import LeverSpace
from imr_sim.calibration.sbc import Ranks
from imr_sim.calibration.smc import effective
from imr_sim.calibration.space import normal_scores
from imr_sim.model.parameters import ParameterSet, prior_cube
from imr_sim.trials.form import Trial
from imr_sim.trials.likelihood import log_likelihood
from imr_sim.trials.observed import Observed
from imr_sim.trials.outcomes import Item

LUCK, WORLD = 1, 2  # streams of the seed
LEVEL = 0.90


def rank_levers(
    passive: ParameterSet,
    trials: Sequence[Trial],
    points: int,
    worlds: int,
    seed: int,
    *,
    sites: int = FIT_SITES,
    threads: int | None = None,
) -> pd.DataFrame:
    """Coverage of the 90% intervals of levers, acceptance and fidelity over made-up worlds.

    Parameters
    ----------
    passive : ParameterSet
    trials : sequence of Trial
        Their arms and numbers of sites; what was observed is made up anew.
    points, worlds : int
        Of the bank; the first so many of them make worlds.
    seed : int
    sites, threads
        As for `imr_sim.calibration.lever_fit.fit_levers`.

    Returns
    -------
    DataFrame
        One row a quantity: ``parameter, coverage_50, coverage_90, ecdf_outside_band, inside_band,
        worlds``, and the median number of ``effective`` points behind a world.
    """
    space = LeverSpace(tuple(trials), passive)
    watch = TrialWatch(space, seed, sites, threads)
    z = normal_scores(prior_cube(points, space.names, seed))
    keys = np.random.default_rng([seed, LUCK]).integers(2**32, size=(points, 1), dtype=np.uint32)
    features = watch.simulate(z, keys)
    items = [item for fitted in watch.items.values() for _, item in fitted]
    values = space.values(z)
    u, ess = np.empty((worlds, len(space.names))), np.empty(worlds)
    for world in range(worlds):
        rng = np.random.default_rng([seed, WORLD, world])
        ll = _log_likelihood(items, features, world, rng, sites)
        ll[world] = -np.inf
        ess[world] = effective(ll[np.isfinite(ll)])
        u[world] = _ranks(values, ll, world, rng)
    table = Ranks(space.names, u, ess).table()
    return table.assign(effective=float(np.median(ess)))


def _log_likelihood(
    items: Sequence[Item],
    features: dict[str, np.ndarray],
    world: int,
    rng: np.random.Generator,
    sites: int,
) -> np.ndarray:
    """How probable what one world saw is under every point, shape (points,)."""
    total = np.zeros(len(features["value"]))
    for column, item in enumerate(items):
        value, sd, reach = (features[name][:, column] for name in FIELDS)
        seen = _made_up(item, value[world], reach[world], rng)
        total += log_likelihood(replace(item, observed=seen), value, sd, reach, sites)
    return total


def _made_up(item: Item, value: float, reach: float, rng: np.random.Generator) -> Observed:
    real = item.observed
    assert real is not None, "nothing was observed"
    if real.se is not None:
        return Observed(mean=float(value + real.se * rng.standard_normal()), se=real.se)
    p = value * reach if item.outcome.of_started and real.of is None else value
    return Observed(count=int(rng.binomial(item.sites, p)), of=real.of)


def _ranks(values: np.ndarray, ll: np.ndarray, world: int, rng: np.random.Generator) -> np.ndarray:
    """Weighted rank of the truth on each axis, ties and the grain of weights broken by lot."""
    weights = np.exp(ll - logsumexp(ll))
    truth = values[world]
    below = weights @ (values < truth)
    grain = np.sum(weights**2)  # one effective point's share
    return np.clip(below + grain * (rng.random(len(truth)) - 0.5), 0.0, 1.0)
