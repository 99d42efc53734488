"""The prior can produce what was observed: P1 and P2 by kind of location, within its central 90%.

Expected shares of locations in April, when the census is taken, over prior draws of the national
system and of the parameters of observation (docs/patterns.md).
"""

from __future__ import annotations

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.evidence import GROUPS, TARGETS, facility_counts
from imr_sim.studies import prior_observation
from imr_sim.studies.census import census_month, count_vamcs, expected_shares, offering

DRAWS = 300
YEARS = TARGETS["census_by_kind"].years


@pytest.fixture(scope="module")
def shares():
    """Share offering IMR in each group of locations; shape (DRAWS, years, groups)."""
    at = [census_month(year) - census_month(2004) + 3 for year in YEARS]
    history = imr.simulate(imr.load_system(), imr.prior(DRAWS, seed=7), months=at[-1] + 1, seed=7)
    vamcs = count_vamcs(history.record[:, 0][:, at])[:, :, 0]
    return offering(expected_shares(vamcs, prior_observation(DRAWS, 7), YEARS))


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_the_observed_share_lies_within_the_central_90_percent(shares, group):
    for i, year in enumerate(YEARS):
        yes, n = facility_counts()[year, group]
        low, high = np.quantile(shares[:, i, GROUPS.index(group)], [0.05, 0.95])
        print(f"{group} {year}: {yes / n:.2f}, prior predictive 90% {low:.2f} to {high:.2f}")
        # the share of a dozen campuses has luck of its own, which expectations do not have
        slack = np.sqrt(yes / n * (1 - yes / n) / n)
        assert low - slack <= yes / n <= high + slack
