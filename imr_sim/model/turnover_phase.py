"""Turnover: people leave, and posts are filled by transfers and from outside.

`now` and `new` are the flags of one history, (words, 7) uint64, at the start of the month and
after it. Every phase reads `now` and writes `new`; whoever leaves this month does nothing else in
it (`left`). `sites` are the site records at the start of the month, `dose` the (S, levers) doses.
"""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, lowest, position
from imr_sim.model.compiled import inlined, rule
from imr_sim.model.events import HIRED_KNOWING, log_event
from imr_sim.model.layout import N_ROLES
from imr_sim.model.rng import (
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
    uniforms,
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
    levels, posts = np.empty(CHUNK, np.uint64), np.empty(CHUNK, np.uint64)
    leaves = np.empty(N_ROLES)
    bound = 0.0
    for role in range(N_ROLES):
        leaves[role] = monthly(rules.leaving_rate(p, role))
        bound = max(bound, leaves[role])
    n_words = len(left)
    present, word_site, post_role, smi = world.present, world.word_site, world.role, world.smi
    logging = len(log.kind) > 0
    pools = (world.pool, world.kind_ptr, world.kind_visn, world.kind_site, world.site_visn)
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        leading_digits(luck, month, LEAVE, first, n, digits)
        for i in range(n):
            levels[i] = level_of(bound)
            posts[i] = present[first + i]
        keep_possible(digits, levels, posts, n)
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
                if now[w, DELIVERING] & flag:
                    training, audit = dose[site, rules.TRAINING], dose[site, rules.AUDIT]
                    probability = monthly(
                        rules.leaving_rate(p, role) * rules.retention(p, training, audit)
                    )
                if happens(luck, month, LEAVE, slot, digits, i, b, probability):
                    left[w] |= flag
                    is_smi = smi[w] & flag != NONE
                    exchange = p.exchange_share * dose[site, rules.EXCHANGE]
                    source = _replace(
                        pools, p, luck, month, now, new, site, w, b, role, is_smi, exchange
                    )
                    hired[slot] = month - start
                    if logging and new[w, AWARE] & flag:
                        log_event(log, month, HIRED_KNOWING, site, slot, 0, source)


@inlined
def _replace(pools, p, luck, month, now, new, site, w, b, role, is_smi, exchange_share):
    """Fill post b of word w: a transfer brings what they know, a hire from outside rarely does.

    Returns the post that a transfer came from, or -1.
    """
    flag = bit(b)
    slot = w * 64 + b
    for f in range(N_FLAGS):
        new[w, f] &= ~flag
    aware = experienced = trained = champion = exchanged = False
    source = -1
    if is_smi:
        at_once, exchange, _, _ = uniforms(luck, month, IMPORT, slot)
        champion = at_once < p.importer_champion_probability
        exchanged = exchange < exchange_share
    if exchanged:
        aware = experienced = True
    else:
        how, where, who, knows = uniforms(luck, month, REPLACE, slot)
        if how < p.transfer_share:
            source = _transfer_from(pools, p, where, who, site, role, is_smi)
        if source >= 0:
            home, there = source // 64, bit(source % 64)
            aware = now[home, AWARE] & there != NONE
            experienced = now[home, EXPERIENCED] & there != NONE
            trained = now[home, TRAINED] & there != NONE
        elif knows < p.external_experienced:
            aware = experienced = True
        elif knows < p.external_experienced + p.external_aware:
            aware = True
    if aware:
        new[w, AWARE] |= flag
        new[w, IMPORTED] |= flag
        if champion:
            new[w, SUPPORTIVE] |= flag
            new[w, CHAMPION] |= flag
    if experienced:
        new[w, EXPERIENCED] |= flag
    if trained:
        new[w, TRAINED] |= flag
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
