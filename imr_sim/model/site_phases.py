"""The phases of sites: context, decision, implementation, sustainment."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, count, list_posts
from imr_sim.model.compiled import inlined, rule
from imr_sim.model.events import DECIDED, RESTARTED, STARTED, STOPPED, log_event
from imr_sim.model.layout import OTHER, PEER, PRRC_UNKNOWN
from imr_sim.model.rng import (
    BLOCK,
    DECIDE,
    FACTORS,
    LEADER,
    LEADER_VALUE,
    NONE,
    PROGRAMME,
    PRRC,
    START,
    STOP,
    TEAM,
    TRAIN,
    normals,
    uniform,
    uniforms,
    uniforms_from,
    uniforms_of,
)
from imr_sim.model.rules import event_in_month, monthly
from imr_sim.model.state import (
    AWARE,
    CHAMPION,
    DELIVERING,
    EXPERIENCED,
    HAS_PRRC,
    LEADER_CHANGED,
    NEVER,
    NOT_PROVIDING,
    PREPARING,
    PROGRAMME_CHANGED,
    PROVIDING,
    SENSITIVE,
    SUPPORTIVE,
    TRAINED,
)
from imr_sim.model.state import RESTARTED as SITE_RESTARTED
from imr_sim.model.state import STARTED as SITE_STARTED
from imr_sim.model.state import STOPPED as SITE_STOPPED

MOST_TEAM = 12  # upper end of the range of `team_size`


@rule
def initial_sites(world, p, luck, start, sites):
    """Draw what is fixed or given at the start: factors, PRRC and its opening month."""
    shared, own = math.sqrt(p.factor_correlation), math.sqrt(1.0 - p.factor_correlation)
    for s in range(world.n_sites):
        site = sites[s]
        culture, leader = normals(luck, 0, FACTORS, s)
        veteran, recovery = normals(luck, 0, FACTORS + 1, s)
        ebp, fit = normals(luck, 0, FACTORS + 2, s)
        time, _ = normals(luck, 0, FACTORS + 3, s)
        site.culture = culture
        site.leader = leader
        site.veteran = shared * culture + own * veteran
        site.recovery = shared * culture + own * recovery
        site.ebp = shared * culture + own * ebp
        site.fit = shared * culture + own * fit
        site.time = shared * culture + own * time
        site.leadership = rules.felt_leadership(p, culture, leader, 0.0, 0.0)
        site.prrc_month = _prrc_opening(world, p, luck, s)
        site.leader_month = NEVER
        site.programme_month = NEVER
        site.first_month = NEVER
        site.stop_month = NEVER
        site.restart_month = NEVER
        if 0 <= site.prrc_month < start:
            since = start - 1 - site.prrc_month
            site.sensitive_left = max(0, int(p.sensitive_months) - since)


@rule
def _prrc_opening(world, p, luck, s):
    """Month a PRRC opens: as known, else drawn with odds rising in size (E22)."""
    if world.prrc[s] != PRRC_UNKNOWN:
        return world.prrc[s] if world.prrc[s] >= 0 else NEVER
    ever, late, when, _ = uniforms(luck, 0, PRRC, s)
    odds = p.prrc_share / max(1.0 - p.prrc_share, 1e-12) * math.exp(p.prrc_size * world.size_z[s])
    if ever >= odds / (1.0 + odds):
        return NEVER
    if late < p.prrc_late:
        return 2013 * 12 + int(when * 48)
    return 2006 * 12 + int(when * 84)


@rule
def has_prrc(site, month):
    """Whether the site had a PRRC at the start of the month."""
    return 0 <= site.prrc_month < month


@rule
def context(given, agents):
    """Leaders and programmes change, PRRCs open; each can start a sensitive period."""
    world, p, luck, month, dose = given.world, given.p, given.luck, given.month, given.dose
    before, after = agents.before, agents.after
    length = int(p.sensitive_months)
    leader_changes = monthly(p.leadership_change_rate)
    programme_changes = monthly(p.programme_change_rate)
    of_leader, of_programme = np.empty((4, BLOCK)), np.empty((4, BLOCK))
    for s in range(world.n_sites):
        k = s % BLOCK
        if k == 0:
            m = min(BLOCK, world.n_sites - s)
            uniforms_from(luck, month, LEADER, s, m, of_leader)
            uniforms_from(luck, month, PROGRAMME, s, m, of_programme)
        was, site = before[s], after[s]
        site.events = 0
        opened = False
        site.sensitive_left = max(0, was.sensitive_left - 1)
        boost = p.leadership_gain * dose[s, rules.LEADERSHIP]
        kept = max(was.boost_kept, p.leadership_retained * boost)
        if of_leader[0, k] < leader_changes:
            value, _ = normals(luck, month, LEADER_VALUE, s)
            memory = p.leadership_memory
            site.leader = memory * was.leader + math.sqrt(1.0 - memory * memory) * value
            site.leader_month = month
            site.events |= LEADER_CHANGED
            opened = of_leader[1, k] < p.leadership_opens
            kept = p.leadership_retained * boost
        site.boost_kept = kept
        site.leadership = rules.felt_leadership(
            p, site.culture, site.leader, max(boost, kept), dose[s, rules.MANDATE]
        )
        if of_programme[0, k] < programme_changes:
            site.programme_month = month
            site.events |= PROGRAMME_CHANGED
            opened = True
        never_yet = was.prrc_month < 0 or was.prrc_month > month
        if dose[s, rules.OPEN_PRRC] > 0.0 and never_yet:
            site.prrc_month = month
        if site.prrc_month == month:
            opened = True
        if opened:
            site.sensitive_left = length
        if site.sensitive_left > 0:
            site.events |= SENSITIVE
        if has_prrc(site, month + 1):
            site.events |= HAS_PRRC


@rule
def decision(given, agents):
    """Sites that do not provide IMR and have heard of it decide to, or not (cloglog hazard)."""
    world, p, luck, month, dose = given.world, given.p, given.luck, given.month, given.dose
    before, after, key_count = agents.before, agents.after, given.world.key_count
    u = np.empty((4, BLOCK))
    for s in range(world.n_sites):
        if s % BLOCK == 0:
            uniforms_from(luck, month, DECIDE, s, min(BLOCK, world.n_sites - s), u)
        site = before[s]
        if site.status != NOT_PROVIDING or site.key_aware == 0:
            continue
        share = site.key_aware / key_count[s]
        log_hazard = rules.decision_log_hazard(
            p, site, share, site.sensitive_left > 0, has_prrc(site, month)
        ) + rules.decision_lever_terms(p, dose[s])
        if event_in_month(u[0, s % BLOCK], math.exp(log_hazard)):
            after[s].status = PREPARING
            log_event(given.log, month, DECIDED, s, -1, 0, -1)


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
        facilitation = dose[s, rules.FACILITATION]
        if site.status == PREPARING:
            ready = rules.startup_probability(p, facilitation)
            if uniform(luck, month, START, s) >= ready:
                continue
        team = _fill_team(given, agents, s, scratch)
        if site.status == PREPARING:
            if team > 0:
                _start(p, month, site, after[s], s, given.log)
        else:
            share = site.trained / site.delivering if site.delivering > 0 else 0.0
            audit, together = dose[s, rules.AUDIT], dose[s, rules.COLLABORATIVE]
            target = rules.fidelity_target(p, site, share, facilitation, audit, together)
            moved = site.fidelity + p.fidelity_rate * (target - site.fidelity)
            after[s].fidelity = min(max(moved, 1.0), 5.0)


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
def _delivering(flags, words):
    n = 0
    for w in range(words[0], words[1]):
        n += count(flags[DELIVERING, w])
    return n


@inlined
def _train(given, agents, scratch):
    """Untrained providers and champions of SMI programmes get training."""
    p, luck, month, dose = given.p, given.luck, given.month, given.dose
    now, new, left, before = agents.now, agents.new, agents.left, agents.before
    smi, site_word = given.world.smi, given.world.site_word
    pupils, u = scratch.listed, scratch.u
    chances = np.empty(len(pupils))
    n = 0
    for s in range(given.world.n_sites):
        site = before[s]
        if site.status == NOT_PROVIDING:
            continue
        chance = monthly(
            rules.training_hazard(
                p, dose[s, rules.TRAINING], dose[s, rules.TRAIN_TRAINER], float(site.trained)
            )
        )
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
    team = _delivering(new, words)
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
            k = vacancies
            while k > 0 and rank < ranks[k - 1]:
                k -= 1
            if k < vacancies:
                for j in range(vacancies - 1, k, -1):
                    ranks[j] = ranks[j - 1]
                    best[j] = best[j - 1]
                ranks[k] = rank
                best[k] = slot
    for k in range(vacancies):
        if best[k] >= 0:
            flag = bit(best[k] & 63)
            new[AWARE, best[k] >> 6] |= flag  # whoever joins does not forget this month
            new[DELIVERING, best[k] >> 6] |= flag
            new[EXPERIENCED, best[k] >> 6] |= flag
            team += 1
    return team


@rule
def sustainment(given, agents):
    """Providing sites stop, or not; a site whose last provider leaves has stopped."""
    world, p, luck, month, dose = given.world, given.p, given.luck, given.month, given.dose
    new, before, after = agents.new, agents.before, agents.after
    site_word, staff_count = world.site_word, world.staff_count
    u = np.empty((4, BLOCK))
    for s in range(world.n_sites):
        if s % BLOCK == 0:
            uniforms_from(luck, month, STOP, s, min(BLOCK, world.n_sites - s), u)
        site = before[s]
        if site.status != PROVIDING:
            continue
        log_hazard = rules.stop_log_hazard(
            p,
            site,
            site.supportive / staff_count[s],
            month - site.leader_month <= 12,
            has_prrc(site, month),
            dose[s, rules.AUDIT],
        )
        stops = event_in_month(u[0, s % BLOCK], math.exp(log_hazard))
        words = (site_word[s], site_word[s + 1])
        if stops or _delivering(new, words) == 0:
            after[s].status = NOT_PROVIDING
            after[s].fidelity = 0.0
            after[s].stop_month = month
            after[s].events |= SITE_STOPPED
            for w in range(words[0], words[1]):
                new[DELIVERING, w] = NONE
            log_event(given.log, month, STOPPED, s, -1, 0, -1)
