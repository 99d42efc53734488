"""Which mechanisms do the observations support? Each is switched off in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from imr_sim.calibration.bank import Bank, make_bank
from imr_sim.calibration.calibrate import Calibration
from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.proposal import Proposal
from imr_sim.calibration.smc import effective
from imr_sim.calibration.space import Space

ERRORS = 2.0  # standard errors that a difference must exceed before it is said to be one
WEIGHTY = np.log(
    3.0
)  # "positive" evidence (Kass and Raftery 1995, doi 10.1080/01621459.1995.10476572)
ENOUGH = 20  # effective histories below which a bootstrap error is not to be trusted
RESAMPLES = 200
FULL = "full"


@dataclass(frozen=True)
class Mechanism:
    """A part of the model, and the parameter values that switch it off."""

    label: str
    off: Mapping[str, float]


MECHANISMS: Mapping[str, Mechanism] = {
    "peer_ties": Mechanism(
        "peer ties: hearing, being won over",
        {"beta_within": 0.0, "beta_between": 0.0, "s_peers": 0.0},
    ),
    "importers": Mechanism(
        "importer-champions", {"b_importer": 0.0, "importer_champion_probability": 0.0}
    ),
    "sensitive_periods": Mechanism("sensitive periods", {"b_sensitive": 0.0}),
    "prrc": Mechanism("PRRCs, on deciding and on going on", {"b_prrc": 0.0, "d_prrc": 0.0}),
    # Everybody hears within months and nobody forgets: the gate stands open.
    "awareness_gate": Mechanism(
        "awareness as a gate and a brake", {"media": 5.0, "forgetting": 0.0, "b_awareness": 0.0}
    ),
}


def compare_mechanisms(
    calibration: Calibration,
    histories: int,
    looks: int,
    held_out_from: int,
    seed: int,
    progress: Callable[[float, str], None] | None = None,
) -> pd.DataFrame:
    """Marginal likelihood and predictive fit of the model with each mechanism switched off.

    Parameters
    ----------
    calibration : Calibration
        Of the whole model: histories are sought where it found them, by importance sampling.
    histories, looks : int
        Of each bank.
    held_out_from : int
        First year of the evidence that the predictive fit is about; the fit uses earlier years.
    seed : int
        Of the banks, the same for each, so that they differ in the mechanism and not in luck.

    Returns
    -------
    DataFrame
        One row a variant: ``log_evidence`` and ``log_predictive`` (log probability of the held-out
        years given the earlier evidence), their differences to the full model (positive: better
        without the mechanism) and standard errors over histories (bootstrap), ``effective``
        histories, and ``verdict``.
    """
    simulator, z = calibration.simulator, calibration.z
    proposal = Proposal.fit(simulator.space, z, simulator.space.names)
    variants = {FULL: Mechanism("", {}), **MECHANISMS}
    scores = {}
    for i, (name, mechanism) in enumerate(variants.items()):
        if progress:
            progress(i / len(variants), f"histories without {mechanism.label or 'nothing'}")
        space = Space.of({**simulator.space.fixed, **mechanism.off})
        bank = make_bank(replace(simulator, space=space), histories, looks, seed, proposal)
        scores[name] = _scores(bank, held_out_from)
    rows = np.random.default_rng(seed).integers(histories, size=(RESAMPLES, histories))
    summaries = {name: np.array(_summary(s)) for name, s in scores.items()}
    spread = {
        name: np.array([_summary(s[r]) for r in rows]).std(axis=0) for name, s in scores.items()
    }
    carried = {name: effective(s[:, 1]) for name, s in scores.items()}
    table = []
    for name, (evidence, predictive) in summaries.items():
        differences = summaries[name] - summaries[FULL]
        errors = np.hypot(spread[name], spread[FULL]) * (name != FULL)
        table.append(
            {
                "variant": name,
                "without": variants[name].label,
                "log_evidence": evidence,
                "log_evidence_se": spread[name][0],
                "log_predictive": predictive,
                "log_predictive_se": spread[name][1],
                "evidence_difference": differences[0],
                "evidence_difference_se": errors[0],
                "predictive_difference": differences[1],
                "predictive_difference_se": errors[1],
                "effective": carried[name],
                "verdict": ""
                if name == FULL
                else _verdict(differences[0], errors[0], min(carried[name], carried[FULL])),
            }
        )
    return pd.DataFrame(table)


def _scores(bank: Bank, held_out_from: int) -> np.ndarray:
    """Log mean likelihood over looks of the earlier and of all evidence, shape (n, 2)."""
    simulator = bank.simulator
    names = simulator.likelihood.names
    early = Likelihood(simulator.system, simulator.start, names, until=held_out_from - 1)
    both = [
        bank.log_likelihood([judge.data], judge)[:, :, 0] for judge in (early, simulator.likelihood)
    ]
    return np.stack([logsumexp(ll, axis=1) - np.log(ll.shape[1]) for ll in both], axis=1)


def _summary(scores: np.ndarray) -> tuple[float, float]:
    early, everything = logsumexp(scores, axis=0) - np.log(len(scores))
    return float(everything), float(everything - early)


def _verdict(difference: float, error: float, carried: float) -> str:
    if carried < ENOUGH or abs(difference) < max(ERRORS * error, WEIGHTY):
        return "cannot tell"
    return "the data speak against it" if difference > 0 else "the data support it"
