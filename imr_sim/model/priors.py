"""Prior distributions, sampled by their quantile function so that any design can drive them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Prior:
    """A one-dimensional prior, truncated to the parameter's range when sampled.

    Parameters
    ----------
    kind : {"normal", "lognormal", "uniform", "beta", "fixed"}
        Family. ``lognormal`` takes the median and the standard deviation of the logarithm.
    a, b : float
        Mean and sd; median and log sd; low and high; alpha and beta; value and unused.
    """

    kind: str
    a: float
    b: float = 0.0

    def _frozen(self):
        if self.kind == "normal":
            return stats.norm(self.a, self.b)
        if self.kind == "lognormal":
            return stats.lognorm(self.b, scale=self.a)
        if self.kind == "uniform":
            return stats.uniform(self.a, self.b - self.a)
        if self.kind == "beta":
            return stats.beta(self.a, self.b)
        raise ValueError(f"unknown prior family {self.kind!r}")

    @property
    def is_fixed(self) -> bool:
        """True for a quantity that is not varied."""
        return self.kind == "fixed"

    def quantile(self, u: np.ndarray, low: float, high: float) -> np.ndarray:
        """Quantile of the prior truncated to [low, high]; `u` in (0, 1), any shape."""
        if self.is_fixed:
            return np.full_like(np.asarray(u, float), self.a)
        dist = self._frozen()
        c_low, c_high = dist.cdf(low), dist.cdf(high)
        return np.clip(dist.ppf(c_low + u * (c_high - c_low)), low, high)

    def __str__(self) -> str:
        if self.is_fixed:
            return "fixed"
        if self.kind == "lognormal":
            return f"lognormal(median {self.a:g}, log sd {self.b:g})"
        if self.kind == "uniform":
            return f"uniform({self.a:g}, {self.b:g})"
        return f"{self.kind}({self.a:g}, {self.b:g})"


def normal(mean: float, sd: float) -> Prior:
    """Normal prior."""
    return Prior("normal", mean, sd)


def lognormal(median: float, log_sd: float) -> Prior:
    """Log-normal prior by its median and the sd of the logarithm."""
    return Prior("lognormal", median, log_sd)


def uniform(low: float, high: float) -> Prior:
    """Uniform prior."""
    return Prior("uniform", low, high)


def beta(a: float, b: float) -> Prior:
    """Beta prior."""
    return Prior("beta", a, b)


def fixed(value: float) -> Prior:
    """A quantity that is not varied."""
    return Prior("fixed", value)
