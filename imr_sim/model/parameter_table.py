"""Every parameter of the behaviour, once: default, unit, range, prior, source.

Rates are per year and become monthly probabilities by 1 - exp(-rate / 12). A *prior is a
judgement*, never a finding; "assumption" means that no source was found. E-numbers refer to
docs/evidence.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from imr_sim.model.priors import Prior, fixed, lognormal, normal, uniform


@dataclass(frozen=True)
class Spec:
    """One parameter: its name, default, unit, allowed range, prior, source and meaning."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    prior: Prior
    source: str
    meaning: str


A = "assumption"
RATE, MONTHS, PROB, LOG, SD, POINTS = (
    "per year",
    "months",
    "probability",
    "log hazard ratio",
    "standard-normal units",
    "fidelity points (1-5)",
)
# The ten factors of the interview study (E1) share one prior, so that data and not the modeller
# separate the six that differed between sites from the four that did not.
FACTOR = normal(0.6, 0.8)
FACTOR_SOURCE = "same prior for all ten factors (E1); size: assumption"

# fmt: off
TURNOVER = (
    Spec("turnover_clinical", 0.15, RATE, 0, 2, lognormal(0.15, 0.25), "E19 .073-.082 lost + E23 moves (A)", "psychiatrists, psychologists, social workers and nurses leave their post"),
    Spec("turnover_peer", 0.18, RATE, 0, 2, lognormal(0.18, 0.30), "assumption (E23: .10-.20)", "peer specialists leave their post"),
    Spec("turnover_other", 0.15, RATE, 0, 2, lognormal(0.15, 0.30), A, "other mental-health staff leave their post"),
    Spec("turnover_coordinator", 0.15, RATE, 0, 2, lognormal(0.15, 0.40), A, "local recovery coordinators leave their post"),
    Spec("turnover_chief", 0.20, RATE, 0, 2, lognormal(0.20, 0.40), "assumption (E20 directors: .48, upper bound)", "mental-health service chiefs leave their post"),
    Spec("transfer_share", 0.40, PROB, 0, 1, uniform(0.2, 0.6), "assumption (E23: moves .05-.10 of about .15 a year)", "vacated post is filled from another VAMC"),
    Spec("transfer_same_visn", 0.60, PROB, 0, 1, uniform(0.3, 0.9), A, "a transfer comes from the same VISN"),
    Spec("external_aware", 0.01, PROB, 0, 1, lognormal(0.01, 0.7), A, "a hire from outside VA knows IMR"),
    Spec("external_experienced", 0.005, PROB, 0, 1, lognormal(0.005, 0.7), "assumption (E7: a quarter of other facilities offer IMR)", "a hire from outside VA has delivered IMR"),
)

AWARENESS = (
    Spec("media", 0.12, RATE, 0, 5, lognormal(0.12, 0.6), A, "hearing of IMR from toolkit, calls, conferences (role weight 1)"),
    Spec("media_weight_coordinator", 10, "ratio", 0, 100, lognormal(10, 0.5), A, "role weight of local recovery coordinators for media"),
    Spec("media_weight_chief", 4, "ratio", 0, 100, lognormal(4, 0.5), A, "role weight of mental-health service chiefs for media"),
    Spec("media_weight_smi", 2, "ratio", 0, 100, lognormal(2, 0.4), A, "role weight of serious-mental-illness programme members for media"),
    Spec("beta_within", 0.08, "per year per aware tie", 0, 5, lognormal(0.08, 0.6), "assumption (E44: Bass q of .38 a year in all is too fast)", "hearing of IMR from an aware tie in the same VAMC"),
    Spec("beta_between", 0.03, "per year per aware tie", 0, 5, lognormal(0.03, 0.7), "assumption (E45)", "hearing of IMR from an aware tie in another VAMC"),
    Spec("visibility", 0.10, RATE, 0, 5, lognormal(0.10, 0.6), A, "hearing of IMR because one's own VAMC provides it"),
    Spec("forgetting", 0.10, RATE, 0, 5, lognormal(0.10, 0.5), "assumption (E47: awareness leaks)", "losing sight of IMR when neither champion nor provider"),
)

