"""Turnover: people leave, and posts are filled by transfers and from outside.

`now` and `new` are the flags of one history, (7, words) uint64, at the start of the month and
after it. Every phase reads `now` and writes `new`; whoever leaves this month does nothing else in
it (`left`). `sites` are the site records at the start of the month, `dose` the (S, levers) doses.
"""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, has, lowest, position
from imr_sim.model.compiled import inlined, rule
from imr_sim.model.events import HIRED_KNOWING, log_event
from imr_sim.model.layout import N_ROLES, NOT_CLINICAL
from imr_sim.model.rng import (
    BLOCK,
    CHUNK,
    DIGITS,
    IMPORT,
    LEAVE,
    NONE,
    REPLACE,
    happens,
    keep_possible,
    leading_digits,
    level_of,
    uniforms_of,
)
from imr_sim.model.rules import monthly
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
def turnover(world, p, luck, month, now, new, left, sites, dose, hired, start, log):
    """People leave; posts are filled at once by a transfer or from outside."""
    digits = np.empty((DIGITS, CHUNK), np.uint64)
    levels, others = np.empty(CHUNK, np.uint64), np.empty(CHUNK, np.uint64)
    posts = np.empty(CHUNK, np.uint64)
    gone, luck_of_gone = np.empty(CHUNK * 64, np.int64), np.empty((2, 4, BLOCK))
    leaves = np.empty(N_ROLES)
    clinical = other = 0.0
    for role in range(N_ROLES):
        leaves[role] = monthly(rules.leaving_rate(p, role))
        if role in NOT_CLINICAL:
            other = max(other, leaves[role])
        else:
            clinical = max(clinical, leaves[role])
    levels[:] = level_of(clinical)
    others[:] = level_of(other)
    n_words = len(left)
    present, word_site, post_role, smi = world.present, world.word_site, world.role, world.smi
    logging = len(log.kind) > 0
    pools = (world.pool, world.kind_ptr, world.kind_visn, world.kind_site, world.site_visn)
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        leading_digits(luck, month, LEAVE, first, n, digits)
        posts[:n] = present[first : first + n]
        keep_possible(digits, levels, others, world.clinical[first : first + n], posts, n)
        n_gone = 0
        for i in range(n):
            w = first + i
            left[w] = NONE
            maybe = posts[i]
            site = word_site[w]
            while maybe:
                flag = lowest(maybe)
                maybe ^= flag
                b = position(flag)
                slot = w * 64 + b
                role = post_role[slot]
                probability = leaves[role]
                if now[DELIVERING, w] & flag:
                    training, audit = dose[site, rules.TRAINING], dose[site, rules.AUDIT]
                    probability = monthly(
                        rules.leaving_rate(p, role) * rules.retention(p, training, audit)
                    )
                if happens(luck, month, LEAVE, slot, digits, i, b, probability):
                    left[w] |= flag
                    gone[n_gone] = slot
                    n_gone += 1
        for begin in range(0, n_gone, BLOCK):
            m = min(BLOCK, n_gone - begin)
            vacated = gone[begin : begin + m]
            uniforms_of(luck, month, REPLACE, vacated, m, luck_of_gone[0])
            uniforms_of(luck, month, IMPORT, vacated, m, luck_of_gone[1])
            for k in range(m):
                slot = vacated[k]
                w = slot >> 6
                site = word_site[w]
                exchange = p.exchange_share * dose[site, rules.EXCHANGE]
                source = _replace(
                    pools,
                    p,
                    now,
                    new,
                    site,
                    slot,
                    post_role[slot],
                    smi[w],
                    exchange,
                    luck_of_gone,
                    k,
                )
                hired[slot] = month - start
                if logging and has(new[AWARE, w], slot & 63):
                    log_event(log, month, HIRED_KNOWING, site, slot, 0, source)


@inlined
def _replace(pools, p, now, new, site, slot, role, smi, exchange_share, u, k):
    """Fill a post: a transfer brings what they know, a hire from outside rarely does.

    `u[0, :, k]` and `u[1, :, k]` are the uniforms of REPLACE and IMPORT of the post. Returns the
    post that a transfer came from, or -1.
    """
    flag = bit(slot & 63)
    w = slot >> 6
    is_smi = smi & flag != NONE
    for f in range(N_FLAGS):
        new[f, w] &= ~flag
    aware = experienced = trained = champion = exchanged = False
    source = -1
    if is_smi:
        champion = u[1, 0, k] < p.importer_champion_probability
        exchanged = u[1, 1, k] < exchange_share
    if exchanged:
        aware = experienced = True
    else:
        how, where, who, knows = u[0, 0, k], u[0, 1, k], u[0, 2, k], u[0, 3, k]
        if how < p.transfer_share:
            source = _transfer_from(pools, p, where, who, site, role, is_smi)
        if source >= 0:
            home, there = source >> 6, bit(source & 63)
            aware = now[AWARE, home] & there != NONE
            experienced = now[EXPERIENCED, home] & there != NONE
            trained = now[TRAINED, home] & there != NONE
        elif knows < p.external_experienced:
            aware = experienced = True
        elif knows < p.external_experienced + p.external_aware:
            aware = True
    if aware:
        new[AWARE, w] |= flag
        new[IMPORTED, w] |= flag
        if champion:
            new[SUPPORTIVE, w] |= flag
            new[CHAMPION, w] |= flag
    if experienced:
        new[EXPERIENCED, w] |= flag
    if trained:
        new[TRAINED, w] |= flag
    return source


@inlined
def _transfer_from(pools, p, where, who, site, role, is_smi):
    """A random post of the same role and programme in another VAMC; -1 when there is none."""
    pool, kind_ptr, kind_visn, kind_site, site_visn = pools
    kind = int(role) * 2 + int(is_smi)
    own_first = kind_site[kind, site, 0]
    own = kind_site[kind, site, 1] - own_first
    first, last = kind_ptr[kind], kind_ptr[kind + 1]
    if where < p.transfer_same_visn:
        near = kind_visn[kind, site_visn[site]]
        if near[1] - near[0] > own:
            first, last = near[0], near[1]
    others = last - first - own
    if others <= 0:
        return -1
    chosen = first + int(who * others)
    if chosen >= own_first:
        chosen += own
    return int(pool[chosen])
