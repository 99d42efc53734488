"""What was observed, as data, and how probable it is given what a study would expect to see.

Nothing here knows the model; `imr_sim.studies` says what a study would expect in a history.
"""

from imr_sim.evidence.likelihoods import KINDS
from imr_sim.evidence.observed import (
    DEFAULT_TARGETS,
    GROUPS,
    LOCATION_KINDS,
    TARGETS,
    facility_counts,
    service_counts,
    state_ratios,
)
from imr_sim.evidence.target import Target, check_counted_once

__all__ = [
    "DEFAULT_TARGETS",
    "GROUPS",
    "KINDS",
    "LOCATION_KINDS",
    "TARGETS",
    "Target",
    "check_counted_once",
    "facility_counts",
    "service_counts",
    "state_ratios",
]
