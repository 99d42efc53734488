"""Staff generated from the site table: how many, in which roles, in which programmes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from imr_sim.system.assumptions import (
    MIN_STAFF,
    ROLE_SHARES,
    SMI_SHARES,
    SMI_UNITS_RATIO,
    STAFF_PER_ENCOUNTER,
)
from imr_sim.system.system import CHIEF, COORDINATOR, ROLES, staff_ids


class Staff(NamedTuple):
    """Staff posts, sorted by site.

    ``site`` int32, ``role`` uint8, ``smi`` bool, each of shape (n_staff,); ``ids`` their names.
    """

    site: np.ndarray
    role: np.ndarray
    smi: np.ndarray
    ids: list[str]


def generate_staff(sites: pd.DataFrame, mh_staff: pd.Series) -> Staff:
    """Staff a system of which only the sites are known.

    One local recovery coordinator and one mental-health service chief a site; the others by
    ``ROLE_SHARES``, and by ``SMI_SHARES`` into serious-mental-illness programmes (assumptions).

    Parameters
    ----------
    sites : DataFrame
        The site table.
    mh_staff : Series of Int64
        Staff of each site where known; the rest get staff in proportion to workload, at the
        national rate of April 2012 (E17).

    Returns
    -------
    Staff
        Per site: coordinator, chief, then by role; programme members first in each role.
    """
    units = (sites["inpatient"] | sites["residential"]).to_numpy()
    site, role, smi = [], [], []
    for index, count in enumerate(staff_counts(sites["workload"], mh_staff)):
        counts = np.ones(len(ROLES), dtype=int)
        counts[2:] = largest_remainder(np.array(list(ROLE_SHARES.values())), count - 2)
        for kind, members in zip(range(len(ROLES)), _members(counts, units[index]), strict=True):
            role.append(np.full(counts[kind], kind))
            smi.append(np.arange(counts[kind]) < members)
        site.append(np.full(count, index))
    where = np.concatenate(site).astype(np.int32)
    return Staff(
        where,
        np.concatenate(role).astype(np.uint8),
        np.concatenate(smi),
        staff_ids(sites["station"], where),
    )


def staff_counts(workload: pd.Series, mh_staff: pd.Series) -> np.ndarray:
    """Staff of each site, int64: as given, else by workload with at least ``MIN_STAFF``."""
    counts = mh_staff.fillna(0).to_numpy(dtype=np.int64)
    unknown = mh_staff.isna().to_numpy()
    if unknown.any():
        weights = workload.to_numpy(dtype=float)[unknown]
        total = round(weights.sum() * STAFF_PER_ENCOUNTER)
        counts[unknown] = np.maximum(largest_remainder(weights, total), MIN_STAFF)
    return counts


def largest_remainder(weights: np.ndarray, total: int) -> np.ndarray:
    """Split ``total`` in proportion to ``weights``; ties of remainder go to the earlier."""
    quota = total * weights / weights.sum()
    seats = np.floor(quota).astype(np.int64)
    order = np.argsort(-(quota - seats), kind="stable")
    seats[order[: total - seats.sum()]] += 1
    return seats


def _members(counts: np.ndarray, units: bool) -> np.ndarray:
    """Programme members by role: the coordinator always, the chief never, the rest by share."""
    expected = counts * np.array([SMI_SHARES[role] for role in ROLES])
    expected[[COORDINATOR, CHIEF]] = 0
    if units:
        expected *= SMI_UNITS_RATIO
    # Rounding the running sum keeps the site's total right where single roles are tiny.
    members = np.diff(np.rint(np.cumsum(expected)), prepend=0).astype(int)
    members = np.minimum(members, counts)
    members[COORDINATOR] = 1
    return members
