"""Fit to what was known up to a year, go on from there, and compare with what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from imr_sim.analysis.score import crps, straight_line
from imr_sim.calibration.calibrate import Calibration
from imr_sim.evidence import GROUPS, TARGETS, facility_counts
from imr_sim.evidence.likelihoods import draw_shares
from imr_sim.months import month_number
from imr_sim.studies.census import census_month, count_vamcs, expected_shares, offering, repeated

BAND = (0.05, 0.95)
REPORTS = 4  # stream of the seed for what facilities report


@dataclass(frozen=True)
class Forecast:
    """Shares of locations offering IMR by kind, year by year, as the census would count them.

    Attributes
    ----------
    train_until : int
        Last year of the evidence that was used.
    draws : DataFrame
        One row a draw, replicate, year and group (`imr_sim.evidence.GROUPS`: kinds of location,
        with and without psychosocial rehabilitation): ``share``, expected, and
        ``reported_share``, counted.
    """

    train_until: int
    draws: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row a year and group: mean and 90% band of the reported share, and what came.

        Only the years up to `train_until` were used; `in_band` of these is how well they fit.
        """
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
        The straight line needs two years that were used, and is left out before.
        """
        rows = []
        for group, draws in self.draws.groupby("group", sort=True):
            observed = {
                year: yes / n
                for (year, name), (yes, n) in facility_counts().items()
                if name == group
            }
            known = {year: share for year, share in observed.items() if year <= self.train_until}
            for year in sorted(set(observed) - set(known)):
                reported = draws.loc[draws["year"] == year, "reported_share"].dropna().to_numpy()
                methods = {
                    "imr-sim": crps(reported, observed[year]),
                    "last value": abs(known[max(known)] - observed[year]),
                }
                if len(known) > 1:
                    line = straight_line(np.array(list(known)), np.array([*known.values()]), year)
                    methods["straight line"] = abs(line - observed[year])
                rows += [
                    {"group": group, "year": year, "method": m, "crps": v}
                    for m, v in methods.items()
                ]
        return pd.DataFrame(rows)


def forecast(
    calibration: Calibration, years: Sequence[int], train_until: int, seed: int
) -> Forecast:
    """Go on with the histories that fit, and count locations of each kind in each year.

    Point and luck of a history are kept, so that a history which was where the evidence says goes
    on from there. What the places said in the last year that was used is kept in mind too, as far
    as `census_repeat` says. Years without a census, and those not used, count as many locations as
    the last year that was used; a census that was used is drawn anew for the table.

    Parameters
    ----------
    calibration : Calibration
        Fitted to evidence up to `train_until`.
    years : sequence of int
        Years to count, each in April.
    train_until : int
    seed : int
        Seed of what locations report.

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
    expected = expected_shares(vamcs[:, :, 0], observers, tuple(years))
    used = [year for year in TARGETS["census_by_kind"].years if year <= train_until]
    rng = np.random.default_rng([seed, REPORTS])
    reported = _reported(expected, observers, tuple(years), used, rng)
    share, counted = offering(expected), offering(reported)
    draw, year = np.indices(share.shape[:2])
    frames = [
        pd.DataFrame(
            {
                "draw": draw.ravel(),
                "replicate": 0,
                "year": np.asarray(years)[year.ravel()],
                "group": group,
                "share": share[..., i].ravel(),
                "reported_share": counted[..., i].ravel(),
            }
        )
        for i, group in enumerate(GROUPS)
    ]
    return Forecast(train_until, pd.concat(frames, ignore_index=True))


def _reported(
    expected: np.ndarray,
    observers: Mapping[str, np.ndarray],
    years: tuple[int, ...],
    used: Sequence[int],
    rng: np.random.Generator,
) -> np.ndarray:
    """Shares that are counted, (H, Y, 6), given those counted in the years that were used."""
    target = TARGETS["census_by_kind"].until(used[-1]) if used else TARGETS["census_by_kind"]
    assert target is not None and target.values is not None and target.totals is not None
    counted = {y: i for i, y in enumerate(target.years) if y in used}
    last = counted[used[-1]] if used else 0
    n = np.array([target.totals[counted.get(year, last)] for year in years])
    known = np.full(n.shape, np.nan)
    for row, year in enumerate(years):
        if year in counted:
            known[row] = target.values[counted[year]]
    here = repeated(expected, observers, years, n)
    anew = draw_shares(here, None, rng) / n
    given = draw_shares(here, None, rng, known) / n
    return np.where(np.isnan(known), given, anew)
