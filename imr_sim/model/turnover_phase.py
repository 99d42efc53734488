"""Turnover: people leave, and posts are filled by transfers and from outside."""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, has, list_posts
from imr_sim.model.compiled import inlined, rule
from imr_sim.model.events import CHAMPIONED, HIRED_KNOWING, LEFT_KNOWING, log_event
from imr_sim.model.layout import N_ROLES, NOT_CLINICAL
from imr_sim.model.rng import (
    BLOCK,
    CHUNK,
    DIGITS,
    IMPORT,
    LEAVE,
    NONE,
    ONE,
    REPLACE,
    keep_below,
    keep_possible,
    leading_digits,
    level_of,
    uniforms_of,
)
from imr_sim.model.state import (
    AWARE,
    CHAMPION,
    DELIVERING,
    EXPERIENCED,
    IMPORTED,
    N_FLAGS,
    SUPPORTIVE,
    TRAINED,
)


@rule
def turnover(given, agents):
    """People leave; posts are filled at once by a transfer or from outside."""
    world, p, luck, month = given.world, given.p, given.luck, given.month
    start, dose, log = given.start, given.dose, given.log
    now, new, left, hired = agents.now, agents.new, agents.left, agents.hired
    digits = np.empty((DIGITS, CHUNK), np.uint64)
    levels, others = np.empty(CHUNK, np.uint64), np.empty(CHUNK, np.uint64)
    leaving = np.empty(CHUNK, np.uint64)
    gone, chances = np.empty(CHUNK * 64, np.int64), np.empty(CHUNK * 64)
    luck_of_gone, sources = np.empty((2, 4, BLOCK)), np.empty(BLOCK, np.int64)
    most = np.empty(N_ROLES)
    clinical = other = 0.0
    for role in range(N_ROLES):
        most[role] = rules.leaving_probability(p, role, 1.0)  # nothing keeps the others
        if role in NOT_CLINICAL:
            other = max(other, most[role])
        else:
            clinical = max(clinical, most[role])
    levels[:] = level_of(clinical)
    others[:] = level_of(other)
    n_words = len(left)
    present, word_site, post_role, smi = world.present, world.word_site, world.role, world.smi
    logging = len(log.kind) > 0
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        leading_digits(luck, month, LEAVE, first, n, digits)
        leaving[:n] = present[first : first + n]
        keep_possible(digits, levels, others, world.clinical[first : first + n], leaving, n)
        n_gone = 0
        for i in range(n):
            left[first + i] = NONE
            n_gone = list_posts(leaving[i], first + i, gone, n_gone)
        for k in range(n_gone):
            slot = gone[k]
            role, w = post_role[slot], slot >> 6
            chances[k] = most[role]
            if has(now[DELIVERING, w], slot & 63):
                doses = dose[word_site[w]]
                kept = rules.retention(p, doses[rules.TRAINING], doses[rules.AUDIT])
                chances[k] = rules.leaving_probability(p, role, kept)
        n_gone = keep_below(luck, month, LEAVE, digits, first, gone, chances, n_gone)
        for k in range(n_gone):
            left[gone[k] >> 6] |= bit(gone[k] & 63)
        for f in range(N_FLAGS):  # whoever leaves takes them along
            for w in range(first, first + n):
                new[f, w] &= ~left[w]
        for begin in range(0, n_gone, BLOCK):
            m = min(BLOCK, n_gone - begin)
            vacated = gone[begin : begin + m]
            uniforms_of(luck, month, REPLACE, vacated, m, luck_of_gone[0])
            uniforms_of(luck, month, IMPORT, vacated, m, luck_of_gone[1])
            _transfers(world, p, vacated, m, luck_of_gone[0], sources)
            for k in range(m):
                slot = vacated[k]
                w = slot >> 6
                site = word_site[w]
                exchange = p.exchange_share * dose[site, rules.EXCHANGE]
                vacancy = (slot, sources[k], smi[w], exchange)
                source = _replace(p, now, new, vacancy, luck_of_gone, k)
                hired[slot] = month - start
                if logging:
                    _log_turnover(log, month, now, new, site, slot, source)


@rule
def _log_turnover(log, month, now, new, site, slot, source):
    """Who left knowing IMR, who came knowing it, and who championed it at once."""
    w, b = slot >> 6, slot & 63
    if has(now[AWARE, w], b):
        log_event(log, month, LEFT_KNOWING, site, slot, 0, -1)
    if has(new[AWARE, w], b):
        log_event(log, month, HIRED_KNOWING, site, slot, 0, source)
    if has(new[CHAMPION, w], b):
        log_event(log, month, CHAMPIONED, site, slot, 1, -1)


@rule
def _transfers(world, p, vacated, m, u, sources):
    """Where transfers to the m `vacated` posts come from: `sources`, -1 where there is none.

    A random post of the same role and programme in another VAMC. `u` are the uniforms of REPLACE.
    All are looked up before any post is filled, so that none waits for the memory of another.
    """
    pool, kind_ptr, kind_visn = world.pool, world.kind_ptr, world.kind_visn
    kind_site, site_visn, word_site = world.kind_site, world.site_visn, world.word_site
    role, smi = world.role, world.smi
    for k in range(m):
        how, where, who = u[0, k], u[1, k], u[2, k]
        sources[k] = -1
        if how >= p.transfer_share:
            continue
        slot = vacated[k]
        site = word_site[slot >> 6]
        kind = int(role[slot]) * 2 + int(has(smi[slot >> 6], slot & 63))
        own_first = kind_site[kind, site, 0]
        own = kind_site[kind, site, 1] - own_first
        first, last = kind_ptr[kind], kind_ptr[kind + 1]
        if where < p.transfer_same_visn:
            near = kind_visn[kind, site_visn[site]]
            if near[1] - near[0] > own:
                first, last = near[0], near[1]
        others = last - first - own
        if others > 0:
            chosen = first + int(who * others)
            sources[k] = pool[chosen + own if chosen >= own_first else chosen]


@inlined
def _replace(p, now, new, vacancy, u, k):
    """Fill a post: a transfer brings what they know, a hire from outside rarely does.

    `vacancy` is the post, where a transfer to it comes from (or -1), the SMI members of its word,
    and the share of hires by staff exchange; `u[0, :, k]` and `u[1, :, k]` are the uniforms of
    REPLACE and IMPORT. Returns the post that a transfer came from, or -1. Written without branches
    where nobody can predict them.
    """
    slot, source, smi, exchange_share = vacancy
    w, here = slot >> 6, np.uint64(slot & 63)
    flag = ONE << here
    is_smi = smi & flag != NONE
    trained = NONE
    if is_smi and u[1, 1, k] < exchange_share:
        source = -1
        aware = experienced = flag
    elif source >= 0:
        home, there = source >> 6, np.uint64(source & 63)
        aware = ((now[AWARE, home] >> there) & ONE) << here
        experienced = ((now[EXPERIENCED, home] >> there) & ONE) << here
        trained = ((now[TRAINED, home] >> there) & ONE) << here
    else:
        knows = u[0, 3, k]
        experienced = flag if knows < p.external_experienced else NONE
        aware = flag if knows < p.external_experienced + p.external_aware else NONE
    new[AWARE, w] |= aware
    new[IMPORTED, w] |= aware
    new[EXPERIENCED, w] |= experienced
    new[TRAINED, w] |= trained
    if is_smi and u[1, 0, k] < p.importer_champion_probability:
        new[SUPPORTIVE, w] |= aware
        new[CHAMPION, w] |= aware
    return source
