"""How people and sites behave: one small function a decision.

Each returns a hazard per year, a probability or a target; `p` is the record of one history's
parameters (units and sources in parameter_table.py and lever_table.py), `site` the record of one
site at the start of the month. Draws are made in the phases, never here.
"""

from __future__ import annotations

import math

from imr_sim.model.compiled import inlined, rule
from imr_sim.model.layout import CHIEF, COORDINATOR, OTHER, PEER


@rule
def monthly(rate):
    """Probability within a month of an event with a hazard of `rate` per year."""
    return -math.expm1(-rate / 12.0)


@rule
def event_in_month(u, rate):
    """Whether an event with a hazard of `rate` per year happens; u mostly settles it by itself."""
    return u < rate / 12.0 and u < monthly(rate)


# People come and go ------------------------------------------------------------------------


@rule
def leaving_rate(p, role):
    """Turnover per year of a post, by role (E19, E20, E23)."""
    if role == COORDINATOR:
        return p.turnover_coordinator
    if role == CHIEF:
        return p.turnover_chief
    if role == PEER:
        return p.turnover_peer
    if role == OTHER:
        return p.turnover_other
    return p.turnover_clinical


@rule
def retention(p, training_dose, audit_dose):
    """Hazard ratio of a provider's leaving under consultation and fidelity monitoring (E36)."""
    ratio = p.training_turnover ** min(training_dose, 1.0)
    return ratio * p.audit_turnover ** min(audit_dose, 1.0)


@rule
def leaving_probability(p, role, kept):
    """Probability of leaving within a month; `kept`, at most 1, is the ratio by `retention`."""
    return monthly(leaving_rate(p, role) * kept)


# People hear of IMR ------------------------------------------------------------------------


@rule
def media_weight(p, role, is_smi):
    """Role weight of the media hazard (assumption)."""
    if role == COORDINATOR:
        return p.media_weight_coordinator
    if role == CHIEF:
        return p.media_weight_chief
    return p.media_weight_smi if is_smi else 1.0


@rule
def hearing_everybody(p, providing, materials, outreach):
    """Hazard per year that reaches all staff of a site: visibility, materials, outreach."""
    seen = p.visibility if providing else 0.0
    return seen + p.materials_awareness * materials + p.outreach_awareness * outreach


@rule
def hearing_from_ties(p, within, between):
    """Hazard per year from aware ties inside and outside the VAMC (simple contagion)."""
    return p.beta_within * within + p.beta_between * between


@rule
def hearing_in_collaborative(p, dose, share_aware):
    """Hazard per year from contacts in other participating sites (a new contact each month)."""
    contacts = p.collaborative_ties * p.collaborative_completion * min(dose, 1.0)
    return p.beta_between * contacts * share_aware


@inlined
def hearing_rate(media, of_site, member, chief, ties):
    """Hazard per year that an unaware person hears of IMR.

    `of_site` are the terms of everybody, SMI members and the chief of the site, `member` and
    `chief` 1 or 0. It falls in nothing, so that the rate of whoever has the most of all bounds it.
    """
    everybody, members, mandate = of_site
    return media + everybody + (member * members + chief * mandate) + ties


# People come to support IMR, champion it, tire ----------------------------------------------


@rule
def willingness(p, role, simplify):
    """What the workbook leaves of an untrained person's support and willingness (E4), 0 to 1."""
    burden = p.workbook_burden * (1.0 - p.simplify_burden * min(simplify, 1.0))
    return math.exp(-(burden * p.peer_burden if role == PEER else burden))


@rule
def support_rate_of_site(p, site):
    """Hazard per year of an aware, trained person without supportive ties."""
    return p.support_rate * math.exp(p.s_fit * site.fit + p.s_recovery * site.recovery)


@inlined
def support_rate(of_site, s_peers, share_of_ties, willing, outside_team):
    """Hazard per year that an aware person comes to support IMR.

    `of_site` are the rate by `support_rate_of_site` and that of local consensus; `share_of_ties`,
    `willing` and `outside_team` are 0 to 1. It falls in nothing: their most gives its bound.
    """
    base, consensus = of_site
    return base * (1.0 + s_peers * share_of_ties) * willing + outside_team * consensus


@rule
def champion_rate_of_site(p, site, share_supportive):
    """Hazard per year of an inexperienced supporter in an SMI programme."""
    return p.champion_rate * math.exp(p.c_ebp * site.ebp + p.c_support * share_supportive)


