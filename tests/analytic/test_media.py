"""Media alone: the month in which a person hears of IMR is geometric."""

from __future__ import annotations

import numpy as np
import worlds
from scipy import stats

from imr_sim.system import ROLES

MONTHS, HISTORIES = 60, 60


def months_of_hearing(role, smi, **values):
    """Month (1 to MONTHS) in which each person heard; 0 for those who did not."""
    batch = worlds.histories(
        worlds.world([200, 300], role=role, smi=smi), worlds.silent(**values), HISTORIES
    )
    heard = np.zeros((HISTORIES, 500), int)
    for month in range(1, MONTHS + 1):
        batch.advance(1)
        heard[(heard == 0) & worlds.flags(batch)["AWARE"]] = month
    return heard.ravel()


def is_geometric(heard, p) -> bool:
    """Chi-square test at 1 in 1,000 (30,000 people; the last class is: not within the months)."""
    share = p * (1 - p) ** np.arange(MONTHS)
    expected = np.append(1 - share.sum(), share) * len(heard)
    return stats.chisquare(np.bincount(heard, minlength=MONTHS + 1), expected).pvalue > 1e-3


def test_everybody_hears_from_media_after_a_geometric_time():
    heard = months_of_hearing(worlds.OTHER, False, media=0.3)
    assert is_geometric(heard, 1 - np.exp(-0.3 / 12))


def test_coordinators_chiefs_and_smi_staff_hear_at_their_own_weight():
    for role, smi, weight in (
        ("coordinator", False, "media_weight_coordinator"),
        ("chief", False, "media_weight_chief"),
        ("nurse", True, "media_weight_smi"),
    ):
        heard = months_of_hearing(ROLES.index(role), smi, media=0.1, a0=-12, **{weight: 3})
        assert is_geometric(heard, 1 - np.exp(-0.3 / 12)), role
