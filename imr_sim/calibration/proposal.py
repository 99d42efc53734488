"""Where to look for points that fit: a Gaussian about what is known to fit already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imr_sim.calibration.smc import shrunk
from imr_sim.calibration.space import Space

INFORMED = 0.10  # contraction from which on an axis is drawn from the fit and not from the prior
WIDER = 1.25  # standard deviations are stretched, so that importance weights have no long tail


@dataclass(frozen=True)
class Proposal:
    """A Gaussian on some axes; all others keep their prior.

    Attributes
    ----------
    names : tuple of str
    mean : ndarray, shape (axes,)
    root : ndarray, shape (axes, axes)
        Cholesky factor of the covariance.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    root: np.ndarray

    @classmethod
    def fit(cls, space: Space, z: np.ndarray, among: Sequence[str]) -> Proposal:
        """Fit the axes of `among` that the points `z` say something about."""
        names = tuple(
            n
            for n in among
            if 1.0 - z[:, space.names.index(n)].var() > INFORMED
            or abs(z[:, space.names.index(n)].mean()) > np.sqrt(INFORMED)
        )
        here = z[:, [space.names.index(n) for n in names]]
        mean = here.mean(axis=0)
        cov = shrunk(here - mean, np.full(len(here), 1.0 / len(here)))
        return cls(names, mean, WIDER * np.linalg.cholesky(cov))

    def move(self, z: np.ndarray, axes: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Prior points as points of the proposal.

        Parameters
        ----------
        z : ndarray, shape (n, axes)
            Standard-normal points, columns named by `axes`; columns without a fit are left alone.

        Returns
        -------
        moved : ndarray, shape (n, axes)
        log_ratio : ndarray, shape (n,)
            Log of prior over proposal density.
        """
        mine = [i for i, name in enumerate(self.names) if name in axes]
        columns = [list(axes).index(self.names[i]) for i in mine]
        if not mine:
            return z, np.zeros(len(z))
        cov = (self.root @ self.root.T)[np.ix_(mine, mine)]
        root, noise = np.linalg.cholesky(cov), z[:, columns]
        moved = z.copy()
        moved[:, columns] = self.mean[mine] + noise @ root.T
        log_ratio = 0.5 * (noise**2).sum(axis=1) - 0.5 * (moved[:, columns] ** 2).sum(axis=1)
        return moved, log_ratio + np.log(np.diag(root)).sum()
