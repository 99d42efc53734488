"""`interview_study`: coordinators and experts at VAMCs that provide and that do not (E1)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imr_sim.evidence.observed import DIFFER, FACTORS
from imr_sim.model.history import History
from imr_sim.studies.interviews import IMPLEMENTING, SITES, key_staff, presence
from imr_sim.studies.observer import provides
from imr_sim.studies.result import StudyResult
from imr_sim.studies.scene import Scene, check_size, look

DATE = "2012-03"  # the middle of the fieldwork (E5)
TWICE = (20 + 18 - SITES) / SITES  # share of sites with two interviewees (E1: 20 and 18 at 23)
KEY = 2


def interview_study(
    history: History,
    date: str = DATE,
    *,
    size: int | None = None,
    seed: int = 1,
    observation: Mapping[str, np.ndarray] | None = None,
) -> StudyResult:
    """Interview staff and code ten factors present or absent at each site, in every history.

    Parameters
    ----------
    history : History
    date : str
        Month of the interviews.
    size : int or None
        VAMCs visited; None: 23.
    seed : int
        Seed of the study's own luck.
    observation : mapping or None
        Parameters of observation (`imr_sim.studies.OBSERVATION`); None: prior draws.

    Returns
    -------
    StudyResult
        For each factor the share of sites where it was coded present, among those that provide
        the practice and the others, and in which share of histories it is said to differ.

    Raises
    ------
    RequestError
        When the month is not in the history or the size is not possible.
    """
    scene = look(history, date, seed, observation)
    n = check_size(size, SITES, scene.system.n_sites)
    threshold = scene.how["awareness_threshold"][:, None]
    staff = np.maximum(key_staff(scene.system), 1)
    aware = scene.now["key_aware"] > threshold * staff
    present = np.concatenate([aware[:, None], presence(scene.past, scene.factors)], axis=1)
    found = [_visit(scene, h, n, present[h]) for h in range(len(scene))]
    ours, shares = np.array([f[0] for f in found]), np.array([f[1] for f in found])
    gap = shares[:, 1] - shares[:, 0]
    both = (ours > 0) & (ours < n)
    differs = (gap >= scene.how["contrast_threshold"][:, None]) & both[:, None]
    values = {
        ("sites visited", "all", "sites"): np.full(len(scene), float(n)),
        ("that implement", "all", "sites"): ours.astype(float),
    }
    for i, name in enumerate(FACTORS):
        values[name, "implementing", "present_share"] = shares[:, 1, i]
        values[name, "others", "present_share"] = shares[:, 0, i]
        values[name, "all", "said_to_differ"] = differs[:, i]
    as_published = (differs == [name in DIFFER for name in FACTORS]).all(axis=1)
    values["six differ, four do not (E1)", "all", "as_published"] = as_published
    return StudyResult(
        "interview_study",
        date,
        f"Interviews at {n} VAMCs, {date}",
        values,
        (
            "Shares of sites: mean and central 90% over histories. Said to differ, as published:",
            "share of histories, and the 90% interval of that share.",
            scene.note,
        ),
    )


def _visit(scene: Scene, h: int, n: int, present: np.ndarray) -> tuple[int, np.ndarray]:
    """Sites that implement among the visited, and shares coded present (2, 10): others, ours."""
    rng = scene.luck(h, KEY)
    imr = provides(scene.now[h])
    low, high = (round(k * n / SITES) for k in IMPLEMENTING)
    wanted = int(rng.integers(low, high, endpoint=True))
    ours = int(np.clip(wanted, n - (~imr).sum(), min(imr.sum(), n)))
    visited = np.concatenate(
        [
            rng.permutation(np.flatnonzero(imr))[:ours],
            rng.permutation(np.flatnonzero(~imr))[: n - ours],
        ]
    )
    truth = present[:, visited]  # (10, n)
    error = scene.how["coding_error"][h]
    accounts = truth ^ (rng.random((2, *truth.shape)) < error)
    second = rng.permutation(n) < round(TWICE * n)  # sites with two interviewees
    toss = rng.random(truth.shape) < 0.5
    agreed = np.where(accounts[0] == accounts[1], accounts[0], toss)
    coded = np.where(second, agreed, accounts[0])
    with np.errstate(invalid="ignore"):
        shares = [coded[:, ours:].sum(axis=1) / np.float64(n - ours)]
        shares.append(coded[:, :ours].sum(axis=1) / np.float64(ours))
    return ours, np.array(shares)
