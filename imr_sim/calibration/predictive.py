"""Would the model, as calibrated, have shown the studies what they saw? Pattern by pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.simulator import Simulator
from imr_sim.calibration.space import normal_scores
from imr_sim.evidence import GROUPS, KINDS, LOCATION_KINDS, Target
from imr_sim.evidence.observed import FACTORS
from imr_sim.model.parameters import prior_cube
from imr_sim.studies.census import offering

BAND = (0.05, 0.95)
PRIOR = 5  # stream of the seed
COLUMNS = ["pattern", "quantity", "year", "group", "unit", "observed"]
EXACT = "all ten factors classified as the paper did"
STATEMENTS = {
    "fewer than half of VAMCs provide IMR": 4,
    "more than a third of PRRCs do not": 2,
    "VAMCs with a PRRC are likelier to": 1,
}


def predictive_table(
    likelihood: Likelihood,
    worlds: Mapping[str, tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]],
    seed: int,
) -> pd.DataFrame:
    """What studies would have seen in several sets of histories, against what they saw.

    Parameters
    ----------
    likelihood : Likelihood
    worlds : mapping of str to (features, observation parameters)
        For example "prior" and "posterior".
    seed : int
        Of the luck of the studies.

    Returns
    -------
    DataFrame
        One row a quantity: pattern (P1 to P6), quantity, year, group, unit, observed (empty where
        it is a bound or a probability), and for each world ``<world>_mean``, ``_lo``, ``_hi``
        (90%) and ``_in_band``. For a statement or a classification the mean is the probability
        that such a study would find what was published, and there is no band.
    """
    table: pd.DataFrame | None = None
    for world, (features, observation) in worlds.items():
        rows = []
        for about, values in _quantities(likelihood, features, observation, seed):
            observed = about["observed"]
            sampled = about.pop("sampled")
            lo, hi = np.nanquantile(values, BAND) if sampled else (np.nan, np.nan)
            inside = bool(lo <= observed <= hi) if sampled else None
            rows.append(
                {
                    **about,
                    f"{world}_mean": np.nanmean(values),
                    f"{world}_lo": lo,
                    f"{world}_hi": hi,
                    f"{world}_in_band": inside,
                }
            )
        frame = pd.DataFrame(rows).astype({f"{world}_in_band": "boolean", "year": "Int64"})
        new = frame.drop(columns=COLUMNS)
        table = frame if table is None else pd.concat([table, new], axis=1)
    assert table is not None
    return table


def prior_worlds(
    simulator: Simulator, n: int, seed: int
) -> tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]:
    """Features and observation parameters of `n` prior points, a history each."""
    z = normal_scores(prior_cube(n, simulator.space.names, seed))
    luck = np.random.default_rng([seed, PRIOR]).integers(2**32, size=(n, 1), dtype=np.uint32)
    return simulator.simulate(z, luck), simulator.space.observers(z)


def _row(pattern: str, quantity: str, unit: str, **more: object) -> dict:
    usual = {"year": None, "group": "", "observed": np.nan, "sampled": False}
    return {"pattern": pattern, "quantity": quantity, "unit": unit} | usual | more


def _quantities(
    likelihood: Likelihood,
    features: Mapping[str, np.ndarray],
    observation: Mapping[str, np.ndarray],
    seed: int,
) -> Iterator[tuple[dict, np.ndarray]]:
    predicted = likelihood.predict(features, observation)
    for target in likelihood.targets:
        rng = np.random.default_rng([seed, likelihood.names.index(target.name)])
        here, data = predicted[target.name], likelihood.data[target.name]
        totals = np.ones(1) if target.totals is None else target.totals
        drawn = KINDS[target.kind].draw(here, target.totals, rng)
        if target.name == "census_by_kind":
            yield from _census(target, np.asarray(data), drawn)
        elif target.name == "between_state":
            for i, kind in enumerate(target.labels):
                yield (
                    _row(
                        "P5",
                        "between-state chi-square over its degrees of freedom, mean of the years",
                        "ratio",
                        group=kind,
                        observed=float(np.mean(data, axis=0)[i]),
                        sampled=True,
                    ),
                    drawn[:, 0, i],
                )
        elif target.name == "survey_bounds":
            codes = np.arange(here["p_bounds"].shape[1])
            for words, bit in STATEMENTS.items():
                stated = here["p_bounds"][:, (codes & bit) > 0].sum(axis=1)
                yield _row("P4", words, "probability of the finding", year=2012), stated
            fifth = here["p_trained"][:, 1]
            about = _row(
                "P4", "15 to 25% of providers trained", "probability of the finding", year=2012
            )
            yield about, fifth
        elif target.name == "interview_contrast":
            found = np.asarray(data, bool)
            p = here["p"]
            exact = np.where(found, p, 1 - p).prod(axis=2).mean(axis=1)
            yield _row("P3", EXACT, "probability of the finding", year=2012), exact
            for i, factor in enumerate(FACTORS):
                verb = "differs" if found[i] else "does not differ"
                share = p[:, :, i].mean(axis=1)
                about = _row(
                    "P3", f"{factor} {verb}", "probability of the finding", year=2012, group=factor
                )
                yield about, share if found[i] else 1 - share
        elif target.name == "sustainment":
            shares = drawn[:, 0] / totals[0]
            for i, label in enumerate(target.labels):
                yield (
                    _row(
                        "P6",
                        label.replace("_", " ") + " in six years",
                        "share of 49 sites",
                        observed=float(data[0, i] / totals[0]),
                        group=label,
                        sampled=True,
                    ),
                    shares[:, i],
                )


def _census(
    target: Target, data: np.ndarray, drawn: np.ndarray
) -> Iterator[tuple[dict, np.ndarray]]:
    """P1 and P2 by kind of location, from places that say yes (H, Y, 6)."""
    assert target.totals is not None
    counted, observed = offering(drawn / target.totals), offering(data / target.totals)
    for i, group in enumerate(GROUPS):
        for row, year in enumerate(target.years):
            yield (
                _row(
                    "P1" if group in LOCATION_KINDS else "P2",
                    "locations offering IMR",
                    "share of locations",
                    year=year,
                    group=group,
                    observed=float(observed[row, i]),
                    sampled=True,
                ),
                counted[:, row, i],
            )
