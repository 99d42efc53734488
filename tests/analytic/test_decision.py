"""The decision is the regression that it claims to be: its coefficients come back out."""

from __future__ import annotations

import numpy as np
import worlds
from scipy import optimize

from imr_sim.model.state import NOT_PROVIDING, PREPARING

SITES, STAFF, HISTORIES, MONTHS = 300, 10, 24, 12
TRUTH = {
    "a0": -2.2,
    "b_awareness": 0.7,
    "b_champion": 0.8,
    "b_importer": -0.4,
    "b_leadership": 0.5,
    "b_veteran": -0.3,
    "b_sensitive": 0.6,
    "b_prrc": 0.9,
    "b_recovery": 0.0,
    "b_ebp": 0.3,
    "b_fit": -0.6,
    "b_time": 0.4,
}


def varied_sites():
    """Histories in which nothing moves but sensitive periods and decisions."""
    system = worlds.world([STAFF] * SITES, smi=True)
    system.sites["prrc"] = ["never", "2003-01"] * (SITES // 2)
    parameters = worlds.silent(**TRUTH, factor_correlation=0.3, sensitive_months=60)
    batch = worlds.histories(system, parameters, HISTORIES, seed=8)
    rng = np.random.default_rng(1)
    shape = (HISTORIES, SITES, STAFF)
    aware = rng.random(shape) < rng.uniform(0.1, 1, shape[:2])[..., None]
    champion = aware & (np.cumsum(aware, axis=2) == 1) & (rng.random(shape[:2]) < 0.5)[..., None]
    imported = rng.random(shape) < 0.5
    people = {"AWARE": aware, "SUPPORTIVE": champion, "CHAMPION": champion, "IMPORTED": imported}
    for name, flag in people.items():
        worlds.set_flag(batch, name, flag.reshape(HISTORIES, -1))
    batch.state.sites["sensitive_left"] = rng.integers(0, 2 * MONTHS, shape[:2]) - MONTHS
    batch.state.sites["sensitive_left"].clip(0, out=batch.state.sites["sensitive_left"])
    return batch


def site_months(batch):
    """Factors (n, 12) and decision (n,) of each site-month at risk."""
    rows, decided = [], []
    for _ in range(MONTHS):
        sites = batch.state.sites.copy()
        at_risk = (sites["status"] == NOT_PROVIDING) & (sites["key_aware"] > 0)
        factors = [
            np.ones(sites.shape),
            sites["key_aware"] / STAFF / 0.5,
            sites["champions"] > 0,
            sites["importer_champions"] > 0,
            sites["leadership"],
            sites["veteran"],
            sites["sensitive_left"] > 0,
            sites["prrc_month"] > 0,
            *(sites[name] for name in ("recovery", "ebp", "fit", "time")),
        ]
        batch.advance(1)
        rows.append(np.stack(factors, axis=-1)[at_risk])
        decided.append(batch.state.sites["status"][at_risk] == PREPARING)
    return np.concatenate(rows), np.concatenate(decided)


def fit_cloglog(x, y):
    """Maximum-likelihood coefficients and standard errors of a yearly hazard seen monthly."""

    def negative(b):
        hazard = np.exp(x @ b) / 12
        return (hazard[~y].sum() - np.log(-np.expm1(-hazard[y])).sum()) / len(y)

    def slope(b):
        hazard = np.exp(x @ b) / 12
        return x.T @ np.where(y, -hazard / np.expm1(hazard), hazard) / len(y)

    start = np.append(np.log(12 * y.mean()), np.zeros(x.shape[1] - 1))
    best = optimize.minimize(negative, start, jac=slope, method="BFGS").x
    hazard = np.exp(x @ best) / 12
    information = (x * (hazard**2 / np.expm1(hazard))[:, None]).T @ x
    return best, np.sqrt(np.diag(np.linalg.inv(information)))


def test_the_ten_factors_and_the_champion_are_recovered_from_the_decisions_of_sites():
    x, y = site_months(varied_sites())
    assert len(y) > 50_000 and 1_500 < y.sum()
    estimate, error = fit_cloglog(x, y)
    for i, (name, truth) in enumerate(TRUTH.items()):
        assert error[i] < 0.12, name
        assert abs(estimate[i] - truth) < 3 * error[i], name


def test_factors_of_a_site_are_standard_normal_and_correlated_as_said():
    system = worlds.world([2] * 1000, smi=True)
    batch = worlds.histories(system, worlds.silent(factor_correlation=0.4), 20)
    names = ("leadership", "veteran", "recovery", "ebp", "fit", "time")
    z = np.array([batch.state.sites[name].ravel() for name in names])
    np.testing.assert_allclose(z.mean(axis=1), 0, atol=4 / np.sqrt(z.shape[1]))
    np.testing.assert_allclose(np.cov(z), 0.4 + 0.6 * np.eye(6), atol=0.04)
