"""The four kinds of likelihood: how probable data are, given what a study would expect to see.

Each kind has two functions that stand for one distribution. ``log(predicted, data)`` gives the
natural logarithm of the probability (density, for a ratio) of one data set under each of H
histories, shape (H,); ``draw(predicted, totals, rng)`` draws one data set for each, first axis H.
`predicted` is what the virtual study expects to see; its entries are described with each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

Predicted = Mapping[str, np.ndarray]
SMALLEST = 1e-12  # probability that stands for "impossible", so that logarithms are finite


@dataclass(frozen=True)
class Kind:
    """One kind of likelihood."""

    log: Callable[[Predicted, np.ndarray], np.ndarray]
    draw: Callable[[Predicted, np.ndarray | None, np.random.Generator], np.ndarray]


def _concentrations(predicted: Predicted) -> np.ndarray:
    """Dirichlet parameters p (1 - rho) / rho; shape (H, rows, cells)."""
    p = np.maximum(predicted["p"], SMALLEST)
    rho = np.asarray(predicted["rho"], float)[:, None, None]
    return p / p.sum(axis=-1, keepdims=True) * (1 - rho) / rho


def log_counts(predicted: Predicted, data: np.ndarray) -> np.ndarray:
    """Dirichlet-multinomial rows: ``p`` (H, rows, cells) expected shares, ``rho`` (H,).

    `rho` is the over-dispersion: the variance is that of the multinomial times 1 + (n - 1) rho
    (Mosimann 1962, doi 10.1093/biomet/49.1-2.65). With two cells it is the beta-binomial.
    """
    alpha, x = _concentrations(predicted), np.asarray(data, float)
    n, total = x.sum(axis=-1), alpha.sum(axis=-1)
    ways = gammaln(n + 1) - gammaln(x + 1).sum(axis=-1)
    rows = ways + gammaln(total) - gammaln(n + total)
    rows += (gammaln(x + alpha) - gammaln(alpha)).sum(axis=-1)
    return rows.sum(axis=-1)


def draw_counts(
    predicted: Predicted, totals: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """Counts with the given totals; int, shape (H, rows, cells)."""
    alpha = _concentrations(predicted)
    share = np.maximum(rng.standard_gamma(alpha), np.finfo(float).tiny)
    share /= share.sum(axis=-1, keepdims=True)
    return rng.multinomial(np.asarray(totals), share)


def _categories(predicted: Predicted) -> list[np.ndarray]:
    """Probabilities of the categories of each statement, slip included; (H, categories) each."""
    slip = float(predicted["slip"])
    names = sorted(name for name in predicted if name.startswith("p_"))
    return [(1 - slip) * predicted[n] + slip / predicted[n].shape[1] for n in names]


def log_events(predicted: Predicted, data: np.ndarray) -> np.ndarray:
    """Categories that were stated: ``p_*`` (H, categories), in the order of their names; ``slip``.

    With probability `slip` a statement is not what the study found, and any is as likely.
    """
    tables = _categories(predicted)
    stated = [np.log(p[:, int(c)]) for p, c in zip(tables, data, strict=True)]
    return np.sum(stated, axis=0)


def draw_events(
    predicted: Predicted, totals: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """One category a statement; int, shape (H, statements)."""
    drawn = []
    for p in _categories(predicted):
        edges = p.cumsum(axis=1)
        drawn.append((rng.random((len(p), 1)) * edges[:, -1:] >= edges).sum(axis=1))
    return np.stack(drawn, axis=1)


def log_ratio(predicted: Predicted, data: np.ndarray) -> np.ndarray:
    """Log-normal: ``mean`` (H,) and ``log_sd``; density of the log of the mean of `data`."""
    sd = float(predicted["log_sd"])
    z = (np.log(np.mean(data)) - np.log(predicted["mean"])) / sd
    return -0.5 * z**2 - np.log(sd) - 0.5 * np.log(2 * np.pi)


def draw_ratio(
    predicted: Predicted, totals: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """One ratio; shape (H, 1)."""
    mean = np.asarray(predicted["mean"], float)
    noise = float(predicted["log_sd"]) * rng.standard_normal(len(mean))
    return (mean * np.exp(noise))[:, None]


def log_classification(predicted: Predicted, data: np.ndarray) -> np.ndarray:
    """Yes or no for each of F items: ``p`` (H, scenes, F), items independent in a scene; ``slip``.

    Scenes are equally likely. With probability `slip` all items are tossed.
    """
    p, slip = predicted["p"], float(predicted["slip"])
    seen = np.where(np.asarray(data, bool), p, 1 - p)
    scenes = np.prod(seen, axis=2)
    return np.log((1 - slip) * scenes.mean(axis=1) + slip / 2.0 ** p.shape[2])


def draw_classification(
    predicted: Predicted, totals: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """Items of one scene; bool, shape (H, F)."""
    p, slip = predicted["p"], float(predicted["slip"])
    histories, scenes, items = p.shape
    seen = p[np.arange(histories), rng.integers(scenes, size=histories)]
    tossed = rng.random((histories, 1)) < slip
    return rng.random((histories, items)) < np.where(tossed, 0.5, seen)


KINDS: Mapping[str, Kind] = {
    "counts": Kind(log_counts, draw_counts),
    "events": Kind(log_events, draw_events),
    "ratio": Kind(log_ratio, draw_ratio),
    "classification": Kind(log_classification, draw_classification),
}
