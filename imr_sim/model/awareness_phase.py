"""Awareness: the unaware hear of IMR from media, ties, their site and levers."""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, has, list_posts
from imr_sim.model.compiled import rule
from imr_sim.model.events import HEARD, log_event
from imr_sim.model.layout import CHIEF, COORDINATOR, N_ROLES, OTHER
from imr_sim.model.rng import (
    CHUNK,
    DIGITS,
    HEAR,
    NONE,
    ONE,
    SOURCE,
    keep_possible,
    keep_struck,
    leading_digits,
    level_of,
    uniforms,
)
from imr_sim.model.state import AWARE, PROVIDING


@rule
def awareness(given, agents):
    """The unaware hear of IMR from media, ties, the site itself, and levers."""
    world, p, luck, month, dose = given.world, given.p, given.luck, given.month, given.dose
    now, new, left, before = agents.now, agents.new, agents.left, agents.before
    within, between = agents.within, agents.between
    digits = np.empty((DIGITS, CHUNK), np.uint64)
    levels, others = np.empty(CHUNK, np.uint64), np.empty(CHUNK, np.uint64)
    hears, reached = np.empty(CHUNK, np.uint64), np.empty(CHUNK, np.uint64)
    everybody, members, mandate = np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK)
    media = np.empty((N_ROLES, 2))
    for role in range(N_ROLES):
        for member in range(2):
            media[role, member] = p.media * rules.media_weight(p, role, member == 1)
    of_coordinator, of_chief = media[COORDINATOR].max(), media[CHIEF].max()
    of_member, of_others = media[OTHER, 1], media[OTHER, 0]
    listed, rates = np.empty(64 * CHUNK, np.int64), np.empty(64 * CHUNK)
    aware_in, members_in = _collaborative_totals(world, before, dose)
    present, word_site, smi = world.present, world.word_site, world.smi
    coordinators, chiefs, post_role = world.coordinator, world.chief, world.role
    smi_count = world.smi_count
    logging = len(given.log.kind) > 0
    n_words = len(left)
    last = -1
    of_everybody = of_members = of_mandate = 0.0
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        some = NONE
        for i in range(n):
            w = first + i
            levels[i] = others[i] = hears[i] = reached[i] = NONE
            unaware = present[w] & ~now[AWARE, w] & ~left[w]
            if not unaware:
                continue
            site = word_site[w]
            if site != last:
                last = site
                doses = dose[site]
                of_everybody = rules.hearing_everybody(
                    p,
                    before[site].status == PROVIDING,
                    doses[rules.MATERIALS],
                    doses[rules.OUTREACH],
                )
                of_members = p.meetings_awareness * doses[rules.MEETINGS]
                of_mandate = p.mandate_awareness * doses[rules.MANDATE]
                taking_part = doses[rules.COLLABORATIVE]
                if taking_part > 0.0:
                    met = members_in - smi_count[site]
                    share = (aware_in - before[site].smi_aware) / met if met > 0 else 0.0
                    of_members += rules.hearing_in_collaborative(p, taking_part, share)
            everybody[i], members[i], mandate[i] = of_everybody, of_members, of_mandate
            ties = rules.hearing_from_ties(p, _most(within, w), _most(between, w))
            most_media = of_member
            if unaware & coordinators[w]:
                most_media = max(most_media, of_coordinator)
            if unaware & chiefs[w]:
                most_media = max(most_media, of_chief)
            site_terms = (of_everybody, of_members, of_mandate)
            bound = rules.hearing_rate(most_media, site_terms, 1.0, 1.0, ties)
            bound_of_others = rules.hearing_rate(of_others, site_terms, 0.0, 0.0, ties)
            if max(bound, bound_of_others) > 0.0:
                levels[i] = level_of(bound / 12.0)
                others[i] = level_of(bound_of_others / 12.0)
                reached[i] = smi[w] | coordinators[w] | chiefs[w]
                hears[i] = unaware
                some |= unaware
        if not some:
            continue
        leading_digits(luck, month, HEAR, first, n, digits)
        keep_possible(digits, levels, others, reached, hears, n)
        n_posts = 0
        for i in range(n):
            n_posts = list_posts(hears[i], first + i, listed, n_posts)
        for k in range(n_posts):
            slot = listed[k]
            i = (slot >> 6) - first
            site_terms = (everybody[i], members[i], mandate[i])
            role, member = post_role[slot], (smi[slot >> 6] >> np.uint64(slot & 63)) & ONE
            chief = float(int(role == CHIEF))
            ties = rules.hearing_from_ties(p, float(within[slot]), float(between[slot]))
            rates[k] = rules.hearing_rate(
                media[role, member], site_terms, float(member), chief, ties
            )
        n_posts = keep_struck(luck, month, HEAR, digits, first, listed, rates, n_posts)
        for k in range(n_posts):
            slot = listed[k]
            new[AWARE, slot >> 6] |= bit(slot & 63)
            if logging:
                i = (slot >> 6) - first
                site_terms = (everybody[i], members[i], mandate[i])
                _log_source(given, agents, slot, media, site_terms)


@rule
def _most(counts, w):
    """The largest counter among the 64 posts of word w (written so that the loop vectorises)."""
    of_word = counts[w * 64 : w * 64 + 64]
    most = of_word[0]
    for c in of_word:
        most = c if c > most else most
    return float(most)


@rule
def _collaborative_totals(world, before, dose):
    """Aware SMI members and all SMI members of the sites that take part."""
    aware, members = 0, 0
    for s in range(world.n_sites):
        if dose[s, rules.COLLABORATIVE] > 0.0:
            aware += before[s].smi_aware
            members += world.smi_count[s]
    return aware, members


@rule
def _log_source(given, agents, slot, media, site_terms):
    """Note whom or what a person heard of IMR from, drawn in proportion to the hazards."""
    world, p, month, log = given.world, given.p, given.month, given.log
    within, between = agents.within[slot], agents.between[slot]
    site, role = world.word_site[slot >> 6], world.role[slot]
    member, chief = has(world.smi[slot >> 6], slot & 63), role == CHIEF
    of_media = media[role, int(member)]
    other = rules.hearing_rate(0.0, site_terms, float(int(member)), float(int(chief)), 0.0)
    ties = rules.hearing_from_ties(p, float(within), float(between))
    which, who, _, _ = uniforms(given.luck, month, SOURCE, slot)
    x = which * (of_media + other + ties)
    if x < of_media:
        log_event(log, month, HEARD, site, slot, 1, -1)
        return
    if x < of_media + other:
        log_event(log, month, HEARD, site, slot, 2, -1)
        return
    inside = x - of_media - other < p.beta_within * within
    n = int(within) if inside else int(between)
    target = int(who * n)
    source = -1
    for teller in _tellers(world, slot):
        same = world.word_site[teller >> 6] == site
        if same == inside and has(agents.now[AWARE, teller >> 6], teller & 63):
            if target == 0:
                source = teller
                break
            target -= 1
    log_event(log, month, HEARD, site, slot, 3 if inside else 4, source)


@rule
def _tellers(world, slot):
    return world.tellers[world.teller_ptr[slot] : world.teller_ptr[slot + 1]]
