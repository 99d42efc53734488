"""The space that calibration moves in: one standard-normal axis for every uncertain quantity.

A point z maps to a value by the prior's quantile of Phi(z), so that the prior is N(0, I) whatever
the families, truncations and units of the single priors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from imr_sim.model.parameter_table import Spec
from imr_sim.model.parameters import GROUPS, INDEX, NAMES, SPECS
from imr_sim.studies.observation import OBSERVATION

# Groups that act in histories without levers. Nothing that was observed speaks of the others
# (lever effects, costs, reach): they keep their priors.
CALIBRATED = (
    "turnover",
    "awareness",
    "persuasion",
    "decision",
    "site",
    "implementation",
    "sustainment",
)
EDGE = 8.0  # standard deviations at which an axis ends, short of where Phi rounds to 0 or 1


@dataclass(frozen=True)
class Space:
    """Axes of the calibration: the model's uncertain parameters first, then the observers'.

    Attributes
    ----------
    model, observation : tuple of str
        Names of the axes.
    fixed : mapping of str to float
        Parameters that are held at one value instead, such as a mechanism that is switched off.
    """

    model: tuple[str, ...]
    observation: tuple[str, ...]
    fixed: Mapping[str, float]

    @classmethod
    def of(cls, fixed: Mapping[str, float] | None = None) -> Space:
        """All axes but those of `fixed`."""
        held = dict(fixed or {})
        model = tuple(
            spec.name
            for group in CALIBRATED
            for spec in GROUPS[group]
            if not spec.prior.is_fixed and spec.name not in held
        )
        observed = tuple(
            n for n, s in OBSERVATION.items() if not s.prior.is_fixed and n not in held
        )
        return cls(model, observed, held)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all axes, in order."""
        return self.model + self.observation

    def spec(self, name: str) -> Spec:
        """What is known of one axis."""
        return SPECS[name] if name in SPECS else OBSERVATION[name]

    def values(self, z: np.ndarray) -> np.ndarray:
        """Values of all axes, shape (n, axes), for points of the same shape."""
        return self._quantiles(z, self.names)

    def parameters(self, z: np.ndarray) -> np.ndarray:
        """Rows of the engine's parameters, shape (n, parameters); those without an axis default."""
        rows = np.tile([SPECS[name].default for name in NAMES], (len(z), 1))
        columns = [INDEX[name] for name in self.model]
        rows[:, columns] = self._quantiles(z[:, : len(self.model)], self.model)
        for name, value in self.fixed.items():
            if name in INDEX:
                rows[:, INDEX[name]] = value
        return rows

    def observers(self, z: np.ndarray) -> dict[str, np.ndarray]:
        """Values of the observation parameters by name, each of shape (n,)."""
        values = self._quantiles(z[:, len(self.model) :], self.observation)
        found = dict(zip(self.observation, values.T, strict=True))
        for name, spec in OBSERVATION.items():
            if name not in found:
                found[name] = np.full(len(z), self.fixed.get(name, spec.default))
        return found

    def _quantiles(self, z: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
        u = ndtr(np.clip(z, -EDGE, EDGE))
        out = np.empty_like(u)
        for i, name in enumerate(names):
            s = self.spec(name)
            out[:, i] = s.prior.quantile(u[:, i], s.low, s.high)
        return out


def normal_scores(u: np.ndarray) -> np.ndarray:
    """Points of N(0, I) for points of the unit cube."""
    return np.clip(ndtri(u), -EDGE, EDGE)