@inlined
def champion_rate(of_site, supportive, multiplier, connected):
    """Hazard per year that an SMI member becomes champion.

    `of_site` are the rate by `champion_rate_of_site` and that of prepared champions; `multiplier`
    is that of experience; `supportive` and `connected` are flags. It falls in nothing: their most
    gives its bound.
    """
    base, prepared = of_site
    rate = 0.0
    if supportive:
        rate = base * multiplier
    if connected:
        rate += prepared
    return rate


@rule
def fatigue_rate(p, site, share_supportive):
    """Hazard per year that a champion tires."""
    slowing = p.fatigue_leadership * site.leadership + p.fatigue_support * share_supportive
    return p.champion_fatigue * math.exp(-slowing)


# Sites decide, start, deliver, stop ----------------------------------------------------------


@rule
def decision_log_hazard(p, site, share_aware, sensitive, has_prrc):
    """Log hazard per year that a site which has heard of IMR decides to implement it (E1)."""
    return (
        p.a0
        + p.b_awareness * share_aware / 0.5
        + p.b_champion * (site.champions > 0)
        + p.b_importer * (site.importer_champions > 0)
        + p.b_leadership * site.leadership
        + p.b_veteran * site.veteran
        + p.b_sensitive * sensitive
        + p.b_prrc * has_prrc
        + p.b_recovery * site.recovery
        + p.b_ebp * site.ebp
        + p.b_fit * site.fit
        + p.b_time * site.time
    )


@rule
def decision_lever_terms(p, dose):
    """Direct effects of the levers on the decision; `dose` holds one dose a lever."""
    return (
        p.materials_decision * dose[MATERIALS]
        + p.meetings_decision * dose[MEETINGS]
        + p.outreach_decision * dose[OUTREACH]
        + p.champions_decision * dose[CHAMPIONS]
        + p.mandate_decision * dose[MANDATE]
        + p.facilitation_decision * dose[FACILITATION]
    )


@rule
def startup_probability(p, facilitation):
    """Monthly probability that preparations end; their mean length is `startup_months`."""
    mean = p.startup_months * math.exp(-p.facilitation_startup * facilitation)
    return 1.0 / max(mean, 1.0)


@rule
def training_hazard(p, training, train_trainer, trained_colleagues):
    """Hazard per year that a provider or champion completes training."""
    led = (
        p.training_rate
        * p.training_completion
        * (training + p.train_trainer_discount * train_trainer)
    )
    second = p.train_trainer_second * trained_colleagues * min(train_trainer, 1.0)
    return p.training_access + led + second


@rule
def fidelity_target(p, site, share_trained, facilitation, audit, collaborative):
    """Fidelity that a team moves to, clipped to the scale of 1 to 5 (E9, E12)."""
    target = (
        p.f_floor
        + p.g_trained * share_trained
        + p.g_support * min(facilitation, 1.0)
        + p.audit_fidelity * audit
        + p.collaborative_fidelity * p.collaborative_completion * collaborative
        + p.g_leadership * site.leadership
    )
    return min(max(target, 1.0), 5.0)


@rule
def stop_log_hazard(p, site, share_supportive, leader_is_new, has_prrc, audit):
    """Log hazard per year that a providing site stops (E10, E11)."""
    return (
        p.d0
        + p.d_no_champion * (site.champions == 0)
        + p.d_support * share_supportive
        + p.d_leader * leader_is_new
        + p.d_prrc * has_prrc
        + p.d_time * site.time
        + p.d_fidelity * (site.fidelity - 3.0)
        + p.audit_stop * audit
    )


@rule
def felt_leadership(p, culture, leader, boost, mandate):
    """Autonomy-supporting leadership of a site, in standard-normal units."""
    shared, own = math.sqrt(p.factor_correlation), math.sqrt(1.0 - p.factor_correlation)
    return shared * culture + own * leader + boost - p.mandate_autonomy_cost * mandate


# Levers by position in a site's doses; the order is that of strategies.levers.LEVERS.
(
    MATERIALS,
    MEETINGS,
    SIMPLIFY,
    CONSENSUS,
    OUTREACH,
    CHAMPIONS,
    LEADERSHIP,
    MANDATE,
    TRAINING,
    AUDIT,
    FACILITATION,
    COLLABORATIVE,
    TRAIN_TRAINER,
    EXCHANGE,
    OPEN_PRRC,
) = range(15)
