"""What a sweep keeps of each run: a few numbers, read off curves and site-months."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imr_sim.model.history import read_record

STATES = (
    "vamcs_providing",
    "share_with_prrc",
    "share_without_prrc",
    "aware_staff",
    "champions",
    "fidelity",
)
TOTALS = ("starts", "stops", "restarts", "vamc_years", "veterans_reached", "cost_usd")
PAIRED = ("added_vamcs", "added_vamc_years", "added_cost_usd", "cost_per_added_vamc_year")
OUTCOMES = (*STATES, *TOTALS)
DOLLARS = frozenset({"cost_usd", "added_cost_usd", "cost_per_added_vamc_year"})


def outcomes_at(
    curves: Mapping[str, np.ndarray], record: np.ndarray, month: int
) -> dict[str, np.ndarray]:
    """Outcomes of B histories at the end of one month.

    Parameters
    ----------
    curves : mapping of str to ndarray, each of shape (B, M)
        From the first month of the history on; see `imr_sim.experiment.chunk.whole_curves`.
    record : ndarray of RECORD, shape (B, S)
        The sites in that month.
    month : int
        Its index in the curves.

    Returns
    -------
    dict of ndarray of float64, each of shape (B,)
        In that month: ``vamcs_providing``; ``share_with_prrc`` and ``share_without_prrc`` (0 to 1,
        share that provides IMR of the VAMCs with and without a PRRC; NaN where there are none);
        ``aware_staff``; ``champions``; ``fidelity`` (1 to 5, mean over providing VAMCs, NaN if
        none). From the first month of the history through that month: ``starts``, ``stops``,
        ``restarts``, ``vamc_years`` of providing, ``veterans_reached``, ``cost_usd``.
    """
    known = {name: curves[name][:, month] for name in STATES if name in curves}
    with_prrc, without = prrc_shares(record)
    total = {name: curves[name][:, : month + 1].sum(axis=1) for name in TOTALS if name in curves}
    years = curves["vamcs_providing"][:, : month + 1].sum(axis=1) / 12
    shares = {"share_with_prrc": with_prrc, "share_without_prrc": without}
    found = {**known, **shares, **total, "vamc_years": years}
    return {name: found[name] for name in OUTCOMES}


def prrc_shares(record: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of VAMCs with, and without, a PRRC that provide IMR; (B, S) to two of (B,)."""
    providing, prrc = read_record(record, "providing"), read_record(record, "prrc")
    return _share(providing, prrc), _share(providing, ~prrc)


def paired_outcomes(
    values: Mapping[str, np.ndarray], reference: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """What a strategy adds to the reference in the same history: same parameters, same luck.

    Parameters
    ----------
    values, reference : mapping of str to ndarray
        `outcomes_at` of both, of one shape.

    Returns
    -------
    dict of ndarray
        ``added_vamcs``, ``added_vamc_years``, ``added_cost_usd``, and their ratio
        ``cost_per_added_vamc_year``, NaN in a history in which none is added: over many histories
        divide mean cost by mean VAMC-years instead of averaging it.
    """
    years = values["vamc_years"] - reference["vamc_years"]
    cost = values["cost_usd"] - reference["cost_usd"]
    return {
        "added_vamcs": values["vamcs_providing"] - reference["vamcs_providing"],
        "added_vamc_years": years,
        "added_cost_usd": cost,
        "cost_per_added_vamc_year": np.divide(
            cost, years, out=np.full_like(cost, np.nan), where=years > 0
        ),
    }


def _share(providing: np.ndarray, group: np.ndarray) -> np.ndarray:
    there, members = (providing & group).sum(axis=1), group.sum(axis=1)
    return np.divide(there, members, out=np.full(len(there), np.nan), where=members > 0)
