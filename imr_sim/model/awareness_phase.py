"""Awareness: the unaware hear of IMR from media, ties, their site and levers.

`now` and `new` are the flags of one history, (words, 7) uint64, at the start of the month and
after it. Every phase reads `now` and writes `new`; whoever leaves this month does nothing else in
it (`left`). `sites` are the site records at the start of the month, `dose` the (S, levers) doses.
"""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import has, lowest, position
from imr_sim.model.compiled import rule
from imr_sim.model.events import HEARD, log_event
from imr_sim.model.layout import CHIEF, COORDINATOR, OTHER
from imr_sim.model.rng import (
    CHUNK,
    DIGITS,
    HEAR,
    NONE,
    SOURCE,
    happens_at,
    keep_possible,
    leading_digits,
    level_of,
    uniforms,
)
from imr_sim.model.state import AWARE, PROVIDING


@rule
def awareness(world, p, luck, month, now, new, left, sites, dose, within, between, log):
    """The unaware hear of IMR from media, ties, the site itself, and levers."""
    digits = np.empty((DIGITS, CHUNK), np.uint64)
    levels, posts = np.empty(CHUNK, np.uint64), np.empty(CHUNK, np.uint64)
    everybody, members, mandate = np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK)
    of_coordinator = p.media * rules.media_weight(p, COORDINATOR, True)
    of_chief = p.media * rules.media_weight(p, CHIEF, False)
    of_member = p.media * rules.media_weight(p, OTHER, True)
    of_others = p.media * rules.media_weight(p, OTHER, False)
    aware_in, members_in = _collaborative_totals(world, sites, dose)
    present, word_site, smi = world.present, world.word_site, world.smi
    coordinators, chiefs = world.coordinator, world.chief
    logging = len(log.kind) > 0
    n_words = len(left)
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        some = NONE
        for i in range(n):
            w = first + i
            levels[i] = posts[i] = NONE
            unaware = present[w] & ~now[w, AWARE] & ~left[w]
            if not unaware:
                continue
            site = word_site[w]
            doses = dose[site]
            everybody[i] = rules.hearing_everybody(
                p,
                sites[site].status == PROVIDING,
                doses[rules.MATERIALS],
                doses[rules.OUTREACH],
            )
            members[i] = p.meetings_awareness * doses[rules.MEETINGS]
            mandate[i] = p.mandate_awareness * doses[rules.MANDATE]
            taking_part = doses[rules.COLLABORATIVE]
            if taking_part > 0.0:
                others = members_in - world.smi_count[site]
                share = (aware_in - sites[site].smi_aware) / others if others > 0 else 0.0
                members[i] += rules.hearing_in_collaborative(p, taking_part, share)
            ties = rules.hearing_from_ties(p, _most(within, w), _most(between, w))
            media_bound = of_others
            if unaware & smi[w]:
                media_bound = max(media_bound, of_member)
            if unaware & coordinators[w]:
                media_bound = max(media_bound, of_coordinator)
            if unaware & chiefs[w]:
                media_bound = max(media_bound, of_chief)
            bound = media_bound + everybody[i] + members[i] + mandate[i] + ties
            if bound > 0.0:
                levels[i] = level_of(bound / 12.0)
                posts[i] = unaware
                some |= unaware
        if not some:
            continue
        leading_digits(luck, month, HEAR, first, n, digits)
        keep_possible(digits, levels, posts, n)
        for i in range(n):
            w = first + i
            site = word_site[w]
            maybe = posts[i]
            while maybe:
                flag = lowest(maybe)
                maybe ^= flag
                b = position(flag)
                slot = w * 64 + b
                media = of_others
                lever = 0.0
                if smi[w] & flag:
                    media, lever = of_member, members[i]
                if coordinators[w] & flag:
                    media = of_coordinator
                if chiefs[w] & flag:
                    media = of_chief
                    lever += mandate[i]
                ties = rules.hearing_from_ties(p, float(within[slot]), float(between[slot]))
                hazard = media + everybody[i] + lever + ties
                if happens_at(luck, month, HEAR, slot, digits, i, b, hazard):
                    new[w, AWARE] |= flag
                    if logging:
                        terms = (media, everybody[i] + lever, ties)
                        _log_source(
                            world, p, luck, month, now, site, slot, terms, within, between, log
                        )


@rule
def _most(counts, w):
    """The largest counter among the 64 posts of word w."""
    most = counts[w * 64]
    for b in range(64):
        c = counts[w * 64 + b]
        if c > most:
            most = c
    return float(most)


@rule
def _collaborative_totals(world, sites, dose):
    """Aware SMI members and all SMI members of the sites that take part."""
    aware, members = 0, 0
    for s in range(world.n_sites):
        if dose[s, rules.COLLABORATIVE] > 0.0:
            aware += sites[s].smi_aware
            members += world.smi_count[s]
    return aware, members


@rule
def _log_source(world, p, luck, month, now, site, slot, terms, within, between, log):
    """Note whom or what a person heard of IMR from, drawn in proportion to the hazards."""
    media, other, ties = terms
    which, who, _, _ = uniforms(luck, month, SOURCE, slot)
    x = which * (media + other + ties)
    if x < media:
        log_event(log, month, HEARD, site, slot, 1, -1)
        return
    if x < media + other:
        log_event(log, month, HEARD, site, slot, 2, -1)
        return
    inside = x - media - other < p.beta_within * within[slot]
    n = int(within[slot]) if inside else int(between[slot])
    target = int(who * n)
    source = -1
    for teller in _tellers(world, slot):
        same = world.word_site[teller // 64] == site
        if same == inside and has(now[teller // 64, AWARE], teller % 64):
            if target == 0:
                source = teller
                break
            target -= 1
    log_event(log, month, HEARD, site, slot, 3 if inside else 4, source)


@rule
def _tellers(world, slot):
    return world.tellers[world.teller_ptr[slot] : world.teller_ptr[slot + 1]]
