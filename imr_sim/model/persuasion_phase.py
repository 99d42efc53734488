"""Persuasion: the aware come to support IMR or lose sight of it; champions come and tire.

`now` and `new` are the flags of one history, (words, 7) uint64, at the start of the month and
after it. Every phase reads `now` and writes `new`; whoever leaves this month does nothing else in
it (`left`). `sites` are the site records at the start of the month, `dose` the (S, levers) doses.
"""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import lowest, position
from imr_sim.model.compiled import rule
from imr_sim.model.events import CHAMPIONED, TIRED, log_event
from imr_sim.model.layout import OTHER, PEER
from imr_sim.model.rng import CHAMPION as CHAMPION_LUCK
from imr_sim.model.rng import (
    CHUNK,
    DIGITS,
    FORGET,
    LOSE,
    NONE,
    SUPPORT,
    TIRE,
    happens,
    happens_at,
    keep_possible,
    leading_digits,
    level_of,
    uniform,
)
from imr_sim.model.rules import monthly
from imr_sim.model.state import (
    AWARE,
    CHAMPION,
    DELIVERING,
    EXPERIENCED,
    IMPORTED,
    SUPPORTIVE,
    TRAINED,
)


@rule
def persuasion(world, p, luck, month, now, new, left, sites, dose, peers, log):
    """The aware come to support IMR or lose it from sight; supporters champion it; champions tire.

    When several happen to one person in a month, championing and support come before losing
    interest and forgetting.
    """
    digits = np.empty((DIGITS, CHUNK), np.uint64)
    supports = np.empty(CHUNK, np.uint64)
    champions = np.empty(CHUNK, np.uint64)
    lost = np.empty(CHUNK, np.uint64)
    scratch = (np.empty(CHUNK, np.uint64), np.empty((4, CHUNK)))
    posts = (world.word_site, world.role, world.degree, world.smi, world.connected)
    lose, forget = monthly(p.support_loss), monthly(p.forgetting)
    n_words = len(left)
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        if not _anybody(now, AWARE, first, n):
            continue
        leading_digits(luck, month, SUPPORT, first, n, digits)
        _come_to_support(
            posts,
            p,
            luck,
            month,
            now,
            left,
            sites,
            dose,
            peers,
            first,
            n,
            digits,
            scratch,
            supports,
        )
        leading_digits(luck, month, CHAMPION_LUCK, first, n, digits)
        _come_to_champion(
            posts,
            world.staff_count,
            p,
            luck,
            month,
            now,
            left,
            sites,
            dose,
            first,
            n,
            digits,
            scratch,
            champions,
            log,
        )
        leading_digits(luck, month, LOSE, first, n, digits)
        for i in range(n):
            w = first + i
            lost[i] = now[w, SUPPORTIVE] & ~now[w, CHAMPION] & ~left[w] & ~champions[i]
        _keep_struck(luck, month, LOSE, digits, scratch[0], first, n, lose, lost)
        for i in range(n):
            w = first + i
            new[w, SUPPORTIVE] = (new[w, SUPPORTIVE] & ~lost[i]) | supports[i] | champions[i]
            new[w, CHAMPION] |= champions[i]
        leading_digits(luck, month, FORGET, first, n, digits)
        for i in range(n):
            w = first + i
            busy = now[w, CHAMPION] | now[w, DELIVERING] | supports[i] | champions[i] | left[w]
            lost[i] = now[w, AWARE] & ~busy
        _keep_struck(luck, month, FORGET, digits, scratch[0], first, n, forget, lost)
        for i in range(n):
            w = first + i
            new[w, AWARE] &= ~lost[i]
            new[w, SUPPORTIVE] &= ~lost[i]
        _tire(posts, world.staff_count, p, luck, month, now, new, left, sites, first, n, log)


@rule
def _anybody(flags, which, first, n):
    """Whether anybody in these words has the flag."""
    some = NONE
    for w in range(first, first + n):
        some |= flags[w, which]
    return some != NONE


@rule
def _keep_struck(luck, month, decision, digits, levels, first, n, probability, posts):
    """Of the `posts` of n words keep those to whom an event of one probability happens."""
    for i in range(n):
        levels[i] = level_of(probability)
    keep_possible(digits, levels, posts, n)
    for i in range(n):
        maybe = posts[i]
        while maybe:
            flag = lowest(maybe)
            maybe ^= flag
            b = position(flag)
            if not happens(luck, month, decision, (first + i) * 64 + b, digits, i, b, probability):
                posts[i] ^= flag


