"""What differs between one study and another beyond what its file says.

Start-up differs more between practices than between strategies (E66), so that no study can be
imitated without an effect of its own. It is shared by all arms of the study.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from imr_sim.model.parameter_table import LOG, POINTS, A, Spec
from imr_sim.model.parameters import SPECS, ParameterSet
from imr_sim.model.priors import lognormal, uniform
from imr_sim.trials.form import Trial

SETTING, DIFFICULTY = "offer_setting", "difficulty"
"""Parameters of the model that take a study's effect and its practice's difficulty."""

# fmt: off
_TABLE = (
    Spec("setting_sd", 0.8, LOG, 0.05, 3, lognormal(0.8, 0.3), "assumption on size; E66", "spread between practices and studies of how readily an offer is accepted"),
    Spec("success_shift", 0.5, LOG, 0, 2, uniform(0.0, 1.0), A, "published roll-outs are selected successes: acceptance there is higher by this"),
    Spec("fidelity_spread", 0.35, POINTS, 0.01, 3, lognormal(0.35, 0.3), A, "spread of measured fidelity between sites and raters, beyond the model's"),
)
# fmt: on
STUDY: dict[str, Spec] = {spec.name: spec for spec in _TABLE}
"""Parameters of studies: read off draws that were fitted to trials, else drawn from their priors"""


@dataclass(frozen=True)
class Effects:
    """Effects of one study in D draws; each array has shape (D,).

    Attributes
    ----------
    offer : ndarray
        Log hazard ratio of accepting an offer.
    difficulty : ndarray
        Of the practice, fidelity points.
    fidelity_spread : ndarray
        Of measured fidelity, points.
    """

    offer: np.ndarray
    difficulty: np.ndarray
    fidelity_spread: np.ndarray

    def take(self, rows: slice) -> Effects:
        """Those of some draws."""
        return Effects(self.offer[rows], self.difficulty[rows], self.fidelity_spread[rows])


def study_parameters(parameters: ParameterSet, seed: int) -> dict[str, np.ndarray]:
    """Parameters of studies for each draw: as fitted with the draws, else prior draws; (D,) each.

    Draws that were fitted to trials carry them in ``parameters.extra["studies"]``.
    """
    n = len(parameters)
    fitted = parameters.extra.get("studies")
    if isinstance(fitted, dict):
        return {name: np.asarray(fitted[name], float)[:n] for name in STUDY}
    u = _rng(seed, "studies").random((len(STUDY), n))
    return {s.name: s.prior.quantile(u[i], s.low, s.high) for i, s in enumerate(STUDY.values())}


def new_study(
    trial: Trial, studies: dict[str, np.ndarray], seed: int, *, discount: bool = True
) -> Effects:
    """Effects of a study that has not been seen, for each draw.

    Parameters
    ----------
    trial : Trial
    studies : dict of ndarray, shape (D,)
        As `study_parameters` gives them.
    seed : int
        The practice's difficulty has a stream by the practice's name, so that studies of one
        practice share it.
    discount : bool
        Whether a published study is a selected success, accepted more readily by
        ``success_shift``; without it, it is taken at face value.
    """
    n = len(studies["setting_sd"])
    shift = studies["success_shift"] if discount and trial.published else 0.0
    own = ndtri(_rng(seed, f"study {trial.name}").random(n))
    return Effects(
        offer=shift + studies["setting_sd"] * own,
        difficulty=difficulty_of(trial, ndtri(_rng(seed, trial.practice.name).random(n))),
        fidelity_spread=studies["fidelity_spread"],
    )


def difficulty_of(trial: Trial, z: np.ndarray) -> np.ndarray:
    """Difficulty of the practice for normal scores `z`, inside the parameter's range."""
    given = trial.practice.difficulty
    values = given.mean + given.sd * z
    return np.clip(values, SPECS[DIFFICULTY].low, SPECS[DIFFICULTY].high)


def _rng(seed: int, words: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(words.encode())])
