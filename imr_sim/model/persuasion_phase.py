"""Persuasion: the aware come to support IMR or lose sight of it; champions come and tire.

`now` and `new` are the flags of one history, (7, words) uint64, at the start of the month and
after it. Every phase reads `now` and writes `new`; whoever leaves this month does nothing else in
it (`left`). `sites` are the site records at the start of the month, `dose` the (S, levers) doses.
"""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, has, list_posts, lowest, position
from imr_sim.model.compiled import rule
from imr_sim.model.events import CHAMPIONED, TIRED, log_event
from imr_sim.model.layout import OTHER, PEER
from imr_sim.model.rng import (
    BLOCK,
    CHUNK,
    DIGITS,
    FORGET,
    LOSE,
    NONE,
    SUPPORT,
    TIRE,
    happens,
    keep_possible,
    keep_struck,
    leading_digits,
    level_of,
    uniforms_of,
)
from imr_sim.model.rng import CHAMPION as CHAMPION_LUCK
from imr_sim.model.rules import event_in_month, monthly
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
    scratch = (
        np.empty(CHUNK, np.uint64),
        np.empty(CHUNK, np.uint64),
        np.empty(CHUNK, np.uint64),
        np.empty((4, CHUNK)),
        np.empty(64 * CHUNK, np.int64),
        np.empty(64 * CHUNK),
    )
    posts = (world.word_site, world.peer, world.degree, world.smi, world.connected)
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
            lost[i] = now[SUPPORTIVE, w] & ~now[CHAMPION, w] & ~left[w] & ~champions[i]
        _keep_struck(luck, month, LOSE, digits, scratch[0], first, n, lose, lost)
        for i in range(n):
            w = first + i
            new[SUPPORTIVE, w] = (new[SUPPORTIVE, w] & ~lost[i]) | supports[i] | champions[i]
            new[CHAMPION, w] |= champions[i]
        leading_digits(luck, month, FORGET, first, n, digits)
        for i in range(n):
            w = first + i
            busy = now[CHAMPION, w] | now[DELIVERING, w] | supports[i] | champions[i] | left[w]
            lost[i] = now[AWARE, w] & ~busy
        _keep_struck(luck, month, FORGET, digits, scratch[0], first, n, forget, lost)
        for i in range(n):
            w = first + i
            new[AWARE, w] &= ~lost[i]
            new[SUPPORTIVE, w] &= ~lost[i]
        _tire(posts, world.staff_count, p, luck, month, now, new, left, sites, first, n, log)


@rule
def _anybody(flags, which, first, n):
    """Whether anybody in these words has the flag."""
    some = NONE
    for w in range(first, first + n):
        some |= flags[which, w]
    return some != NONE


@rule
def _keep_struck(luck, month, decision, digits, levels, first, n, probability, posts):
    """Of the `posts` of n words keep those to whom an event of one probability happens."""
    levels[:n] = level_of(probability)
    keep_possible(digits, levels, levels, levels, posts, n)
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
    word_site, peer, degree, _, _ = posts
    levels, others, shying, terms, listed, rates = scratch
    last, dosed = -1, -1.0
    base = consensus = shy = shy_peer = 0.0
    level = other = NONE
    for i in range(n):
        w = first + i
        supports[i] = now[AWARE, w] & ~now[SUPPORTIVE, w] & ~left[w]
        site = word_site[w]
        if site != last:
            last = site
            base = rules.support_rate_of_site(p, sites[site])
            consensus = p.consensus_support * dose[site, rules.CONSENSUS]
            if dose[site, rules.SIMPLIFY] != dosed:  # most sites get the same dose, or none
                dosed = dose[site, rules.SIMPLIFY]
                shy = rules.willingness(p, OTHER, dosed)
                shy_peer = rules.willingness(p, PEER, dosed)
            most = base * (1.0 + p.s_peers)
            level = level_of((most * shy + consensus) / 12.0)
            other = level_of((most + consensus) / 12.0)
        levels[i], others[i] = level, other
        shying[i] = ~(now[TRAINED, w] | peer[w])
        terms[0, i], terms[1, i], terms[2, i], terms[3, i] = base, consensus, shy, shy_peer
    keep_possible(digits, levels, others, shying, supports, n)
    n_posts = 0
    for i in range(n):
        n_posts = list_posts(supports[i], first + i, listed, n_posts)
        supports[i] = NONE
    for k in range(n_posts):
        slot = listed[k]
        w, i = slot >> 6, (slot >> 6) - first
        share = peers[slot] / max(1, degree[slot])
        shying_from = terms[3, i] if has(peer[w], slot & 63) else terms[2, i]
        willing = 1.0 if has(now[TRAINED, w], slot & 63) else shying_from
        outside_team = 0.0 if has(now[DELIVERING, w], slot & 63) else 1.0
        rates[k] = terms[0, i] * (1.0 + p.s_peers * share) * willing + outside_team * terms[1, i]
    n_posts = keep_struck(luck, month, SUPPORT, digits, first, listed, rates, n_posts)
    for k in range(n_posts):
        supports[(listed[k] >> 6) - first] |= bit(listed[k] & 63)


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
    levels, _, _, terms, listed, rates = scratch
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
        may = now[AWARE, w] if prepared > 0.0 else now[SUPPORTIVE, w]
        champions[i] = may & ~now[CHAMPION, w] & smi[w] & ~left[w]
        levels[i] = level
        terms[0, i], terms[1, i] = base, prepared
    keep_possible(digits, levels, levels, levels, champions, n)
    n_posts = 0
    for i in range(n):
        n_posts = list_posts(champions[i], first + i, listed, n_posts)
        champions[i] = NONE
    for k in range(n_posts):
        w, i, b = listed[k] >> 6, (listed[k] >> 6) - first, listed[k] & 63
        rate = 0.0
        if has(now[SUPPORTIVE, w], b):
            rate = terms[0, i]
            if has(now[EXPERIENCED, w], b):
                rate *= p.experience_multiplier
        if has(connected[w], b):
            rate += terms[1, i]
        rates[k] = rate
    n_posts = keep_struck(luck, month, CHAMPION_LUCK, digits, first, listed, rates, n_posts)
    for k in range(n_posts):
        w, b = listed[k] >> 6, listed[k] & 63
        champions[w - first] |= bit(b)
        if logging:
            imported = 1 if has(now[IMPORTED, w], b) else 0
            log_event(log, month, CHAMPIONED, word_site[w], listed[k], imported, -1)


@rule
def _tire(posts, staff_count, p, luck, month, now, new, left, sites, first, n, log):
    word_site = posts[0]
    logging = len(log.kind) > 0
    champions, u = np.empty(CHUNK * 64, np.int64), np.empty((4, BLOCK))
    n_champions = 0
    for w in range(first, first + n):
        n_champions = list_posts(now[CHAMPION, w] & ~left[w], w, champions, n_champions)
    last = -1
    tires = 0.0
    for begin in range(0, n_champions, BLOCK):
        m = min(BLOCK, n_champions - begin)
        uniforms_of(luck, month, TIRE, champions[begin : begin + m], m, u)
        for k in range(m):
            slot = champions[begin + k]
            w = slot >> 6
            site = word_site[w]
            if site != last:
                last = site
                share = sites[site].supportive / staff_count[site]
                tires = rules.fatigue_rate(p, sites[site], share)
            if event_in_month(u[0, k], tires):
                new[CHAMPION, w] &= ~bit(slot & 63)
                if logging:
                    log_event(log, month, TIRED, site, slot, 0, -1)
