"""Sites prepare for a geometric time, and start and stop like a three-state chain."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from scipy import stats

from imr_sim.model.state import NOT_PROVIDING, PREPARING, PROVIDING
from imr_sim.strategies import LEVER_INDEX

SITES, HISTORIES = 300, 20


def knowing(**values):
    """Sites of four SMI staff who all know IMR, are willing to deliver it, and never leave."""
    flat = {**worlds.flat_hazards(), "workbook_burden": 0, "giveup_rate": 0}
    parameters = worlds.silent(**flat, **values)
    batch = worlds.histories(worlds.world([4] * SITES, smi=True), parameters, HISTORIES, seed=7)
    worlds.inform(batch, np.arange(4 * SITES))
    return batch


def facilitated(dose):
    doses = np.zeros((HISTORIES, SITES, len(LEVER_INDEX)))
    doses[..., LEVER_INDEX["facilitation"]] = dose
    return doses


@pytest.mark.parametrize(("dose", "mean"), [(0, 6.0), (1, 6.0 * np.exp(-0.5)), (2, 6 / np.e)])
def test_preparations_end_after_a_geometric_time_that_facilitation_shortens(dose, mean):
    batch = knowing(startup_months=6, facilitation_startup=0.5)
    batch.state.sites["status"] = PREPARING
    status = batch.advance(48, facilitated(dose))["status"]
    preparing = np.logical_and.accumulate(status == PREPARING, axis=1)
    waited = 1 + preparing.sum(axis=1).ravel()  # 49: not within the 48 months
    share = (1 / mean) * (1 - 1 / mean) ** np.arange(48)
    expected = np.append(share, 1 - share.sum()) * len(waited)
    classes = np.minimum(np.arange(49), np.searchsorted(-expected, -10))  # rare ones together
    observed = np.bincount(classes, np.bincount(waited, minlength=50)[1:])
    assert stats.chisquare(observed, np.bincount(classes, expected)).pvalue > 1e-3


def test_a_site_without_anybody_who_knows_imr_never_starts():
    batch = knowing(startup_months=1)
    batch.state.flags[:] = 0
    batch.state.sites["status"] = PREPARING
    assert (batch.advance(24)["status"] == PREPARING).all()


def test_starting_and_stopping_settle_at_the_share_of_the_chain():
    decide, stop, startup = 1.2, 0.6, 4.0
    batch = knowing(a0=np.log(decide), d0=np.log(stop), startup_months=startup)
    status = batch.advance(180)["status"]
    d, x, s = -np.expm1(-decide / 12), -np.expm1(-stop / 12), 1 / startup
    step = np.array([[1 - d, d, 0], [0, 1 - s, s], [x, 0, 1 - x]])
    sizes = HISTORIES * SITES
    for month in (1, 3, 12, 60, 180):
        expected = np.linalg.matrix_power(step, month)[0]
        for state in (NOT_PROVIDING, PREPARING, PROVIDING):
            share, p = (status[:, month - 1] == state).mean(), expected[state]
            assert abs(share - p) <= 4 * np.sqrt(p * (1 - p) / sizes), (month, state)
    stays = np.array([1 / d, 1 / s, 1 / x])
    np.testing.assert_allclose(expected, stays / stays.sum(), atol=1e-3)


def test_months_of_providing_are_geometric_and_restarts_wait_as_long_as_starts():
    batch = knowing(a0=np.log(2.4), d0=np.log(2.4), startup_months=1)
    status = batch.advance(240)["status"]
    p = -np.expm1(-2.4 / 12)
    provides = status == PROVIDING
    runs = provides[:, 1:].astype(int) - provides[:, :-1]
    starts = (runs[:, :180] == 1).nonzero()
    lengths = np.array(
        [np.argmin(provides[b, m + 1 :, s]) for b, m, s in np.transpose(starts)[:4000]]
    )
    assert abs(np.mean(lengths) - 1 / p) < 4 * np.sqrt((1 - p) / p**2 / len(lengths))
    outs = (runs[:, :180] == -1).nonzero()
    waits = [np.argmax(provides[b, m + 1 :, s]) for b, m, s in np.transpose(outs)[:4000]]
    # One month at least not providing, then a month of preparing.
    assert abs(np.mean(waits) - (1 / p + 1)) < 4 * np.sqrt((1 - p) / p**2 / len(waits))
