"""The phases of people: turnover, awareness, persuasion.

`now` and `new` are the flags of one history, (words, 7) uint64, at the start of the month and
after it. Every phase reads `now` and writes `new`; whoever leaves this month does nothing else in
it (`left`). `sites` are the site records at the start of the month, `dose` the (S, levers) doses.
"""

from __future__ import annotations

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, count, has, lowest, position
from imr_sim.model.compiled import inlined, rule
from imr_sim.model.events import CHAMPIONED, HEARD, HIRED_KNOWING, TIRED, log_event
from imr_sim.model.layout import CHIEF, N_ROLES, OTHER, PEER
from imr_sim.model.rng import (
    CHAMPION as CHAMPION_LUCK,
)
from imr_sim.model.rng import (
    DIGITS,
    FORGET,
    HEAR,
    IMPORT,
    LEAVE,
    LOSE,
    NONE,
    REPLACE,
    SOURCE,
    SUPPORT,
    TIRE,
    happens,
    leading_digits,
    possible,
    uniform,
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
    PROVIDING,
    SUPPORTIVE,
    TRAINED,
)

CHUNK = 256  # words handled together: their digits stay in the nearest cache


@rule
def turnover(world, p, luck, month, now, new, left, sites, dose, hired, start, log):
    """People leave; posts are filled at once by a transfer or from outside."""
    digits = np.empty((DIGITS, CHUNK), np.uint64)
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
            w = first + i
            left[w] = NONE
            maybe = possible(digits, i, bound) & present[w]
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


@rule
def awareness(world, p, luck, month, now, new, left, sites, dose, within, between, log):
    """The unaware hear of IMR from media, ties, the site itself, and levers."""
    digits = np.empty((DIGITS, CHUNK), np.uint64)
    weight = np.empty((N_ROLES, 2))
    media_bound = 0.0
    for role in range(N_ROLES):
        for is_smi in range(2):
            weight[role, is_smi] = p.media * rules.media_weight(p, role, is_smi == 1)
            media_bound = max(media_bound, weight[role, is_smi])
    aware_in, members_in = _collaborative_totals(world, sites, dose)
    present, word_site, post_role, smi = world.present, world.word_site, world.role, world.smi
    logging = len(log.kind) > 0
    n_words = len(left)
    for first in range(0, n_words, CHUNK):
        n = min(CHUNK, n_words - first)
        drawn = False
        for i in range(n):
            w = first + i
            unaware = present[w] & ~now[w, AWARE] & ~left[w]
            if not unaware:
                continue
            site = word_site[w]
            doses = dose[site]
            everybody = rules.hearing_everybody(
                p,
                sites[site].status == PROVIDING,
                doses[rules.MATERIALS],
                doses[rules.OUTREACH],
            )
            members = p.meetings_awareness * doses[rules.MEETINGS]
            chief = p.mandate_awareness * doses[rules.MANDATE]
            taking_part = doses[rules.COLLABORATIVE]
            if taking_part > 0.0:
                others = members_in - world.smi_count[site]
                share = (aware_in - sites[site].smi_aware) / others if others > 0 else 0.0
                members += rules.hearing_in_collaborative(p, taking_part, share)
            ties = rules.hearing_from_ties(p, _most(within, w), _most(between, w))
            bound = media_bound + everybody + members + chief + ties
            if bound == 0.0:
                continue
            if not drawn:
                leading_digits(luck, month, HEAR, first, n, digits)
                drawn = True
            maybe = possible(digits, i, monthly(bound)) & unaware
            while maybe:
                flag = lowest(maybe)
                maybe ^= flag
                b = position(flag)
                slot = w * 64 + b
                role = post_role[slot]
                is_smi = 1 if smi[w] & flag else 0
                media = weight[role, is_smi]
                lever = is_smi * members + (chief if role == CHIEF else 0.0)
                ties = rules.hearing_from_ties(p, float(within[slot]), float(between[slot]))
                hazard = media + everybody + lever + ties
                if happens(luck, month, HEAR, slot, digits, i, b, monthly(hazard)):
                    new[w, AWARE] |= flag
                    if logging:
                        terms = (media, everybody + lever, ties)
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
            if happens(luck, month, SUPPORT, slot, digits, i, b, monthly(rate)):
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
            if happens(luck, month, CHAMPION_LUCK, slot, digits, i, b, monthly(rate)):
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


@rule
def tell_ties(world, now, new, within, between, peers):
    """Push what changed this month to the counters of those who hear from the changed."""
    ptr, split_at, listeners = world.listener_ptr, world.listener_split, world.listeners
    for w in range(len(now)):
        changed = now[w, AWARE] ^ new[w, AWARE]
        while changed:
            flag = lowest(changed)
            changed ^= flag
            slot = w * 64 + position(flag)
            step = 1 if new[w, AWARE] & flag else -1
            for k in range(ptr[slot], split_at[slot]):
                within[listeners[k]] += step
            for k in range(split_at[slot], ptr[slot + 1]):
                between[listeners[k]] += step
        changed = now[w, SUPPORTIVE] ^ new[w, SUPPORTIVE]
        while changed:
            flag = lowest(changed)
            changed ^= flag
            slot = w * 64 + position(flag)
            step = 1 if new[w, SUPPORTIVE] & flag else -1
            for k in range(ptr[slot], ptr[slot + 1]):
                peers[listeners[k]] += step


@rule
def count_staff(world, flags, sites):
    """Head counts of every site, from the flags."""
    site_word, key, smi = world.site_word, world.key, world.smi
    for s in range(world.n_sites):
        site = sites[s]
        aware = key_aware = smi_aware = supportive = 0
        champions = importers = delivering = trained = 0
        for w in range(site_word[s], site_word[s + 1]):
            aware += count(flags[w, AWARE])
            key_aware += count(flags[w, AWARE] & key[w])
            smi_aware += count(flags[w, AWARE] & smi[w])
            supportive += count(flags[w, SUPPORTIVE])
            champions += count(flags[w, CHAMPION])
            importers += count(flags[w, CHAMPION] & flags[w, IMPORTED])
            delivering += count(flags[w, DELIVERING])
            trained += count(flags[w, DELIVERING] & flags[w, TRAINED])
        site.aware = aware
        site.key_aware = key_aware
        site.smi_aware = smi_aware
        site.supportive = supportive
        site.champions = champions
        site.importer_champions = importers
        site.delivering = delivering
        site.trained = trained
