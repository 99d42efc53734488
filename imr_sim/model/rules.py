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
def strikes(u, hazard):
    """Whether an event of a cumulative `hazard` happens; u mostly settles it by itself."""
    return u < hazard and u < -math.expm1(-hazard)


@rule
def event_in_month(u, rate):
    """Whether an event with a hazard of `rate` per year happens within a month."""
    return strikes(u, rate / 12.0)


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
def felt_time(p, site, dose):
    """Staff time as felt, standard-normal units; funding raises it while it lasts (E58)."""
    return site.time + p.funding_time * min(dose[FUNDING], 1.0)


@rule
def decision_log_hazard(p, site, share_aware, sensitive, has_prrc, dose):
    """Log hazard per year that a site which has heard of IMR decides of its own accord (E1)."""
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
        + p.b_time * felt_time(p, site, dose)
    )


@rule
def offers(p, dose, asked):
    """Cumulative hazard of accepting what is offered this month, at an average site (E53-E64).

    `asked` holds the levers that have put the question before: bit i for lever i.
    """
    prompts = (
        p.prompt_materials,
        p.prompt_meetings,
        p.prompt_outreach,
        p.prompt_champions,
        p.prompt_leadership,
        p.prompt_mandate,
        p.prompt_training,
        p.prompt_facilitation,
        p.prompt_collaborative,
        p.prompt_training,
        p.prompt_funding,
    )
    total = 0.0
    for k in range(len(ASKING)):
        lever = ASKING[k]
        strength = dose[lever]
        if lever == TRAIN_TRAINER:
            strength = p.train_trainer_discount * strength
        again = p.asked_again if asked >> lever & 1 else 1.0
        total += prompts[k] * strength * again
    return total


@rule
def asked_by(dose, asked):
    """The levers that have put the question by the end of a month, as the bits of `asked`."""
    for lever in ASKING:
        if dose[lever] > 0.0:
            asked |= 1 << lever
    return asked


@rule
def accepting_hazard(p, site, offered, sensitive, has_prrc, dose):
    """Cumulative hazard of accepting, at this site, what amounts to `offered` at an average one.

    What moves a site by itself moves it to accept, too, by `readiness` (assumption); awareness and
    champions do not, as the offer brings the knowledge.
    """
    if offered == 0.0:
        return 0.0
    ready = (
        p.b_leadership * site.leadership
        + p.b_veteran * site.veteran
        + p.b_recovery * site.recovery
        + p.b_ebp * site.ebp
        + p.b_fit * site.fit
        + p.b_time * felt_time(p, site, dose)
        + p.b_sensitive * sensitive
        + p.b_prrc * has_prrc
    )
    return offered * math.exp(p.offer_setting + p.readiness * ready)


@rule
def startup_probability(p, facilitation):
    """Monthly probability that preparations end (`startup_months` on average, if IMR, alone)."""
    ratio = math.exp(p.startup_difficulty * p.difficulty - p.facilitation_startup * facilitation)
    return 1.0 / max(p.startup_months * ratio, 1.0)


@rule
def giving_up_rate(p, dose):
    """Hazard per year that a preparing site gives up; support keeps it from that (E16)."""
    helped = 0.0
    for lever in HELPING:
        helped = max(helped, dose[lever])
    return p.giveup_rate * math.exp(-p.giveup_support * min(helped, 1.0))


@rule
def led_training_hazard(p, dose):
    """Hazard per year of completing the training that levers bring."""
    lessons = dose[TRAINING] + p.train_trainer_discount * dose[TRAIN_TRAINER]
    return p.training_rate * p.training_completion * lessons


@rule
def training_hazard(p, led, train_trainer, trained_colleagues):
    """Hazard per year that a provider or champion completes training, `led` that by levers."""
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
        - p.difficulty
    )
    return min(max(target, 1.0), 5.0)


@rule
def stop_log_hazard(p, site, share_supportive, leader_is_new, has_prrc, dose):
    """Log hazard per year that a providing site stops (E10, E11)."""
    return (
        p.d0
        + p.d_no_champion * (site.champions == 0)
        + p.d_support * share_supportive
        + p.d_leader * leader_is_new
        + p.d_prrc * has_prrc
        + p.d_time * felt_time(p, site, dose)
        + p.d_fidelity * (site.fidelity - 3.0)
        + p.audit_stop * dose[AUDIT]
        + p.funding_stop * min(dose[FUNDING], 1.0)
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
    FUNDING,
) = range(16)

# Levers that put the question to a site, in the order in which their parts are summed.
ASKING = (
    MATERIALS,
    MEETINGS,
    OUTREACH,
    CHAMPIONS,
    LEADERSHIP,
    MANDATE,
    TRAINING,
    FACILITATION,
    COLLABORATIVE,
    TRAIN_TRAINER,
    FUNDING,
)
# Levers that keep a preparing site from giving up.
HELPING = (FACILITATION, TRAINING, COLLABORATIVE, FUNDING)
