"""Implementation: preparing sites start or give up; training; teams fill; fidelity moves."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, count, list_posts
from imr_sim.model.compiled import inlined, rule
from imr_sim.model.events import (
    FROM_SITE,
    GAVE_UP,
    HEARD,
    RESTARTED,
    STARTED,
    log_event,
)
from imr_sim.model.layout import OTHER, PEER
from imr_sim.model.rng import (
    BLOCK,
    GIVE_UP,
    START,
    TEAM,
    TRAIN,
    uniform,
    uniforms_of,
)
from imr_sim.model.rules import event_in_month, monthly
from imr_sim.model.state import (
    AWARE,
    CHAMPION,
    DELIVERING,
    EXPERIENCED,
    NOT_PROVIDING,
    PREPARING,
    PROVIDING,
    SUPPORTIVE,
    TRAINED,
)
from imr_sim.model.state import GAVE_UP as SITE_GAVE_UP
from imr_sim.model.state import RESTARTED as SITE_RESTARTED
from imr_sim.model.state import STARTED as SITE_STARTED

MOST_TEAM = 12  # upper end of the range of `team_size`

# Room for filling teams and training: the best candidates and their ranks, posts, their uniforms.
Scratch = namedtuple("Scratch", "best ranks listed u")


@rule
def implementation(given, agents):
    """Preparing sites start, teams fill, providers are trained, fidelity moves to its target."""
    p, luck, month, dose = given.p, given.luck, given.month, given.dose
    before, after = agents.before, agents.after
    scratch = Scratch(
        best=np.empty(MOST_TEAM, np.int64),
        ranks=np.empty(MOST_TEAM),
        listed=np.empty(BLOCK, np.int64),
        u=np.empty((4, BLOCK)),
    )
    _train(given, agents, scratch)
    for s in range(given.world.n_sites):
        site = before[s]
        if site.status == NOT_PROVIDING:
            continue
        preparing, facilitation = site.status == PREPARING, dose[s, rules.FACILITATION]
        team = 0
        if not preparing or uniform(luck, month, START, s) < rules.startup_probability(
            p, facilitation
        ):
            team = _fill_team(given, agents, s, scratch)
        if not preparing:
            share = site.trained / site.delivering if site.delivering > 0 else 0.0
            audit, together = dose[s, rules.AUDIT], dose[s, rules.COLLABORATIVE]
            target = rules.fidelity_target(p, site, share, facilitation, audit, together)
            moved = site.fidelity + p.fidelity_rate * (target - site.fidelity)
            after[s].fidelity = min(max(moved, 1.0), 5.0)
        elif team > 0:
            _start(p, month, site, after[s], s, given.log)
        elif event_in_month(uniform(luck, month, GIVE_UP, s), rules.giving_up_rate(p, dose[s])):
            after[s].status = NOT_PROVIDING
            after[s].events |= SITE_GAVE_UP
            log_event(given.log, month, GAVE_UP, s, -1, 0, -1)


@rule
def _start(p, month, was, site, s, log):
    site.status = PROVIDING
    site.fidelity = p.fidelity_start
    site.starts = was.starts + 1
    site.events |= SITE_STARTED
    if was.first_month < 0:
        site.first_month = month
        log_event(log, month, STARTED, s, -1, 0, -1)
    else:
        site.restart_month = month
        site.events |= SITE_RESTARTED
        log_event(log, month, RESTARTED, s, -1, 0, -1)


@inlined
def delivering_staff(flags, words):
    """How many deliver IMR among the posts of `words` (first, and one after the last)."""
    n = 0
    for w in range(words[0], words[1]):
        n += count(flags[DELIVERING, w])
    return n


@inlined
def _train(given, agents, scratch):
    """Untrained providers and champions get training; where IMR is not provided, a team does."""
    p, luck, month, dose = given.p, given.luck, given.month, given.dose
    now, new, left, before = agents.now, agents.new, agents.left, agents.before
    smi, site_word = given.world.smi, given.world.site_word
    pupils, u = scratch.listed, scratch.u
    chances = np.empty(len(pupils))
    n = 0
    for s in range(given.world.n_sites):
        site = before[s]
        led = rules.led_training_hazard(p, dose[s])
        if site.status == NOT_PROVIDING:
            if led > 0.0:
                _train_team(given, agents, s, (monthly(led), 0.0))
            continue
        of_providers = led if site.status == PROVIDING else 0.0
        trainers, colleagues = dose[s, rules.TRAIN_TRAINER], float(site.trained)
        chance = monthly(rules.training_hazard(p, of_providers, trainers, colleagues))
        if site.status == PREPARING and led > 0.0:
            _train_team(given, agents, s, (monthly(led), chance))
            continue
        for w in range(site_word[s], site_word[s + 1]):
            untrained = (now[DELIVERING, w] | now[CHAMPION, w]) & smi[w] & ~now[TRAINED, w]
            listed = n
            n = list_posts(untrained & ~left[w], w, pupils, n)
            chances[listed:n] = chance
            if n > len(pupils) - 64:
                _train_listed(luck, month, new, pupils, chances, n, u)
                n = 0
    _train_listed(luck, month, new, pupils, chances, n, u)


@rule
def _train_team(given, agents, s, chances):
    """Levers train a team where IMR is not provided: champions first, then others by awareness.

    `chances` are those of completing the training of a team, and the one that champions get
    anyhow. Each post's uniforms are drawn once.
    """
    world, p, now, new = given.world, given.p, agents.now, agents.new
    smi, left = world.smi, agents.left
    words = (world.site_word[s], world.site_word[s + 1])
    places = int(p.team_size)
    for w in range(words[0], words[1]):
        places -= count(smi[w] & now[TRAINED, w] & ~left[w])
    places = max(places, 0)
    best, ranks = np.empty(MOST_TEAM, np.int64), np.empty(MOST_TEAM)
    listed, u = np.empty(64, np.int64), np.empty((4, 64))
    ranks[:] = np.inf
    for w in range(words[0], words[1]):
        n = list_posts(smi[w] & ~now[TRAINED, w] & ~left[w], w, listed, 0)
        uniforms_of(given.luck, given.month, TRAIN, listed, n, u)
        for k in range(n):
            slot = listed[k]
            flag = bit(slot & 63)
            if now[CHAMPION, w] & flag and u[0, k] < chances[1]:
                new[TRAINED, w] |= flag
            rank = u[1, k]
            if not now[CHAMPION, w] & flag:
                if now[SUPPORTIVE, w] & flag:
                    rank += 1.0
                else:
                    rank += 2.0 if now[AWARE, w] & flag else 3.0
            # what happens to them when chosen goes with the slot, in its lowest two digits
            completes, supports = u[0, k] < chances[0], u[2, k] < p.training_support
            _insert(best, ranks, places, slot * 4 + 2 * int(completes) + int(supports), rank)
    for k in range(places):
        if ranks[k] < np.inf and best[k] & 2:
            slot = best[k] >> 2
            w, flag = slot >> 6, bit(slot & 63)
            new[TRAINED, w] |= flag
            if not new[AWARE, w] & flag:
                new[AWARE, w] |= flag
                log_event(given.log, given.month, HEARD, s, slot, FROM_SITE, -1)
            if best[k] & 1:
                new[SUPPORTIVE, w] |= flag


@inlined
def _insert(best, ranks, places, entry, rank):
    """Keep the entries of the lowest ranks, in order; equal ones in the order of coming."""
    k = places
    while k > 0 and rank < ranks[k - 1]:
        k -= 1
    if k < places:
        for j in range(places - 1, k, -1):
            ranks[j] = ranks[j - 1]
            best[j] = best[j - 1]
        ranks[k] = rank
        best[k] = entry


@rule
def _train_listed(luck, month, new, pupils, chances, n, u):
    uniforms_of(luck, month, TRAIN, pupils, n, u)
    for k in range(n):
        if u[0, k] < chances[k]:
            new[TRAINED, pupils[k] >> 6] |= bit(pupils[k] & 63)


@inlined
def _fill_team(given, agents, s, scratch):
    """Fill the delivery team: champions first, then supporters, then the merely aware.

    The untrained shy from the workbook, peer specialists less so. Returns the size of the team.
    """
    p, luck, month, world = given.p, given.luck, given.month, given.world
    now, new, left, smi, role = agents.now, agents.new, agents.left, world.smi, world.role
    best, ranks, able, u = scratch
    size, words = int(p.team_size), (world.site_word[s], world.site_word[s + 1])
    team = delivering_staff(new, words)
    vacancies = size - team
    if vacancies <= 0:
        return team
    simplify = given.dose[s, rules.SIMPLIFY]
    willing = (rules.willingness(p, OTHER, simplify), rules.willingness(p, PEER, simplify))
    for k in range(vacancies):
        ranks[k] = np.inf
        best[k] = -1
    for w in range(words[0], words[1]):
        candidates = now[AWARE, w] & smi[w] & ~now[DELIVERING, w] & ~left[w]
        n = list_posts(candidates, w, able, 0)
        uniforms_of(luck, month, TEAM, able, n, u)
        for c in range(n):
            slot = able[c]
            flag = bit(slot & 63)
            if not now[TRAINED, w] & flag and u[0, c] >= willing[int(role[slot] == PEER)]:
                continue
            rank = u[1, c]
            if not now[CHAMPION, w] & flag:
                rank += 1.0 if now[SUPPORTIVE, w] & flag else 2.0
            _insert(best, ranks, vacancies, slot, rank)
    for k in range(vacancies):
        if best[k] >= 0:
            flag = bit(best[k] & 63)
            new[AWARE, best[k] >> 6] |= flag  # whoever joins does not forget this month
            new[DELIVERING, best[k] >> 6] |= flag
            new[EXPERIENCED, best[k] >> 6] |= flag
            team += 1
    return team