PERSUASION = (
    Spec("support_rate", 0.40, RATE, 0, 10, lognormal(0.40, 0.5), "assumption (Rogers' persuasion stage; E47)", "an aware person comes to support IMR"),
    Spec("s_fit", 0.3, LOG, -3, 3, normal(0.3, 0.2), A, "perceived fit on support, per sd"),
    Spec("s_recovery", 0.3, LOG, -3, 3, normal(0.3, 0.2), A, "recovery orientation on support, per sd"),
    Spec("s_peers", 2.0, "ratio per unit share", 0, 50, lognormal(2.0, 0.6), "assumption (E45: peers)", "share of own ties that support IMR, on support"),
    Spec("support_loss", 0.20, RATE, 0, 10, lognormal(0.20, 0.4), A, "a supporter loses interest"),
    Spec("champion_rate", 0.06, RATE, 0, 10, lognormal(0.06, 0.5), "assumption (E31)", "a supporter in an SMI programme becomes champion"),
    Spec("c_ebp", 0.3, LOG, -3, 3, normal(0.3, 0.2), A, "EBP orientation on championing, per sd"),
    Spec("c_support", 1.0, LOG, -5, 5, normal(1.0, 0.5), "assumption (E4: support of colleagues)", "share of supportive staff (0 to 1) on championing"),
    Spec("experience_multiplier", 3.0, "ratio", 0, 100, lognormal(3.0, 0.4), A, "experienced people become champions this much faster"),
    Spec("importer_champion_probability", 0.15, PROB, 0, 1, uniform(0.05, 0.35), "assumption (E1: importer-champions)", "an SMI-programme hire who knows IMR is a champion at once"),
    Spec("champion_fatigue", 0.5, RATE, 0, 10, lognormal(0.5, 0.4), A, "a champion tires"),
    Spec("fatigue_leadership", 0.3, LOG, -3, 3, normal(0.3, 0.2), A, "autonomy-supporting leadership slows fatigue, per sd"),
    Spec("fatigue_support", 1.0, LOG, -5, 5, normal(1.0, 0.5), A, "share of supportive staff (0 to 1) slows fatigue"),
)

DECISION = (
    Spec("a0", -4.5, "log hazard per year", -12, 4, normal(-4.5, 1.0), "assumption (set so that the prior covers P1)", "baseline of the decision to implement"),
    Spec("b_champion", 0.8, LOG, -3, 4, normal(0.8, 0.5), "E31", "a champion at the site"),
    Spec("b_awareness", 0.6, "log hazard ratio per half of key staff aware", -2, 3, FACTOR, FACTOR_SOURCE, "awareness: share of SMI staff and chief aware, per .5"),
    Spec("b_importer", 0.6, LOG, -2, 3, FACTOR, FACTOR_SOURCE, "an importer-champion at the site"),
    Spec("b_leadership", 0.6, "log hazard ratio per sd", -2, 3, FACTOR, FACTOR_SOURCE, "autonomy-supporting leadership"),
    Spec("b_veteran", 0.6, "log hazard ratio per sd", -2, 3, FACTOR, FACTOR_SOURCE, "Veteran-centered care"),
    Spec("b_sensitive", 0.6, LOG, -2, 3, FACTOR, FACTOR_SOURCE, "a sensitive period"),
    Spec("b_prrc", 0.6, LOG, -2, 3, FACTOR, FACTOR_SOURCE, "a PRRC at the site"),
    Spec("b_recovery", 0.6, "log hazard ratio per sd", -2, 3, FACTOR, FACTOR_SOURCE, "recovery orientation"),
    Spec("b_ebp", 0.6, "log hazard ratio per sd", -2, 3, FACTOR, FACTOR_SOURCE, "EBP orientation"),
    Spec("b_fit", 0.6, "log hazard ratio per sd", -2, 3, FACTOR, FACTOR_SOURCE, "perceived fit with program structure"),
    Spec("b_time", 0.6, "log hazard ratio per sd", -2, 3, FACTOR, FACTOR_SOURCE, "staff time"),
)

SITE = (
    Spec("factor_correlation", 0.3, "correlation", 0, 0.95, uniform(0.1, 0.5), A, "correlation among a site's factors (shared culture)"),
    Spec("leadership_change_rate", 0.25, RATE, 0, 3, lognormal(0.25, 0.3), "assumption (E20: .48 a year is an upper bound)", "the leader of a VAMC changes"),
    Spec("leadership_memory", 0.5, "correlation", 0, 1, uniform(0.2, 0.8), A, "leadership after a change resembles that before"),
    Spec("programme_change_rate", 0.28, RATE, 0, 3, lognormal(0.28, 0.45), "assumption (E21)", "a programme changes and opens a sensitive period"),
    Spec("leadership_opens", 0.3, PROB, 0, 1, uniform(0.1, 0.5), A, "a leadership change opens a sensitive period"),
    Spec("sensitive_months", 9, MONTHS, 1, 60, uniform(4, 14), A, "length of a sensitive period"),
    Spec("prrc_share", 0.47, "share of VAMCs", 0, 1, uniform(0.40, 0.55), "assumption (E22; E6 shows 38-54% of facilities)", "VAMCs that ever open a PRRC, where unknown"),
    Spec("prrc_size", 1.0, "log odds per sd of log patients", -5, 5, normal(1.0, 0.4), "assumption on size; direction E22", "larger VAMCs are likelier to open a PRRC"),
    Spec("prrc_late", 0.10, PROB, 0, 1, uniform(0.0, 0.2), A, "a PRRC opens in 2013-2016 instead of 2006-2012 (E22)"),
)

