"""Fit to what was known up to a year, go on from there, and compare with what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from imr_sim.analysis.score import crps, straight_line
from imr_sim.calibration.calibrate import Calibration
from imr_sim.evidence import KINDS, facility_counts
from imr_sim.months import month_number
from imr_sim.studies.census import cell_probabilities, census_month, count_vamcs

GROUPS = ("all", "with_psr", "without_psr")
BAND = (0.05, 0.95)
REPORTS = 4  # stream of the seed for what facilities report


@dataclass(frozen=True)
class Forecast:
    """Shares of facilities offering IMR, year by year, as the census would count them.

    Attributes
    ----------
    train_until : int
        Last year of the evidence that was used.
    draws : DataFrame
        One row a draw, replicate, year and group: ``share``, expected, and ``reported_share``,
        counted.
    """

    train_until: int
    draws: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row a year and group: mean and 90% band of the reported share, and what came."""
        rows = []
        for key, part in self.draws.groupby(["year", "group"], sort=True):
            year, group = cast(tuple[int, str], key)
            values = part["reported_share"].to_numpy()
            lo, hi = np.nanquantile(values, BAND)
            row = {
                "year": year,
                "group": group,
                "mean": np.nanmean(values),
                "lo": lo,
                "hi": hi,
                "observed": None,
                "n": None,
                "in_band": None,
                "held_out": year > self.train_until,
            }
            if (year, group) in facility_counts():
                yes, n = facility_counts()[year, group]
                row |= {"observed": yes / n, "n": n, "in_band": bool(lo <= yes / n <= hi)}
            rows.append(row)
        frame = pd.DataFrame(rows)
        return frame.astype({"observed": float, "n": "Int64", "in_band": "boolean"})

    def scores(self) -> pd.DataFrame:
        """CRPS of the held-out years, shares of 1, against the last value and a straight line.

        One row a group, year and method; a naive forecast is a point, whose CRPS is its error.
        """
        rows = []
        for group in GROUPS:
            seen = {
                year: yes / n
                for (year, name), (yes, n) in facility_counts().items()
                if name == group
            }
            known = {year: share for year, share in seen.items() if year <= self.train_until}
            for year, observed in seen.items():
                if year <= self.train_until:
                    continue
                here = self.draws[(self.draws["year"] == year) & (self.draws["group"] == group)]
                line = straight_line(np.array(list(known)), np.array(list(known.values())), year)
                methods = {
                    "imr-sim": crps(here["reported_share"].dropna().to_numpy(), observed),
                    "last value": abs(known[max(known)] - observed),
                    "straight line": abs(line - observed),
                }
                rows += [
                    {"group": group, "year": year, "method": m, "crps": v}
                    for m, v in methods.items()
                ]
        return pd.DataFrame(rows)


def forecast(
    calibration: Calibration, years: Sequence[int], train_until: int, seed: int
) -> Forecast:
    """Go on with the histories that fit, and count facilities in each year.

    Point and luck of a history are kept, so that a history which was where the evidence says goes
    on from there. Years without a census count as many facilities as the last one that was seen.

    Parameters
    ----------
    calibration : Calibration
        Fitted to evidence up to `train_until`.
    years : sequence of int
        Years to count, each in April.
    train_until : int
    seed : int
        Seed of what facilities report.

    Returns
    -------
    Forecast
    """
    simulator, z = calibration.simulator, calibration.z
    first = month_number(simulator.start)
    at = [census_month(year) - first for year in years]

    def count(record: np.ndarray, _: np.ndarray) -> dict[str, np.ndarray]:
        return {"vamcs": count_vamcs(record[:, at])}

    vamcs = simulator.run(z, calibration.luck[:, None], max(at) + 1, count)["vamcs"]
    observers = simulator.space.observers(z)
    p = cell_probabilities(vamcs, observers, tuple(years))[:, :, 0]
    counts = facility_counts()
    last = max(year for year, _ in counts if year <= train_until)
    n = [counts.get((y, "all"), counts[last, "all"])[1] for y in years]
    predicted = {
        "p": p.reshape(*p.shape[:2], 4),
        "rho": np.asarray(observers["census_overdispersion"]),
    }
    rng = np.random.default_rng([seed, REPORTS])
    drawn = KINDS["counts"].draw(predicted, np.array(n), rng).reshape(p.shape)
    frames = []
    for name, expected, reported in _by_group(p, drawn):
        draws, years_index = np.indices(expected.shape)
        frames.append(
            pd.DataFrame(
                {
                    "draw": draws.ravel(),
                    "replicate": 0,
                    "year": np.asarray(years)[years_index.ravel()],
                    "group": name,
                    "share": expected.ravel(),
                    "reported_share": reported.ravel(),
                }
            )
        )
    return Forecast(train_until, pd.concat(frames, ignore_index=True))


def _by_group(p: np.ndarray, drawn: np.ndarray) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Share offering IMR in each group, expected and counted; (H, Y, PSR, IMR) -> (H, Y)."""
    for name, rows in zip(GROUPS, ((0, 1), (1,), (0,)), strict=True):
        expected, counted = (x[:, :, list(rows)].sum(axis=2) for x in (p, drawn.astype(float)))
        total = counted.sum(axis=2)
        share = np.divide(
            counted[:, :, 1], total, out=np.full(total.shape, np.nan), where=total > 0
        )
        yield name, expected[:, :, 1] / expected.sum(axis=2), share
