"""`national_survey`: coordinators and staff they name; what helps and what hinders (E3, E4)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imr_sim.model.history import History
from imr_sim.studies.answers import CATEGORIES, QUESTIONS, answer, recruit, strengths
from imr_sim.studies.contingency import holm, two_by_two
from imr_sim.studies.observer import has_prrc, provides
from imr_sim.studies.result import StudyResult
from imr_sim.studies.scene import check_size, look

DATE = "2012-03"  # the middle of the fieldwork of the interviews (E5): assumption
RESPONDENTS, VAMCS = 151, 107  # E3
MOST = 10_000
LEVEL = 0.05
KEY = 3


def national_survey(
    history: History,
    date: str = DATE,
    *,
    size: int | None = None,
    seed: int = 1,
    observation: Mapping[str, np.ndarray] | None = None,
) -> StudyResult:
    """Survey respondents of many VAMCs, in every history.

    Parameters
    ----------
    history : History
    date : str
        Month of the survey.
    size : int or None
        Respondents; None: 151, or fewer where there are not 107 VAMCs. VAMCs are in proportion,
        107 for 151, as far as there are any.
    seed : int
        Seed of the survey's own luck.
    observation : mapping or None
        Parameters of observation (`imr_sim.studies.observation.ANSWERS`); None: prior draws.

    Returns
    -------
    StudyResult
        Shares of VAMCs that provide and of providers trained; for each category of both open
        questions the shares who name it among providers and others, the p-value of the difference
        (chi-square, or Fisher's exact test where an expected count is below 5), and in which share
        of histories it is below .05, by itself and after Holm's correction for all 20 tests.

    Raises
    ------
    RequestError
        When the month is not in the history or the size is not possible.
    """
    scene = look(history, date, seed, observation)
    system = scene.system
    usual = round(RESPONDENTS * min(1, system.n_sites / VAMCS))
    n = check_size(size, max(usual, 2), MOST)
    n_vamcs = max(1, min(round(n * VAMCS / RESPONDENTS), system.n_sites))
    smi = np.bincount(system.site[system.smi], minlength=system.n_sites)
    strength = strengths(scene)
    histories, tests = len(scene), len(QUESTIONS) * len(CATEGORIES)
    people, taught = np.zeros((histories, 2)), np.full(histories, np.nan)
    vamcs, providing = np.zeros((histories, 2)), np.zeros((histories, 2))
    share, p = np.full((histories, 2, tests), np.nan), np.empty((histories, tests))
    for h in range(histories):
        rng = scene.luck(h, KEY)
        who = recruit(scene, h, n, n_vamcs, smi, rng)
        named = np.concatenate(answer(scene, h, who, strength[h], rng), axis=1)  # (n, tests)
        imr, prrc = provides(scene.now[h])[who.vamcs], has_prrc(scene.now[h])[who.vamcs]
        vamcs[h] = (~prrc).sum(), prrc.sum()
        providing[h] = (imr & ~prrc).sum(), (imr & prrc).sum()
        groups = [named[who.provider], named[~who.provider]]
        people[h] = [len(group) for group in groups]
        yes = np.array([group.sum(axis=0) for group in groups])
        share[h] = _share(yes, people[h][:, None])
        p[h] = two_by_two(yes, (len(groups[0]), len(groups[1])))
        taught[h] = _share(who.trained.sum(), people[h, 0])
    adjusted = np.array([holm(row) for row in p])
    values = {
        ("VAMCs", "all", "count"): vamcs.sum(axis=1),
        ("VAMCs", "all", "providing_share"): providing.sum(axis=1) / vamcs.sum(axis=1),
        ("with a PRRC", "all", "count"): vamcs[:, 1],
        ("with a PRRC", "all", "providing_share"): _share(providing[:, 1], vamcs[:, 1]),
        ("without a PRRC", "all", "count"): vamcs[:, 0],
        ("without a PRRC", "all", "providing_share"): _share(providing[:, 0], vamcs[:, 0]),
        ("providers", "all", "count"): people[:, 0],
        ("providers", "all", "trained_share"): taught,
        ("other respondents", "all", "count"): people[:, 1],
    }
    for t, (question, category) in enumerate((q, c) for q in QUESTIONS for c in CATEGORIES):
        item = f"{question}: {category}"
        values[item, "providers", "named_share"] = share[:, 0, t]
        values[item, "others", "named_share"] = share[:, 1, t]
        values[item, "all", "p_value"] = p[:, t]
        values[item, "all", "p_below_.05"] = p[:, t] < LEVEL
        values[item, "all", "after_Holm"] = adjusted[:, t] < LEVEL
    return StudyResult(
        "national_survey",
        date,
        f"National survey, {date}: {n} respondents in {n_vamcs} VAMCs",
        values,
        (
            "Counts, shares, p-values: mean and central 90% over histories. P below .05, alone and",
            f"after Holm's correction for {tests} tests: share of histories, and its 90% interval.",
            "How answers depend on sites is assumed, not observed (docs/studies-virtual.md).",
            scene.note,
        ),
    )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part over whole; NaN where there is no whole."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    shape = np.broadcast_shapes(part.shape, whole.shape)
    return np.divide(part, whole, out=np.full(shape, np.nan), where=whole > 0)
