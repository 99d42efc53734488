"""What respondents of the national survey would answer to two open questions.

Histories hold site-months and not staff-months, so each respondent's own state is drawn from the
counts of the site (*assumption*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from imr_sim.model.history import FACTORS
from imr_sim.studies.interviews import key_staff
from imr_sim.studies.observer import provides
from imr_sim.studies.scene import Scene
from imr_sim.system import ROLES, System

CATEGORIES = (
    "knowledgeable or trained staff",
    "champion",
    "leadership support",
    "staff time",
    "materials and workbook",
    "colleagues' support",
    "peer support",
    "Veterans' interest",
    "fit with the programme",
    "other",
)
QUESTIONS = ("facilitator", "barrier")


def strengths(scene: Scene) -> np.ndarray:
    """How strong each category is at each site; (H, S, 10), 0 in the middle, about 1 sd a unit.

    Factors are in their own units; shares and yes or no run from -1 to 1 (*assumption*).
    """
    now, system = scene.now, scene.system
    factor = {name: scene.factors[:, i] for i, name in enumerate(FACTORS)}
    known = now["key_aware"] / np.maximum(key_staff(system), 1)
    trained = now["trained"] / np.maximum(now["delivering"], 1)
    knowledge = np.where(provides(now), trained, known)
    burden = scene.parameter("workbook_burden")[:, None] * (1 - trained)
    staff = np.bincount(system.site, minlength=system.n_sites)
    supportive = now["supportive"] / np.maximum(staff, 1)
    peers = np.where(_programme_peers(system) > 0, 1.0, -1.0)
    columns = [
        2 * knowledge - 1,
        np.where(now["champions"] > 0, 1.0, -1.0),
        now["leadership"],
        factor["time"],
        1 - 2 * np.minimum(burden, 1),
        2 * supportive - 1,
        np.broadcast_to(peers, now.shape),
        factor["veteran"],
        factor["fit"],
        np.zeros(now.shape),
    ]
    return np.stack(columns, axis=2)


def _programme_peers(system: System) -> np.ndarray:
    """Peer specialists in SMI programmes of each site; (S,)."""
    mine = system.smi & (system.role == ROLES.index("peer specialist"))
    return np.bincount(system.site[mine], minlength=system.n_sites)


@dataclass(frozen=True)
class Respondents:
    """Who answered in one history: site, provider or not, knows the practice or not, trained."""

    site: np.ndarray
    provider: np.ndarray
    aware: np.ndarray
    trained: np.ndarray
    vamcs: np.ndarray


def recruit(
    scene: Scene, h: int, n: int, n_vamcs: int, smi: np.ndarray, rng: np.random.Generator
) -> Respondents:
    """The coordinator of each of `n_vamcs` random VAMCs, and colleagues that they name.

    A coordinator delivers as often as any member of the site's SMI programmes; at a VAMC that
    provides, a colleague who is named delivers with `referred_provider`, elsewhere never. Who does
    not deliver knows of the practice as often as key staff who do not (all *assumptions*).
    """
    now = scene.now[h]
    vamcs = rng.permutation(len(now))[:n_vamcs]
    site = np.concatenate([vamcs, rng.choice(vamcs, n - n_vamcs)])
    delivering, key = now["delivering"].astype(float), key_staff(scene.system).astype(float)
    member = np.minimum(delivering / np.maximum(smi, 1), 1)
    named = np.where(provides(now), scene.how["referred_provider"][h], 0.0)
    p = np.concatenate([member[vamcs], named[site[n_vamcs:]]])
    provider = rng.random(n) < p
    others = np.clip((now["key_aware"] - delivering) / np.maximum(key - delivering, 1), 0, 1)
    aware = provider | (rng.random(n) < others[site])
    share = now["trained"] / np.maximum(delivering, 1)
    trained = provider & (rng.random(n) < share[site])
    return Respondents(site, provider, aware, trained, vamcs)


def answer(
    scene: Scene, h: int, who: Respondents, strength: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Categories coded from the answers; bool, shape (questions, respondents, 10).

    A category is named as a facilitator the more, and as a barrier the less, the stronger it is at
    the respondent's own site: fully so by providers, in part by others who know the practice, not
    at all by those who do not.
    """
    how = {name: value[h] for name, value in scene.how.items() if name.startswith("answer_")}
    voice = np.where(who.provider, 1.0, np.where(who.aware, how["answer_hearsay"], 0.0))
    pull = how["answer_slope"] * voice[:, None] * strength[who.site]
    base = how["answer_base"] + how["answer_experience"] * who.provider[:, None]
    p = expit(base + np.stack([pull, -pull]))
    named = rng.random(p.shape) < p
    return named ^ (rng.random(p.shape) < how["answer_coding_error"])
