"""The sampler finds what is known: Gaussian posteriors, evidence, with noise, after a kill."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal, qmc

from imr_sim.calibration.smc import Sampler, Settings, effective, systematic

AXES, MODEL_AXES = 30, 26
SEEN = np.zeros((4, AXES))  # what is measured: a few axes of the model and one observer's
SEEN[0, 0] = 1.0
SEEN[1, [1, 2]] = 1.0, -1.0
SEEN[2, [3, 4, 5]] = 0.6
SEEN[3, [0, AXES - 1]] = 1.0, 0.5
DATA = np.array([1.5, -1.0, 0.8, 2.0])
NOISE = np.array([0.25, 0.3, 0.4, 0.25])
LUCK = 0.2  # sd that the luck of one history adds to each measurement, within NOISE


def settings(**changes) -> Settings:
    usual = dict(
        particles=1000,
        replicates=4,
        ess=0.5,
        sweeps=4,
        last_sweeps=12,
        cheap=3,
        accept=0.3,
        seed=0,
    )
    return Settings(**(usual | changes))


def luck_of(keys: np.ndarray) -> np.ndarray:
    """Standard normals as a pure function of 32-bit keys, four of each."""
    normals = [np.random.default_rng(int(k)).standard_normal(4) for k in keys.ravel()]
    return np.array(normals)


def simulate(z: np.ndarray, luck: np.ndarray) -> dict[str, np.ndarray]:
    truth = np.repeat(z[:, :MODEL_AXES] @ SEEN[:, :MODEL_AXES].T, luck.shape[1], axis=0)
    return {"measured": truth + LUCK * luck_of(luck)}


def score(z: np.ndarray, features) -> np.ndarray:
    replicates = len(features["measured"]) // len(z)
    observers = np.repeat(z[:, MODEL_AXES:] @ SEEN[:, MODEL_AXES:].T, replicates, axis=0)
    rest = NOISE**2 - LUCK**2
    miss = DATA - features["measured"] - observers
    each = -0.5 * miss**2 / rest - 0.5 * np.log(2 * np.pi * rest)
    return each.sum(axis=1).reshape(len(z), replicates)


def exact() -> tuple[np.ndarray, np.ndarray, float]:
    precision = np.eye(AXES) + SEEN.T @ np.diag(NOISE**-2) @ SEEN
    cov = np.linalg.inv(precision)
    mean = cov @ SEEN.T @ (DATA / NOISE**2)
    marginal = multivariate_normal(np.zeros(4), SEEN @ SEEN.T + np.diag(NOISE**2))
    return mean, cov, float(marginal.logpdf(DATA))


def sampler(**changes) -> Sampler:
    return Sampler(settings(**changes), simulate, score, MODEL_AXES, AXES)


def first(n: int, seed: int = 1) -> np.ndarray:
    return ndtri(qmc.LatinHypercube(AXES, rng=np.random.default_rng(seed)).random(n))


def run(s: Sampler, n: int):
    cloud = s.start(first(n))
    while not s.done(cloud):
        cloud = s.advance(cloud)
    return cloud


@pytest.fixture(scope="module")
def cloud():
    return run(sampler(), 1000)


def test_posterior_of_a_noisy_gaussian(cloud):
    mean, cov, _ = exact()
    sd = np.sqrt(np.diag(cov))
    off = (cloud.z.mean(axis=0) - mean) / sd
    assert np.abs(off).max() < 0.25
    ratio = cloud.z.std(axis=0) / sd
    assert 0.85 < ratio.min() and ratio.max() < 1.15
    assert abs(ratio.mean() - 1) < 0.04


def test_evidence_of_a_noisy_gaussian(cloud):
    assert abs(cloud.evidence - exact()[2]) < 0.5


def test_axes_without_data_keep_their_prior(cloud):
    unseen = np.abs(SEEN).sum(axis=0) == 0
    assert np.abs(cloud.z[:, unseen].mean(axis=0)).max() < 0.15
    assert np.abs(cloud.z[:, unseen].std(axis=0) - 1).max() < 0.12


def test_a_killed_run_goes_on_to_the_same_result():
    small = sampler(particles=60, replicates=2, sweeps=2, last_sweeps=2)
    whole = run(small, 120)
    again = sampler(particles=60, replicates=2, sweeps=2, last_sweeps=2)
    cloud = again.start(first(120))
    while not again.done(cloud):
        again = sampler(particles=60, replicates=2, sweeps=2, last_sweeps=2)
        cloud = again.advance(cloud)
    np.testing.assert_array_equal(cloud.z, whole.z)
    np.testing.assert_array_equal(cloud.luck, whole.luck)
    assert cloud.trace == whole.trace


def test_seeds_differ_and_zero_is_one_of_them():
    clouds = [run(sampler(particles=40, sweeps=1, last_sweeps=1, seed=s), 40) for s in (0, 1)]
    assert not np.array_equal(clouds[0].z, clouds[1].z)


def test_effective_sample_size():
    assert effective(np.zeros(50)) == pytest.approx(50)
    assert effective(np.array([0.0, -1e9])) == pytest.approx(1)


def test_systematic_resampling_is_fair():
    weights = np.array([0.1, 0.2, 0.0, 0.7])
    counts = np.bincount(systematic(weights, 1000, np.random.default_rng(3)), minlength=4)
    assert np.abs(counts - 1000 * weights).max() <= 1
