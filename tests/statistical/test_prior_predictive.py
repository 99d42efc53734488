"""The prior can produce what was observed: P1 each year, and P2, within its central 90%.

Shares of VAMCs providing in April, when the facility survey is taken, over prior draws of the
national system; observed are shares of facilities (docs/patterns.md), so the comparison is coarse.
"""

from __future__ import annotations

import numpy as np
import pytest

import imr_sim as imr

P1 = {2010: 0.457, 2014: 0.420, 2015: 0.377, 2016: 0.411, 2017: 0.425}
P2_WITH, P2_WITHOUT = (0.60, 0.70), (0.20, 0.30)
DRAWS = 300


def april(year):
    return (year - 2004) * 12 + 3


@pytest.fixture(scope="module")
def history():
    return imr.simulate(imr.load_system(), imr.prior(DRAWS, seed=7), months=april(2017) + 1, seed=7)


def share(history, year, group=None):
    """Share providing in April over the sites of a group; shape (DRAWS,)."""
    providing = history.providing[:, 0, april(year)]
    if group is None:
        return providing.mean(axis=1)
    has = history.prrc[:, 0, april(year)]
    among = has if group == "with" else ~has
    return (providing & among).sum(axis=1) / np.maximum(among.sum(axis=1), 1)


@pytest.mark.slow
@pytest.mark.parametrize("year", P1)
def test_the_observed_share_lies_within_the_central_90_percent(history, year):
    low, high = np.quantile(share(history, year), [0.05, 0.95])
    print(f"P1 {year}: observed {P1[year]}, prior predictive 90% {low:.2f} to {high:.2f}")
    assert low <= P1[year] <= high


@pytest.mark.slow
@pytest.mark.parametrize(("group", "band"), [("with", P2_WITH), ("without", P2_WITHOUT)])
def test_the_bands_by_prrc_lie_within_the_central_90_percent(history, group, band):
    late = np.mean([share(history, year, group) for year in (2014, 2015, 2016, 2017)], axis=0)
    low, high = np.quantile(late, [0.05, 0.95])
    print(f"P2 {group} PRRC: band {band}, prior predictive 90% {low:.2f} to {high:.2f}")
    assert low <= band[0] and band[1] <= high