IMPLEMENTATION = (
    Spec("briefing", 0.6, PROB, 0, 1, uniform(0.3, 0.9), A, "SMI-programme member or chief who does not know IMR is told of it in the month in which the site decides"),
    Spec("startup_months", 6, MONTHS, 0.1, 60, lognormal(6, 0.4), "assumption (E8, E16)", "mean time from decision to start"),
    Spec("startup_difficulty", 1.0, "log ratio per fidelity point", 0, 4, lognormal(1.0, 0.3), "assumption (E53: a job-seekers' workshop within weeks, E8: IMR within months)", "difficulty of the practice on the time from decision to start"),
    Spec("giveup_rate", 0.6, RATE, 0, 20, lognormal(0.6, 0.7), "assumption on size; E16: 35% of engaged sites began, by programme 0 to 1 (E66)", "a preparing site without support gives up"),
    Spec("difficulty", 0, POINTS, -4, 4, fixed(0), "by definition 0 for IMR; other practices against it (E9, E69)", "how much harder the practice is than IMR, in points of fidelity reached"),
    Spec("team_size", 4, "staff", 1, 12, fixed(4), A, "size of a full delivery team"),
    Spec("workbook_burden", 0.8, "log hazard", 0, 5, uniform(0.2, 1.6), "assumption on size; E4: workbook found intimidating", "the workbook keeps the untrained from supporting and delivering IMR"),
    Spec("peer_burden", 0.5, "ratio", 0, 1, uniform(0.2, 0.8), "assumption (E4: peer support helps)", "share of the workbook burden that peer specialists feel"),
    Spec("training_access", 0.08, RATE, 0, 5, lognormal(0.08, 0.4), "E4: about a fifth of providers trained; rate assumption", "a provider or champion gets training without any lever"),
    Spec("fidelity_start", 2.0, POINTS, 1, 5, uniform(1.5, 2.5), A, "fidelity in the first month of providing"),
    Spec("fidelity_rate", 0.20, "share per month", 0, 1, uniform(0.12, 0.40), "E9: gains until 12 months, then flat", "fidelity closes this share of its gap a month"),
    Spec("f_floor", 2.8, POINTS, 1, 5, uniform(2.0, 3.4), "assumption, wide: E8, E9, E12, E69, E70 are fitted", "fidelity reached without training or support"),
    Spec("g_trained", 0.7, POINTS, -4, 4, normal(0.7, 0.4), "assumption, wide: E8, E9, E69, E70 are fitted", "all of the delivery team trained"),
    Spec("g_support", 0.8, POINTS, -4, 4, normal(0.8, 0.5), "assumption, wide: E12 (.86, .21 to 1.50) is fitted", "implementation support (standard dose)"),
    Spec("g_leadership", 0.2, POINTS, -4, 4, normal(0.2, 0.15), A, "autonomy-supporting leadership, per sd"),
)

SUSTAINMENT = (
    Spec("d0", -2.1, "log hazard per year", -10, 4, normal(-2.1, 0.35), "E10: .126 a year, other terms at zero", "baseline of stopping"),
    Spec("d_no_champion", 0.5, LOG, -3, 3, normal(0.5, 0.3), A, "no champion at the site"),
    Spec("d_support", -0.8, "log hazard ratio per unit share", -5, 3, normal(-0.8, 0.5), "assumption (E4)", "share of supportive staff (0 to 1)"),
    Spec("d_leader", 0.5, LOG, -3, 3, normal(0.5, 0.3), "assumption on size; E11", "the leader changed within a year"),
    Spec("d_prrc", -0.6, LOG, -3, 3, normal(-0.6, 0.4), "assumption on size; P2: without it the prior hardly covers the contrast (docs/calibration.md)", "a PRRC gives IMR a home"),
    Spec("d_time", -0.2, "log hazard ratio per sd", -3, 3, normal(-0.2, 0.2), "assumption (E4: little staff time)", "staff time"),
    Spec("d_fidelity", -0.1, "log hazard ratio per point", -3, 3, normal(-0.1, 0.1), "E11: fidelity had little weight", "fidelity above 3"),
)

REACH = (
    Spec("caseload", 5, "Veterans per delivering staff member", 0, 100, lognormal(5, 0.3), A, "Veterans in IMR with one delivering staff member at a time"),
    Spec("course_months", 7.5, MONTHS, 1, 60, uniform(5, 10), "E15: 5 to 10 months", "length of an IMR course"),
    Spec("survey_reliability", 0.7, "correlation", 0, 1, fixed(0.7), A, "what a planner's site survey tells of leadership and awareness"),
)
