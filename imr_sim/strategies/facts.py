"""What is known of the sites before any history begins."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from imr_sim.checks import read_only
from imr_sim.system import System


@dataclass(frozen=True)
class SiteFacts:
    """What a planner knows of the S sites; every array has shape (S,) and is read only.

    Attributes
    ----------
    station : ndarray of str
    patients, mh_users, staff : ndarray of int
        Patients, mental-health users, and mental-health staff posts of the site.
    visn : ndarray of int
    rurality, complexity : ndarray of str
    centrality : ndarray of float
        Ties by which colleagues in other sites hear from the site's staff, each counted once
        whatever its layers: degree of the site in the network of sites (*assumption*: a planner can
        learn it from a survey).
    """

    station: np.ndarray
    patients: np.ndarray
    mh_users: np.ndarray
    staff: np.ndarray
    visn: np.ndarray
    rurality: np.ndarray
    complexity: np.ndarray
    centrality: np.ndarray

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, read_only(getattr(self, field.name)))

    @classmethod
    def of(cls, system: System) -> SiteFacts:
        """Read the facts off a system."""
        sites = system.sites
        return cls(
            station=sites["station"].to_numpy(dtype=str),
            patients=sites["patients"].to_numpy(),
            mh_users=sites["mh_users"].to_numpy(),
            staff=np.bincount(system.site, minlength=len(sites)),
            visn=sites["visn"].to_numpy(),
            rurality=sites["rurality"].to_numpy(dtype=str),
            complexity=sites["complexity"].to_numpy(dtype=str),
            centrality=_ties_to_other_sites(system),
        )

    def __len__(self) -> int:
        return len(self.station)


def _ties_to_other_sites(system: System) -> np.ndarray:
    away = []
    for ties in system.ties.values():
        tellers = np.repeat(np.arange(system.n_staff), ties.degree)
        outside = system.site[tellers] != system.site[ties.indices]
        away.append(tellers[outside] * system.n_staff + ties.indices[outside])
    tellers = np.unique(np.concatenate(away)) // system.n_staff
    return np.bincount(system.site[tellers], minlength=len(system.sites)).astype(float)
