"""The phases of sites: context, decision, sustainment."""

from __future__ import annotations

import math

import numpy as np

from imr_sim.model import rules
from imr_sim.model.bits import bit, list_posts
from imr_sim.model.compiled import rule
from imr_sim.model.events import (
    DECIDED,
    FROM_SITE,
    HEARD,
    STOPPED,
    log_event,
)
from imr_sim.model.implementation_phase import delivering_staff
from imr_sim.model.layout import PRRC_UNKNOWN
from imr_sim.model.rng import (
    BLOCK,
    BRIEF,
    DECIDE,
    FACTORS,
    LEADER,
    LEADER_VALUE,
    NONE,
    PROGRAMME,
    PRRC,
    STOP,
    normals,
    uniforms,
    uniforms_from,
    uniforms_of,
)
from imr_sim.model.rules import event_in_month, monthly
from imr_sim.model.state import (
    AWARE,
    DELIVERING,
    HAS_PRRC,
    LEADER_CHANGED,
    NEVER,
    NOT_PROVIDING,
    PREPARING,
    PROGRAMME_CHANGED,
    PROVIDING,
    SENSITIVE,
)
from imr_sim.model.state import STOPPED as SITE_STOPPED


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
    """Sites that do not provide IMR decide to, of their own accord or because they are asked."""
    world, p, luck, month, dose = given.world, given.p, given.luck, given.month, given.dose
    before, after, key_count = agents.before, agents.after, given.world.key_count
    u = np.empty((4, BLOCK))
    for s in range(world.n_sites):
        k = s % BLOCK
        if k == 0:
            uniforms_from(luck, month, DECIDE, s, min(BLOCK, world.n_sites - s), u)
        site = before[s]
        if site.status != NOT_PROVIDING:
            continue
        sensitive, prrc = site.sensitive_left > 0, has_prrc(site, month)
        own = accepting = 0.0
        if site.key_aware > 0:
            share = site.key_aware / key_count[s]
            own = math.exp(rules.decision_log_hazard(p, site, share, sensitive, prrc, dose[s]))
        asked = rules.asked_by(dose[s], 0)
        if asked:
            offered = rules.offers(p, dose[s], site.asked)
            accepting = rules.accepting_hazard(p, site, offered, sensitive, prrc, dose[s])
            after[s].asked = site.asked | asked
        hazard = own / 12.0 + accepting
        if rules.strikes(u[0, k], hazard):
            after[s].status = PREPARING
            by_offer = u[1, k] * hazard < accepting
            log_event(given.log, month, DECIDED, s, -1, int(by_offer), -1)
            _brief(given, agents, s)


@rule
def _brief(given, agents, s):
    """A site that has decided tells its key staff of IMR."""
    world, now, new = given.world, agents.now, agents.new
    listed, u = np.empty(64, np.int64), np.empty((4, 64))
    for w in range(world.site_word[s], world.site_word[s + 1]):
        unaware = world.key[w] & ~now[AWARE, w] & ~new[AWARE, w] & ~agents.left[w]
        n = list_posts(unaware, w, listed, 0)
        uniforms_of(given.luck, given.month, BRIEF, listed, n, u)
        for k in range(n):
            if u[0, k] < given.p.briefing:
                new[AWARE, w] |= bit(listed[k] & 63)
                log_event(given.log, given.month, HEARD, s, listed[k], FROM_SITE, -1)


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
            dose[s],
        )
        stops = event_in_month(u[0, s % BLOCK], math.exp(log_hazard))
        words = (site_word[s], site_word[s + 1])
        if stops or delivering_staff(new, words) == 0:
            after[s].status = NOT_PROVIDING
            after[s].fidelity = 0.0
            after[s].stop_month = month
            after[s].events |= SITE_STOPPED
            for w in range(words[0], words[1]):
                new[DELIVERING, w] = NONE
            log_event(given.log, month, STOPPED, s, -1, 0, -1)
