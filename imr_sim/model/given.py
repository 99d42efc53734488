"""A start that is given: sites that have accepted or provide already, and staff who know of it.

Histories usually begin with nothing; a virtual study begins where the real one did.
"""

from __future__ import annotations

import numpy as np

from imr_sim.model.batch import Batch
from imr_sim.model.engine import count_anew
from imr_sim.model.rng import uniform_table
from imr_sim.model.state import (
    AWARE,
    DELIVERING,
    EXPERIENCED,
    NEVER,
    PREPARING,
    PROVIDING,
)

# Decisions of the start, keys of luck beside those of `imr_sim.model.rng`.
KNOWS, ON_TEAM = 50, 51
POSTS = 64  # of a word


def give_start(
    batch: Batch,
    *,
    aware: np.ndarray,
    engaged: np.ndarray,
    providing: np.ndarray,
    fidelity: np.ndarray,
) -> None:
    """Put the sites of a batch where a study finds them; changes the batch in place.

    A providing site has a full delivery team of SMI-programme members, drawn by lot, untrained
    (*assumption*). Head counts and counters of exposure agree with it.

    Parameters
    ----------
    batch : Batch
    aware : ndarray of float, shape (B, S)
        Probability that a member of an SMI programme, or the chief, knows of the practice.
    engaged : ndarray of bool, shape (B, S)
        Has accepted and prepares; a providing site goes on providing.
    providing : ndarray of bool, shape (B, S)
    fidelity : ndarray of float, shape (B, S)
        Of the sites that begin to provide by this, 1 to 5.
    """
    world, state = batch.setting.world, batch.state
    before = state.flags.copy()
    if aware.any():
        knows = _luck(batch, KNOWS) < aware[:, world.word_site, None]
        state.flags[:, AWARE] |= _words(knows) & world.key
    sites = state.sites
    new = providing & (sites["status"] != PROVIDING)
    if new.any():
        team = _words(_teams(batch, new)) & world.smi
        for flag in (AWARE, DELIVERING, EXPERIENCED):
            state.flags[:, flag] |= team
        sites["status"][new] = PROVIDING
        sites["fidelity"][new] = fidelity[new]
        sites["starts"][new] += 1
        first = new & (sites["first_month"] == NEVER)
        sites["first_month"][first] = batch.month - 1
    sites["status"][engaged & (sites["status"] != PROVIDING)] = PREPARING
    count_anew(world, before, state)


def _luck(batch: Batch, decision: int) -> np.ndarray:
    """A uniform for each post, shape (B, words, 64)."""
    state, n = batch.state, len(batch.setting.world.word_site)
    u = uniform_table(
        batch.setting.key, state.replicate, state.draw, batch.month, decision, n * POSTS
    )
    return u.reshape(len(batch), n, POSTS)


def _words(posts: np.ndarray) -> np.ndarray:
    """Flags of posts, (B, words, 64) bool, as words."""
    return np.packbits(posts, axis=-1, bitorder="little").view("<u8")[..., 0]


def _teams(batch: Batch, new: np.ndarray) -> np.ndarray:
    """SMI members who make up the team of each newly providing site; bool (B, words, 64)."""
    world = batch.setting.world
    member = np.unpackbits(world.smi.view(np.uint8), bitorder="little").astype(bool)
    order = np.where(member, _luck(batch, ON_TEAM).reshape(len(batch), -1), np.inf)
    size = batch.params["team_size"][:, None]
    chosen = np.zeros(order.shape, bool)
    for s in np.flatnonzero(new.any(axis=0)):
        posts = slice(world.site_word[s] * POSTS, world.site_word[s + 1] * POSTS)
        rank = order[:, posts].argsort(axis=1).argsort(axis=1)
        chosen[:, posts] = (rank < size) & new[:, s, None]
    return chosen.reshape(len(batch), -1, POSTS)