@rule
def _come_to_support(
    posts, p, luck, month, now, left, sites, dose, peers, first, n, digits, scratch, supports
):
    word_site, role, degree, _, _ = posts
    levels, terms = scratch
    last = -1
    base = consensus = shy = shy_peer = 0.0
    level = NONE
    for i in range(n):
        w = first + i
        supports[i] = now[w, AWARE] & ~now[w, SUPPORTIVE] & ~left[w]
        site = word_site[w]
        if site != last:
            last = site
            base = rules.support_rate_of_site(p, sites[site])
            consensus = p.consensus_support * dose[site, rules.CONSENSUS]
            level = level_of((base * (1.0 + p.s_peers) + consensus) / 12.0)
            shy = rules.willingness(p, OTHER, dose[site, rules.SIMPLIFY])
            shy_peer = rules.willingness(p, PEER, dose[site, rules.SIMPLIFY])
        levels[i] = level
        terms[0, i], terms[1, i], terms[2, i], terms[3, i] = base, consensus, shy, shy_peer
    keep_possible(digits, levels, supports, n)
    for i in range(n):
        w = first + i
        maybe = supports[i]
        while maybe:
            flag = lowest(maybe)
            maybe ^= flag
            b = position(flag)
            slot = w * 64 + b
            share = peers[slot] / degree[slot] if degree[slot] > 0 else 0.0
            rate = terms[0, i] * (1.0 + p.s_peers * share)
            if not now[w, TRAINED] & flag:
                rate *= terms[3, i] if role[slot] == PEER else terms[2, i]
            if not now[w, DELIVERING] & flag:
                rate += terms[1, i]
            if not happens_at(luck, month, SUPPORT, slot, digits, i, b, rate):
                supports[i] ^= flag


@rule
def _come_to_champion(
    posts,
    staff_count,
    p,
    luck,
    month,
    now,
    left,
    sites,
    dose,
    first,
    n,
    digits,
    scratch,
    champions,
    log,
):
    word_site, _, _, smi, connected = posts
    levels, terms = scratch
    logging = len(log.kind) > 0
    last = -1
    base = prepared = 0.0
    level = NONE
    for i in range(n):
        w = first + i
        site = word_site[w]
        if site != last:
            last = site
            share = sites[site].supportive / staff_count[site]
            base = rules.championing_rate(p, sites[site], share)
            prepared = p.champions_conversion * dose[site, rules.CHAMPIONS]
            level = level_of((base * max(1.0, p.experience_multiplier) + prepared) / 12.0)
        may = now[w, AWARE] if prepared > 0.0 else now[w, SUPPORTIVE]
        champions[i] = may & ~now[w, CHAMPION] & smi[w] & ~left[w]
        levels[i] = level
        terms[0, i], terms[1, i] = base, prepared
    keep_possible(digits, levels, champions, n)
    for i in range(n):
        w = first + i
        maybe = champions[i]
        while maybe:
            flag = lowest(maybe)
            maybe ^= flag
            b = position(flag)
            slot = w * 64 + b
            rate = 0.0
            if now[w, SUPPORTIVE] & flag:
                rate = terms[0, i]
                if now[w, EXPERIENCED] & flag:
                    rate *= p.experience_multiplier
            if connected[w] & flag:
                rate += terms[1, i]
            if not happens_at(luck, month, CHAMPION_LUCK, slot, digits, i, b, rate):
                champions[i] ^= flag
            elif logging:
                imported = 1 if now[w, IMPORTED] & flag else 0
                log_event(log, month, CHAMPIONED, word_site[w], slot, imported, -1)


@rule
def _tire(posts, staff_count, p, luck, month, now, new, left, sites, first, n, log):
    word_site = posts[0]
    logging = len(log.kind) > 0
    last = -1
    tires = 0.0
    for w in range(first, first + n):
        champions = now[w, CHAMPION] & ~left[w]
        if not champions:
            continue
        site = word_site[w]
        if site != last:
            last = site
            share = sites[site].supportive / staff_count[site]
            tires = monthly(rules.fatigue_rate(p, sites[site], share))
        while champions:
            flag = lowest(champions)
            champions ^= flag
            slot = w * 64 + position(flag)
            if uniform(luck, month, TIRE, slot) < tires:
                new[w, CHAMPION] &= ~flag
                if logging:
                    log_event(log, month, TIRED, site, slot, 0, -1)
