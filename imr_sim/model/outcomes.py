"""Outcomes a month, summed over the sites of each history."""

from __future__ import annotations

import numpy as np

from imr_sim.model.history import read_record

CURVES = (
    "vamcs_providing",
    "aware_staff",
    "champions",
    "importer_champions",
    "trained_staff",
    "delivering_staff",
    "fidelity",
    "starts",
    "stops",
    "restarts",
    "veterans_reached",
)


def monthly_outcomes(record: np.ndarray, params: np.ndarray) -> dict[str, np.ndarray]:
    """Curves of each history.

    Parameters
    ----------
    record : ndarray of RECORD, shape (B, M, S)
    params : ndarray of records, shape (B,)

    Returns
    -------
    dict of ndarray of float64, each of shape (B, M)
        Counts at the end of the month; ``fidelity`` is the mean over providing sites (NaN if
        there is none); ``veterans_reached`` counts Veterans who enter IMR in the month:
        delivering staff x caseload / length of a course (*assumption* on the caseload; E15).
    """

    def total(name: str) -> np.ndarray:
        return read_record(record, name).sum(axis=-1, dtype=np.float64)

    providing = total("providing")
    delivering = total("delivering")
    fidelity = record["fidelity"].sum(axis=-1, dtype=np.float64)  # 0 where not providing
    entering = params["caseload"] / params["course_months"]
    return {
        "vamcs_providing": providing,
        "aware_staff": total("aware"),
        "champions": total("champions"),
        "importer_champions": total("importer_champions"),
        "trained_staff": total("trained"),
        "delivering_staff": delivering,
        "fidelity": np.divide(
            fidelity, providing, out=np.full_like(fidelity, np.nan), where=providing > 0
        ),
        "starts": total("started"),
        "stops": total("stopped"),
        "restarts": total("restarted"),
        "veterans_reached": delivering * entering[:, None],
    }
