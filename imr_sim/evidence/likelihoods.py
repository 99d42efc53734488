"""The five kinds of likelihood: how probable data are, given what a study would expect to see.

Each kind has two functions that stand for one distribution. ``log(predicted, data)`` gives the
natural logarithm of the probability of one data set (density, for shares and ratios) under each of
H histories, shape (H,); ``draw(predicted, totals, rng)`` draws one data set for each, first axis H.
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


def _variance_stabilised(yes: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Arcsine of the root of a share (Anscombe 1948, doi 10.1093/biomet/35.3-4.246)."""
    return np.arcsin(np.sqrt((yes + 0.375) / (n + 0.75)))


def _share_moments(predicted: Predicted) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and sd on the stabilised scale (H, Y, K); correlation of each year to the last (H, Y).

    A share of n places has variance (1 + (n - 1) rho) / (4 n + 2) on this scale, whatever it is.
    """
    n = np.asarray(predicted["n"], float)
    p = np.clip(predicted["p"], 0.0, 1.0)
    rho = np.asarray(predicted["rho"], float)[:, None, None]
    gaps = np.diff(np.asarray(predicted["years"], float))
    linked = np.asarray(predicted["repeat"], float)[:, None] ** gaps
    linked = np.concatenate([np.zeros((len(linked), 1)), linked], axis=1)
    mean = _variance_stabilised(n * p, n)
    return mean, np.sqrt((1 + (n - 1) * rho) / (4 * n + 2)), linked


def log_shares(predicted: Predicted, data: np.ndarray) -> np.ndarray:
    """Shares of the same places, year after year: density of their variance-stabilised values.

    ``p`` (H, Y, K) expected shares, ``n`` (Y, K) places that answer, ``years`` (Y,), ``rho`` (H,)
    over-dispersion as in `log_counts`, ``repeat`` (H,) correlation of how far a share lies off in
    one year and in the next: the same places answer, so what was off stays off. `data` are places
    that say yes, (Y, K). Over g years the correlation is the g-th power, so a year depends on
    those before through the last of them (an autoregression of order one); the K shares are
    independent.
    """
    mean, sd, linked = _share_moments(predicted)
    z = (_variance_stabilised(np.asarray(data, float), predicted["n"]) - mean) / sd
    before = np.concatenate([np.zeros_like(z[:, :1]), z[:, :-1]], axis=1)
    left = np.sqrt(1 - linked**2)[:, :, None]
    new = (z - linked[:, :, None] * before) / left
    each = -0.5 * new**2 - np.log(left * sd) - 0.5 * np.log(2 * np.pi)
    return each.sum(axis=(1, 2))


def draw_shares(
    predicted: Predicted,
    totals: np.ndarray | None,
    rng: np.random.Generator,
    known: np.ndarray | None = None,
) -> np.ndarray:
    """Places that say yes (no whole numbers, as the density has none); shape (H, Y, K).

    `known` (Y, K) are years that were counted, the others NaN: years after one of these are drawn
    given it.
    """
    n = np.asarray(predicted["n"], float)
    mean, sd, linked = _share_moments(predicted)
    off = np.zeros_like(mean)
    last = np.zeros_like(mean[:, 0])
    for year in range(mean.shape[1]):
        link = linked[:, year, None]
        last = link * last + np.sqrt(1 - link**2) * rng.standard_normal(last.shape)
        if known is not None and not np.isnan(known[year]).any():
            last = (_variance_stabilised(known[year], n[year]) - mean[:, year]) / sd[:, year]
        off[:, year] = last
    angle = np.clip(mean + sd * off, 0.0, np.pi / 2)
    return np.clip((n + 0.75) * np.sin(angle) ** 2 - 0.375, 0.0, n)


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
    """Log-normal ratios: ``mean`` (H, K) and ``log_sd``; density of the logs of the means.

    `data` (Y, K): the mean over the Y years is one observation.
    """
    sd = float(predicted["log_sd"])
    z = (np.log(np.mean(data, axis=0)) - np.log(predicted["mean"])) / sd
    return (-0.5 * z**2 - np.log(sd) - 0.5 * np.log(2 * np.pi)).sum(axis=1)


def draw_ratio(
    predicted: Predicted, totals: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """Ratios of one year that stands for all; shape (H, 1, K)."""
    mean = np.asarray(predicted["mean"], float)
    noise = float(predicted["log_sd"]) * rng.standard_normal(mean.shape)
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
    "shares": Kind(log_shares, draw_shares),
    "events": Kind(log_events, draw_events),
    "ratio": Kind(log_ratio, draw_ratio),
    "classification": Kind(log_classification, draw_classification),
}
