"""The space of the second stage: levers, acceptance, fidelity and studies, given the passive world.

One standard-normal axis for every quantity, and one that picks a draw of the first stage, so that
a point is a passive draw together with what levers do there: their joint posterior.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr

from imr_sim.calibration.space import EDGE
from imr_sim.model.parameter_table import Spec
from imr_sim.model.parameters import INDEX, NAMES, SPECS, ParameterSet
from imr_sim.model.priors import lognormal, normal
from imr_sim.trials.effects import DIFFICULTY, SETTING, STUDY, Effects, difficulty_of
from imr_sim.trials.form import Trial

WHERE = r", where='[^']*'"  # the place of a file is no part of what it says
PASSIVE = "passive_draw"
PROMPT = "prompt_"  # how the names of the prompts begin
LEVERS = (
    "asked_again",
    "readiness",
    "giveup_support",
    "startup_difficulty",
    "facilitation_startup",
    "training_rate",
    "training_completion",
    "training_support",
    "fidelity_rate",
    "f_floor",
    "g_trained",
    "g_support",
    "g_leadership",
    "audit_fidelity",
    "collaborative_fidelity",
)
"""Parameters besides the prompts of which the first stage knows nothing, and trials may."""

# Prompts share a mean and a spread; together they make the prior of each, lognormal(0.15, 1.2).
# fmt: off
_HYPER = (
    Spec("prompt_common", 0.15, "cumulative hazard of a first offer at dose 1", 1e-4, 20, lognormal(0.15, 0.85), "assumption", "what the prompts of all levers have in common: their median"),
    Spec("prompt_spread", 0.75, "sd of the logarithm", 0.01, 4, lognormal(0.75, 0.4), "assumption", "spread of the prompts between levers"),
)
_PASSIVE = Spec(PASSIVE, 0.0, "sd along the main direction of the passive draws", -EDGE, EDGE, normal(0, 1), "first stage", "which draw of the passive world")
# fmt: on
HYPER = {spec.name: spec for spec in _HYPER}


@dataclass(frozen=True)
class LeverSpace:
    """Axes of the second stage.

    Attributes
    ----------
    trials : tuple of Trial
    passive : ParameterSet
        Draws of the first stage, all parameters.
    held : tuple of str
        Axes that stay at the default: a fit without a discount holds ``success_shift`` at zero.
    """

    trials: tuple[Trial, ...]
    passive: ParameterSet
    held: tuple[str, ...] = ()
    order: np.ndarray = field(init=False, repr=False)
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", _along_main_direction(self.passive.values))
        names = [PASSIVE]
        names += [*HYPER, *self.prompts]
        names += LEVERS
        names += [f"difficulty: {name}" for name in self.practices]
        names += [f"study: {trial.name}" for trial in self.trials]
        names += [n for n in STUDY if n not in self.held]
        object.__setattr__(self, "names", tuple(names))

    @property
    def model(self) -> tuple[str, ...]:
        """Axes that change histories: all."""
        return self.names

    @property
    def prompts(self) -> tuple[str, ...]:
        """Parameters that say how strongly a lever puts the question."""
        return tuple(n for n in NAMES if n.startswith(PROMPT))

    @property
    def practices(self) -> tuple[str, ...]:
        """Practices whose difficulty is not known."""
        unknown = (t.practice.name for t in self.trials if t.practice.difficulty.sd > 0)
        return tuple(dict.fromkeys(unknown))

    @property
    def digest(self) -> str:
        """SHA-256 of trials, passive draws and axes."""
        said = hashlib.sha256(repr((self.names, self.held)).encode())
        for trial in self.trials:
            said.update(re.sub(WHERE, "", repr(trial)).encode())
        said.update(np.ascontiguousarray(self.passive.values).tobytes())
        return said.hexdigest()

    def spec(self, name: str) -> Spec:
        """What is known of one axis."""
        if name == PASSIVE:
            return _PASSIVE
        if ": " in name:
            unit = "fidelity points" if name.startswith("difficulty") else "log hazard ratio"
            prior = normal(0.0, 1.0)
            return Spec(name, 0.0, unit, -EDGE, EDGE, prior, "trial files", "random effect")
        return HYPER.get(name) or STUDY.get(name) or SPECS[name]

    def values(self, z: np.ndarray) -> np.ndarray:
        """Values of all axes in their units, shape (n, axes)."""
        out = np.empty_like(z)
        studies = self.studies(z)
        by_practice = {t.practice.name: t for t in self.trials}
        by_name = {t.name: t for t in self.trials}
        for i, name in enumerate(self.names):
            column = z[:, i]
            if name == PASSIVE:
                out[:, i] = column
            elif name in self.prompts:
                out[:, i] = self._prompt(z, name)
            elif name.startswith("difficulty: "):
                trial = by_practice[name.split(": ", 1)[1]]
                out[:, i] = difficulty_of(trial, column)
            elif name.startswith("study: "):
                trial = by_name[name.split(": ", 1)[1]]
                out[:, i] = self._offer(trial, studies, column)
            else:
                out[:, i] = self._quantile(name, column)
        return out

    def parameters(self, z: np.ndarray) -> np.ndarray:
        """Rows of the model's parameters, shape (n, parameters), without any study's effect."""
        rows = self.passive.values[self.passive_rows(z)].copy()
        for name in self.names:
            if name in self.prompts:
                rows[:, INDEX[name]] = self._prompt(z, name)
            elif name in INDEX:
                rows[:, INDEX[name]] = self._quantile(name, self._column(z, name))
        return rows

    def passive_rows(self, z: np.ndarray) -> np.ndarray:
        """Which draw of the first stage each point goes with, shape (n,)."""
        n = len(self.order)
        place = np.minimum((ndtr(self._column(z, PASSIVE)) * n).astype(int), n - 1)
        return self.order[place]

    def studies(self, z: np.ndarray) -> dict[str, np.ndarray]:
        """Parameters of studies (`imr_sim.trials.effects.STUDY`) by name, each (n,)."""
        return {
            name: np.zeros(len(z))
            if name in self.held
            else self._quantile(name, self._column(z, name))
            for name in STUDY
        }

    def effects(self, trial: Trial, z: np.ndarray) -> Effects:
        """Effects of one of the studies."""
        studies = self.studies(z)
        axis = f"difficulty: {trial.practice.name}"
        known = np.zeros(len(z))
        return Effects(
            self._offer(trial, studies, self._column(z, f"study: {trial.name}")),
            difficulty_of(trial, self._column(z, axis) if axis in self.names else known),
            studies["fidelity_spread"],
        )

    def draws(self, z: np.ndarray, seed: int) -> np.ndarray:
        """Rows of parameters for IMR in VA: its setting is new, and no discount applies there."""
        rows = self.parameters(z)
        spec, rng = SPECS[SETTING], np.random.default_rng([seed, 0])
        effect = self.studies(z)["setting_sd"] * rng.standard_normal(len(z))
        rows[:, INDEX[SETTING]] = np.clip(effect, spec.low, spec.high)
        rows[:, INDEX[DIFFICULTY]] = SPECS[DIFFICULTY].default
        return rows

    def _offer(self, trial: Trial, studies: dict[str, np.ndarray], score: np.ndarray) -> np.ndarray:
        shift = studies["success_shift"] if trial.published else 0.0
        return shift + studies["setting_sd"] * score

    def _column(self, z: np.ndarray, name: str) -> np.ndarray:
        return z[:, self.names.index(name)]

    def _quantile(self, name: str, score: np.ndarray) -> np.ndarray:
        spec = self.spec(name)
        return spec.prior.quantile(ndtr(np.clip(score, -EDGE, EDGE)), spec.low, spec.high)

    def _prompt(self, z: np.ndarray, name: str) -> np.ndarray:
        common = self._quantile("prompt_common", self._column(z, "prompt_common"))
        spread = self._quantile("prompt_spread", self._column(z, "prompt_spread"))
        value = common * np.exp(spread * np.clip(self._column(z, name), -EDGE, EDGE))
        return np.clip(value, SPECS[name].low, SPECS[name].high)


def _along_main_direction(values: np.ndarray) -> np.ndarray:
    """Order of draws along their first principal component, so that neighbours are alike."""
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    moving = centred[:, spread > 0] / spread[spread > 0]
    if not moving.size:
        return np.arange(len(values))
    _, _, directions = np.linalg.svd(moving, full_matrices=False)
    main = directions[0] * np.sign(directions[0][np.abs(directions[0]).argmax()])
    return np.argsort(moving @ main, kind="stable")
