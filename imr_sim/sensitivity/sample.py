"""Points at which a function is to be evaluated, and what comes out there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import qmc

from imr_sim.errors import ImrSimError
from imr_sim.sensitivity.factors import Factors
from imr_sim.sensitivity.library import generator, problem, sample_morris, sample_sobol

LEVELS = 4  # of Morris' grid: Campolongo et al. 2007, doi 10.1016/j.envsoft.2006.10.004
MOST_LOST = 0.1  # share of a design that may be left out before it is refused; assumption
PARTS = {"morris": 1, "sobol": 2, "pawn": 3}


@dataclass(frozen=True)
class Sample:
    """The design of one method.

    Attributes
    ----------
    method : {"morris", "sobol", "pawn"}
    names : tuple of str
        Factors that it varies; the others stay at their medians.
    u : ndarray, shape (blocks x size, names)
        Points of the unit cube.
    cube : ndarray, same shape
        The same points as SALib placed them.
    size : int
        Points that belong together: a trajectory, a Saltelli block, or one.
    own_luck : bool
        Each point has luck of its own; else replicate r of every point has the same.
    """

    method: str
    names: tuple[str, ...]
    u: np.ndarray
    cube: np.ndarray
    size: int
    own_luck: bool

    @property
    def blocks(self) -> int:
        """Trajectories, Saltelli blocks, or points."""
        return len(self.u) // self.size

    def rows(self, blocks: np.ndarray) -> np.ndarray:
        """Points of some blocks, in their order."""
        return (blocks[:, None] * self.size + np.arange(self.size)).ravel()


def morris_sample(names: tuple[str, ...], trajectories: int, seed: int) -> Sample:
    """Trajectories that move one factor at a time (Morris 1991, doi 10.2307/1269043).

    The levels are the middles of equally likely parts, so that a step goes half way through a
    factor's distribution and never to its ends.
    """
    cube = sample_morris.sample(
        problem(names), trajectories, num_levels=LEVELS, seed=generator(seed, PARTS["morris"])
    )
    u = (cube * (LEVELS - 1) + 0.5) / LEVELS
    return Sample("morris", names, u, cube, len(names) + 1, False)


def sobol_sample(names: tuple[str, ...], samples: int, second_order: bool, seed: int) -> Sample:
    """Saltelli's design (2002, doi 10.1016/S0010-4655(02)00280-1) on scrambled Sobol' points."""
    cube = sample_sobol.sample(
        problem(names),
        samples,
        calc_second_order=second_order,
        seed=generator(seed, PARTS["sobol"]),
    )
    size = 2 * len(names) + 2 if second_order else len(names) + 2
    return Sample("sobol", names, _inside(cube), cube, size, False)


def pawn_sample(names: tuple[str, ...], points: int, seed: int) -> Sample:
    """Scrambled Sobol' points, each with luck of its own: PAWN compares no two of them."""
    sampler = qmc.Sobol(len(names), rng=generator(seed, PARTS["pawn"]))
    cube = sampler.random(points)
    return Sample("pawn", names, _inside(cube), cube, 1, True)


def _inside(u: np.ndarray) -> np.ndarray:
    """Quantiles at 0 and 1 may be infinite."""
    return np.clip(u, 1e-9, 1 - 1e-9)


class Function(Protocol):
    """What is analysed: anything that can be evaluated at a sample."""

    @property
    def factors(self) -> Factors:
        """What can be varied."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of what comes out."""

    @property
    def replicates(self) -> int:
        """Values at each point; 1 for a function without luck."""

    def evaluate(
        self, sample: Sample, progress: Callable[[float, str], None]
    ) -> dict[str, np.ndarray]:
        """By outcome, shape (points, replicates); NaN where there is none."""


@dataclass(frozen=True)
class Evaluations:
    """One outcome of a sample, with what is not whole left out.

    Attributes
    ----------
    sample : Sample
    outcome : str
    values : ndarray, shape (blocks kept x size, replicates)
    kept : ndarray of int
        Numbers of the blocks kept, ascending.
    missing : int
        Points without an answer.
    """

    sample: Sample
    outcome: str
    values: np.ndarray
    kept: np.ndarray
    missing: int

    @classmethod
    def of(cls, sample: Sample, outcome: str, values: np.ndarray) -> Evaluations:
        """Leave out whole blocks: half a block would corrupt the indices.

        Raises
        ------
        ImrSimError
            When more than a tenth of the blocks would go.
        """
        good = np.isfinite(values).all(axis=1)
        whole = good.reshape(-1, sample.size).all(axis=1)
        kept = np.flatnonzero(whole)
        missing = int((~good).sum())
        if (~whole).mean() > MOST_LOST or len(kept) < 2:
            raise ImrSimError(
                f"{outcome} has no value at {missing:,} of {len(good):,} points of {sample.method} "
                f"({missing / len(good):.0%}; runs that failed, or none added to divide by), so "
                f"that {(~whole).sum():,} of {sample.blocks:,} blocks are useless; write narrower "
                "ranges, more replicates, or another outcome"
            )
        return cls(sample, outcome, values[sample.rows(kept)], kept, missing)

    def first(self, blocks: int) -> Evaluations:
        """What the first `blocks` of the design alone say."""
        fewer = self.kept[self.kept < blocks]
        return Evaluations(
            self.sample, self.outcome, self.values[: len(fewer) * self.sample.size], fewer, 0
        )

    @property
    def cube(self) -> np.ndarray:
        """SALib's points of the blocks kept."""
        return self.sample.cube[self.sample.rows(self.kept)]

    @property
    def means(self) -> np.ndarray:
        """Means over replicates, shape (points kept,)."""
        return self.values.mean(axis=1)

    @property
    def noise(self) -> np.ndarray:
        """What luck alone makes of such a mean: one part of the replicates less the other.

        Scaled so that its variance is that of the luck in the mean; parameters cancel in it.
        """
        replicates = self.values.shape[1]
        if replicates == 1:
            return np.zeros(len(self.values))
        half = replicates // 2
        rest = replicates - half
        weights = np.full(replicates, -np.sqrt(half / rest) / replicates)
        weights[:half] = np.sqrt(rest / half) / replicates
        return self.values @ weights
