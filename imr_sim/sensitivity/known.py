"""Functions whose Sobol' indices are known, to check the command with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from imr_sim.sensitivity.factors import Factors
from imr_sim.sensitivity.sample import Sample

A, B = 7.0, 0.1  # Ishigami and Homma 1990, doi 10.1109/ISUMA.1990.151285
G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])  # Saltelli et al. 2010 (below)


@dataclass(frozen=True)
class KnownFunction:
    """A function without luck, and the truth about it.

    Attributes
    ----------
    factors : Factors
    outcomes : tuple of str
    truth : dict
        By parameter: first and total order index.
    """

    name: str
    formula: Callable[[np.ndarray], np.ndarray]
    factors: Factors
    truth: dict[str, tuple[float, float]]
    outcomes: tuple[str, ...] = ("y",)
    replicates: int = 1

    def evaluate(
        self, sample: Sample, progress: Callable[[float, str], None]
    ) -> dict[str, np.ndarray]:
        """The function at the points; factors that the sample leaves out are at their medians."""
        u = np.full((len(sample.u), len(self.factors)), 0.5)
        u[:, [self.factors.names.index(n) for n in sample.names]] = sample.u
        progress(1.0, f"{len(u):,} points")
        return {"y": self.formula(self.factors.values(self.factors.names, u))[:, None]}


def _uniform(low: float, high: float, u: np.ndarray) -> np.ndarray:
    return low + u * (high - low)


def _named(
    name: str,
    formula: Callable[[np.ndarray], np.ndarray],
    span: tuple[float, float],
    first: np.ndarray,
    total: np.ndarray,
) -> KnownFunction:
    names = tuple(f"x{i + 1}" for i in range(len(first)))
    quantiles = (partial(_uniform, *span),) * len(names)
    note = f"uniform from {span[0]:.4g} to {span[1]:.4g}"
    truth = {n: (float(a), float(b)) for n, a, b in zip(names, first, total, strict=True)}
    return KnownFunction(name, formula, Factors(names, quantiles, ("",) * len(names), note), truth)


def ishigami() -> KnownFunction:
    """Ishigami and Homma's function of three inputs; the third acts only with the first."""

    def formula(x: np.ndarray) -> np.ndarray:
        one = np.sin(x[:, 0])
        return one + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * one

    v1 = 0.5 * (1 + B * np.pi**4 / 5) ** 2
    v2 = A**2 / 8
    v13 = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    first, total = np.array([v1, v2, 0.0]) / v, np.array([v1 + v13, v2, v13]) / v
    return _named("ishigami", formula, (-np.pi, np.pi), first, total)


def sobol_g() -> KnownFunction:
    """Sobol's G function of eight inputs (Saltelli et al. 2010, doi 10.1016/j.cpc.2009.09.018)."""

    def formula(x: np.ndarray) -> np.ndarray:
        return ((np.abs(4 * x - 2) + G) / (1 + G)).prod(axis=1)

    part = 1 / (3 * (1 + G) ** 2)
    v = (1 + part).prod() - 1
    total = part * (1 + part).prod() / (1 + part) / v
    return _named("sobol_g", formula, (0.0, 1.0), part / v, total)


FUNCTIONS = {"ishigami": ishigami, "sobol_g": sobol_g}
