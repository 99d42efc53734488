"""What a trial would see: predictive counts, against what was seen, and the power of a plan."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim.checks import whole_number
from imr_sim.model.parameters import Parameters, ParameterSet, as_set
from imr_sim.trials.effects import new_study, study_parameters
from imr_sim.trials.form import Trial
from imr_sim.trials.library import load_trial
from imr_sim.trials.outcomes import Item
from imr_sim.trials.power import power_table
from imr_sim.trials.run import SITES, Shares, run_trial

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FEWEST = 4000  # predictive values behind each row: draws are repeated, each as often


@dataclass(frozen=True)
class TrialResult:
    """What the model expects of a trial.

    Attributes
    ----------
    trial : Trial
    shares : Shares
        What each draw shows.
    parameters : ParameterSet
    seed : int
    """

    trial: Trial
    shares: Shares
    parameters: ParameterSet
    seed: int

    def sample(self, item: Item) -> np.ndarray:
        """Values that such a trial may see: parameters, study and the luck of its sites.

        Counts of sites for a share; else the mean or the difference. Sites are independent given
        the draw and the study (*assumption*).
        """
        rng = np.random.default_rng([self.seed, zlib.crc32(f"{item.trial} {item.name}".encode())])
        return draw_item(self.shares, item, rng, FEWEST)

    def table(self) -> pd.DataFrame:
        """One row an arm, outcome and month.

        Returns
        -------
        DataFrame
            ``trial, arm, outcome, month, sites, observed, mean, q05, q25, q50, q75, q95, p_value``:
            counts of sites, or means or differences as ``unit`` says; ``observed`` empty where
            there is nothing, or bounds only (``observed_low``, ``observed_high``); ``p_value``
            two-sided predictive, of bounds the probability to lie in them; ``in_band`` whether
            the 90% band holds what was observed; ``fitted`` whether it may inform parameters.
        """
        return pd.DataFrame([self._row(item) for item in self.shares.items])

    def _row(self, item: Item) -> dict[str, object]:
        sample = self.sample(item)
        low, *_, high = quantiles = np.quantile(sample, QUANTILES)
        observed, p_value, inside = _against(item, sample, low, high)
        bounds = item.observed if item.observed and item.observed.count is None else None
        return {
            "trial": item.trial,
            "arm": item.arm,
            "outcome": item.outcome.name,
            "month": item.month,
            "sites": item.sites,
            "observed": observed,
            "mean": sample.mean(),
            **dict(zip(("q05", "q25", "q50", "q75", "q95"), quantiles, strict=True)),
            "p_value": p_value,
            "observed_low": np.nan if bounds is None or bounds.low is None else bounds.low,
            "observed_high": np.nan if bounds is None or bounds.high is None else bounds.high,
            "in_band": inside,
            "unit": _unit(item),
            "fitted": item.fitted and item.observed is not None,
        }

    def power(self) -> pd.DataFrame:
        """Chance that the interval of each difference between arms leaves out zero."""
        return power_table(self.trial, self.shares, self.seed)


def trial(
    given: str | Path | Trial,
    parameters: Parameters | ParameterSet | Sequence[Parameters] | None = None,
    *,
    seed: int = 1,
    sites: int = SITES,
    threads: int | None = None,
    discount: bool = True,
) -> TrialResult:
    """Run a trial in the model.

    Parameters
    ----------
    given : str, Path or Trial
        A trial that ships by its name, the path of a YAML file (docs/trials.md), or an object.
    parameters : Parameters, ParameterSet, sequence of Parameters, or None
        None: the shipped draws.
    seed : int
        Seed; 0 is a seed.
    sites : int
        Sites simulated for each arm and draw.
    threads : int or None
        Results do not depend on it.
    discount : bool
        Whether a published study is taken for a selected success
        (`imr_sim.trials.effects.new_study`).

    Returns
    -------
    TrialResult

    Raises
    ------
    RequestError
        When the file says what cannot be.

    Examples
    --------
    >>> import imr_sim as imr
    >>> result = imr.trial("e53_job_seekers", imr.prior(8, seed=1))
    >>> table = result.table()
    """
    study = load_trial(given)
    whole_number("seed", seed, 0, 2**63 - 1)
    whole_number("sites", sites, 1, 100_000)
    if parameters is None:
        from imr_sim.model.shipped import posterior

        parameters = posterior()
    draws = as_set(parameters)
    effects = new_study(study, study_parameters(draws, seed), seed, discount=discount)
    keys = np.arange(len(draws), dtype=np.uint32)
    shares = run_trial(study, draws.values, effects, keys, seed, sites=sites, threads=threads)
    return TrialResult(study, shares, draws, seed)


def draw_item(shares: Shares, item: Item, rng: np.random.Generator, fewest: int) -> np.ndarray:
    """Predictive values of one item, at least `fewest`, each draw as often as any other."""
    column = shares.items.index(item)
    times = max(1, -(-fewest // len(shares.value)))
    value, sd, reach = (
        np.repeat(a[:, column], times) for a in (shares.value, shares.sd, shares.reach)
    )
    if not item.outcome.is_mean:
        n = np.full(len(value), item.sites)
        if item.outcome.of_started and (item.observed is None or item.observed.of is None):
            n = rng.binomial(n, reach)
        return rng.binomial(n, value).astype(float)
    if item.observed is not None and item.observed.se is not None:
        error = np.full(len(value), item.observed.se)
    else:
        error = sd / np.sqrt(np.maximum(item.sites * reach, 1.0))
    drawn = value + error * rng.standard_normal(len(value))
    if item.outcome.minus is not None:
        return drawn
    return np.clip(drawn, *((1.0, 5.0) if item.outcome.kind == "mean_fidelity" else (0.0, None)))


def _against(
    item: Item, sample: np.ndarray, low: float, high: float
) -> tuple[float, float, bool | None]:
    """What was observed, its predictive p-value, and whether it lies in the 90% band."""
    seen = item.observed
    if seen is None:
        return np.nan, np.nan, None
    point = seen.count if seen.mean is None else seen.mean
    if point is not None:
        ties = 0.5 * (sample == point).mean()
        below, above = (sample < point).mean() + ties, (sample > point).mean() + ties
        return float(point), float(min(1.0, 2 * min(below, above))), bool(low <= point <= high)
    least = -np.inf if seen.low is None else seen.low
    most = np.inf if seen.high is None else seen.high
    inside = ((sample >= least) & (sample <= most)).mean()
    return np.nan, float(inside), bool(high >= least and low <= most)


def _unit(item: Item) -> str:
    unit = {
        "mean_fidelity": "fidelity points",
        "veterans_reached": "Veterans a site",
    }.get(item.outcome.kind, "share of sites" if item.outcome.minus else "sites")
    return f"{unit}, minus {item.outcome.minus}" if item.outcome.minus else unit
