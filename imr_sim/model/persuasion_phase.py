"""Persuasion: the aware come to support IMR or lose sight of it; champions come and tire."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, has, list_posts, lowest, position
from imr_sim.model.compiled import inlined, rule
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

# Room for the posts of a chunk of words: their leading digits, two bounds a word and the posts that
# the first is for, terms of each word, and lists of posts with their rates.
Scratch = namedtuple("Scratch", "digits levels others shying terms listed rates")


@rule
def persuasion(given, agents):
    """The aware come to support IMR or lose it from sight; supporters champion it; champions tire.

    When several happen to one person in a month, championing and support come before losing
    interest and forgetting.
    """
    p, luck, month = given.p, given.luck, given.month
    now, new, left = agents.now, agents.new, agents.left
    scratch = Scratch(
        digits=np.empty((DIGITS, CHUNK), np.uint64),
        levels=np.empty(CHUNK, np.uint64),
        others=np.empty(CHUNK, np.uint64),
        shying=np.empty(CHUNK, np.uint64),
        terms=np.empty((4, CHUNK)),
        listed=np.empty(64 * CHUNK, np.int64),
        rates=np.empty(64 * CHUNK),
    )
    digits = scratch.digits
    supports = np.empty(CHUNK, np.uint64)
    champions = np.empty(CHUNK, np.uint64)
    lost = np.empty(CHUNK, np.uint64)
    lose, forget = monthly(p.support_loss), monthly(p.forgetting)
    n_words = len(left)
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        if not _anybody(now, AWARE, first, n):
            continue
        _come_to_support(given, agents, first, n, scratch, supports)
        _come_to_champion(given, agents, first, n, scratch, champions)
        leading_digits(luck, month, LOSE, first, n, digits)
        for i in range(n):
            w = first + i
            lost[i] = now[SUPPORTIVE, w] & ~now[CHAMPION, w] & ~left[w] & ~champions[i]
        _keep_at_one_chance(luck, month, LOSE, scratch, first, n, lose, lost)
        for i in range(n):
            w = first + i
            new[SUPPORTIVE, w] = (new[SUPPORTIVE, w] & ~lost[i]) | supports[i] | champions[i]
            new[CHAMPION, w] |= champions[i]
        leading_digits(luck, month, FORGET, first, n, digits)
        for i in range(n):
            w = first + i
            busy = now[CHAMPION, w] | now[DELIVERING, w] | supports[i] | champions[i] | left[w]
            lost[i] = now[AWARE, w] & ~busy
        _keep_at_one_chance(luck, month, FORGET, scratch, first, n, forget, lost)
        for i in range(n):
            w = first + i
            new[AWARE, w] &= ~lost[i]
            new[SUPPORTIVE, w] &= ~lost[i]
        _tire(given, agents, first, n)


@rule
def _anybody(flags, which, first, n):
    """Whether anybody in these words has the flag."""
    some = NONE
    for w in range(first, first + n):
        some |= flags[which, w]
    return some != NONE


@rule
def _keep_at_one_chance(luck, month, decision, scratch, first, n, probability, struck):
    """Of the posts in `struck` (n words) keep those to whom an event of one probability happens."""
    digits, levels = scratch.digits, scratch.levels
    levels[:n] = level_of(probability)
    keep_possible(digits, levels, levels, levels, struck, n)
    for i in range(n):
        maybe = struck[i]
        while maybe:
            flag = lowest(maybe)
            maybe ^= flag
            b = position(flag)
            if not happens(luck, month, decision, (first + i) * 64 + b, digits, i, b, probability):
                struck[i] ^= flag


@inlined
def _come_to_support(given, agents, first, n, scratch, supports):
    """Flag in `supports` (n words) the aware who come to support IMR."""
    p, luck, month, dose = given.p, given.luck, given.month, given.dose
    now, left, before, peers = agents.now, agents.left, agents.before, agents.peers
    word_site, peer, degree = given.world.word_site, given.world.peer, given.world.degree
    digits, levels, others, shying, terms, listed, rates = scratch
    leading_digits(luck, month, SUPPORT, first, n, digits)
    last, dosed = -1, -1.0
    base = consensus = shy = shy_peer = 0.0
    level = other = NONE
    for i in range(n):
        w = first + i
        supports[i] = now[AWARE, w] & ~now[SUPPORTIVE, w] & ~left[w]
        site = word_site[w]
        if site != last:
            last = site
            base = rules.support_rate_of_site(p, before[site])
            consensus = p.consensus_support * dose[site, rules.CONSENSUS]
            if dose[site, rules.SIMPLIFY] != dosed:  # most sites get the same dose, or none
                dosed = dose[site, rules.SIMPLIFY]
                shy = rules.willingness(p, OTHER, dosed)
                shy_peer = rules.willingness(p, PEER, dosed)
            of_site = (base, consensus)
            level = level_of(rules.support_rate(of_site, p.s_peers, 1.0, shy, 1.0) / 12.0)
            other = level_of(rules.support_rate(of_site, p.s_peers, 1.0, 1.0, 1.0) / 12.0)
        levels[i], others[i] = level, other
        shying[i] = ~(now[TRAINED, w] | peer[w])
        terms[0, i], terms[1, i], terms[2, i], terms[3, i] = base, consensus, shy, shy_peer
    keep_possible(digits, levels, others, shying, supports, n)
    n_listed = 0
    for i in range(n):
        n_listed = list_posts(supports[i], first + i, listed, n_listed)
        supports[i] = NONE
    for k in range(n_listed):
        slot = listed[k]
        w, i = slot >> 6, (slot >> 6) - first
        share = peers[slot] / max(1, degree[slot])
        shying_from = terms[3, i] if has(peer[w], slot & 63) else terms[2, i]
        willing = 1.0 if has(now[TRAINED, w], slot & 63) else shying_from
        outside_team = 0.0 if has(now[DELIVERING, w], slot & 63) else 1.0
        of_site = (terms[0, i], terms[1, i])
        rates[k] = rules.support_rate(of_site, p.s_peers, share, willing, outside_team)
    n_listed = keep_struck(luck, month, SUPPORT, digits, first, listed, rates, n_listed)
    for k in range(n_listed):
        supports[(listed[k] >> 6) - first] |= bit(listed[k] & 63)


@inlined
def _come_to_champion(given, agents, first, n, scratch, champions):
    """Flag in `champions` (n words) the SMI members who become champions."""
    p, luck, month, dose = given.p, given.luck, given.month, given.dose
    now, left, before, log = agents.now, agents.left, agents.before, given.log
    word_site, smi, connected = given.world.word_site, given.world.smi, given.world.connected
    staff_count = given.world.staff_count
    digits, levels, _, _, terms, listed, rates = scratch
    leading_digits(luck, month, CHAMPION_LUCK, first, n, digits)
    logging = len(log.kind) > 0
    most_experience = max(1.0, p.experience_multiplier)
    last = -1
    base = prepared = 0.0
    level = NONE
    for i in range(n):
        w = first + i
        site = word_site[w]
        if site != last:
            last = site
            share = before[site].supportive / staff_count[site]
            base = rules.champion_rate_of_site(p, before[site], share)
            prepared = p.champions_conversion * dose[site, rules.CHAMPIONS]
            most = rules.champion_rate((base, prepared), True, most_experience, True)
            level = level_of(most / 12.0)
        may = now[AWARE, w] if prepared > 0.0 else now[SUPPORTIVE, w]
        champions[i] = may & ~now[CHAMPION, w] & smi[w] & ~left[w]
        levels[i] = level
        terms[0, i], terms[1, i] = base, prepared
    keep_possible(digits, levels, levels, levels, champions, n)
    n_listed = 0
    for i in range(n):
        n_listed = list_posts(champions[i], first + i, listed, n_listed)
        champions[i] = NONE
    for k in range(n_listed):
        w, i, b = listed[k] >> 6, (listed[k] >> 6) - first, listed[k] & 63
        multiplier = p.experience_multiplier if has(now[EXPERIENCED, w], b) else 1.0
        supportive, well_connected = has(now[SUPPORTIVE, w], b), has(connected[w], b)
        of_site = (terms[0, i], terms[1, i])
        rates[k] = rules.champion_rate(of_site, supportive, multiplier, well_connected)
    n_listed = keep_struck(luck, month, CHAMPION_LUCK, digits, first, listed, rates, n_listed)
    for k in range(n_listed):
        w, b = listed[k] >> 6, listed[k] & 63
        champions[w - first] |= bit(b)
        if logging:
            imported = 1 if has(now[IMPORTED, w], b) else 0
            log_event(log, month, CHAMPIONED, word_site[w], listed[k], imported, -1)


@inlined
def _tire(given, agents, first, n):
    """Champions tire."""
    p, luck, month, log = given.p, given.luck, given.month, given.log
    now, new, left, before = agents.now, agents.new, agents.left, agents.before
    word_site, staff_count = given.world.word_site, given.world.staff_count
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
                share = before[site].supportive / staff_count[site]
                tires = rules.fatigue_rate(p, before[site], share)
            if event_in_month(u[0, k], tires):
                new[CHAMPION, w] &= ~bit(slot & 63)
                if logging:
                    log_event(log, month, TIRED, site, slot, 0, -1)
