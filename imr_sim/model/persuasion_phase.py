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
    leading_digits,
    possible,
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
    posts = (world.word_site, world.role, world.degree, world.smi, world.connected)
    lose, forget = monthly(p.support_loss), monthly(p.forgetting)
    n_words = len(left)
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        if not _anybody(now, AWARE, first, n):
            continue
        leading_digits(luck, month, SUPPORT, first, n, digits)
        _come_to_support(
            posts, p, luck, month, now, left, sites, dose, peers, first, n, digits, supports
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
            champions,
            log,
        )
        leading_digits(luck, month, LOSE, first, n, digits)
        for i in range(n):
            w = first + i
            eligible = now[w, SUPPORTIVE] & ~now[w, CHAMPION] & ~left[w] & ~champions[i]
            lost = _uniformly(luck, month, LOSE, digits, i, w, eligible, lose)
            new[w, SUPPORTIVE] = (new[w, SUPPORTIVE] & ~lost) | supports[i] | champions[i]
            new[w, CHAMPION] |= champions[i]
        leading_digits(luck, month, FORGET, first, n, digits)
        for i in range(n):
            w = first + i
            busy = now[w, CHAMPION] | now[w, DELIVERING] | supports[i] | champions[i] | left[w]
            eligible = now[w, AWARE] & ~busy
            forgotten = _uniformly(luck, month, FORGET, digits, i, w, eligible, forget)
            new[w, AWARE] &= ~forgotten
            new[w, SUPPORTIVE] &= ~forgotten
        _tire(posts, world.staff_count, p, luck, month, now, new, left, sites, first, n, log)


@rule
def _anybody(flags, which, first, n):
    """Whether anybody in these words has the flag."""
    some = NONE
    for w in range(first, first + n):
        some |= flags[w, which]
    return some != NONE


@rule
def _uniformly(luck, month, decision, digits, i, w, eligible, probability):
    """Those of `eligible` to whom an event of the same probability for all happens."""
    out = NONE
    if not eligible:
        return out
    maybe = possible(digits, i, probability) & eligible
    while maybe:
        flag = lowest(maybe)
        maybe ^= flag
        b = position(flag)
        if happens(luck, month, decision, w * 64 + b, digits, i, b, probability):
            out |= flag
    return out


@rule
def _come_to_support(
    posts, p, luck, month, now, left, sites, dose, peers, first, n, digits, supports
):
    word_site, role, degree, _, _ = posts
    last = -1
    base = consensus = bound = shy = shy_peer = 0.0
    for i in range(n):
        w = first + i
        supports[i] = NONE
        eligible = now[w, AWARE] & ~now[w, SUPPORTIVE] & ~left[w]
        if not eligible:
            continue
        site = word_site[w]
        if site != last:
            last = site
            base = rules.support_rate_of_site(p, sites[site])
            consensus = p.consensus_support * dose[site, rules.CONSENSUS]
            bound = monthly(base * (1.0 + p.s_peers) + consensus)
            shy = rules.willingness(p, OTHER, dose[site, rules.SIMPLIFY])
            shy_peer = rules.willingness(p, PEER, dose[site, rules.SIMPLIFY])
        maybe = possible(digits, i, bound) & eligible
        while maybe:
            flag = lowest(maybe)
            maybe ^= flag
            b = position(flag)
            slot = w * 64 + b
            share = peers[slot] / degree[slot] if degree[slot] > 0 else 0.0
            rate = base * (1.0 + p.s_peers * share)
            if not now[w, TRAINED] & flag:
                rate *= shy_peer if role[slot] == PEER else shy
            if not now[w, DELIVERING] & flag:
                rate += consensus
            if happens_at(luck, month, SUPPORT, slot, digits, i, b, rate):
                supports[i] |= flag


@rule
def _come_to_champion(
    posts, staff_count, p, luck, month, now, left, sites, dose, first, n, digits, champions, log
):
    word_site, _, _, smi, connected = posts
    logging = len(log.kind) > 0
    last = -1
    base = prepared = bound = 0.0
    for i in range(n):
        w = first + i
        champions[i] = NONE
        eligible = now[w, AWARE] & ~now[w, CHAMPION] & smi[w] & ~left[w]
        if not eligible:
            continue
        site = word_site[w]
        if site != last:
            last = site
            share = sites[site].supportive / staff_count[site]
            base = rules.championing_rate(p, sites[site], share)
            prepared = p.champions_conversion * dose[site, rules.CHAMPIONS]
            bound = monthly(base * max(1.0, p.experience_multiplier) + prepared)
        if prepared == 0.0:
            eligible &= now[w, SUPPORTIVE]
            if not eligible:
                continue
        maybe = possible(digits, i, bound) & eligible
        while maybe:
            flag = lowest(maybe)
            maybe ^= flag
            b = position(flag)
            slot = w * 64 + b
            rate = 0.0
            if now[w, SUPPORTIVE] & flag:
                rate = base * (p.experience_multiplier if now[w, EXPERIENCED] & flag else 1.0)
            if connected[w] & flag:
                rate += prepared
            if happens_at(luck, month, CHAMPION_LUCK, slot, digits, i, b, rate):
                champions[i] |= flag
                if logging:
                    imported = 1 if now[w, IMPORTED] & flag else 0
                    log_event(log, month, CHAMPIONED, site, slot, imported, -1)


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
