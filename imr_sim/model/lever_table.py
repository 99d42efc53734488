"""Parameters of the levers: offers, effects at a standard dose (dose 1), and costs in US$ a site.

EPOC medians (E24-E28) are gains in patient-level compliance and are no site's probability of
adopting: what an offer brings about follows from studies of whole sites (E53-E64).
"""

from __future__ import annotations

from imr_sim.model.parameter_table import LOG, POINTS, PROB, RATE, SD, A, Spec
from imr_sim.model.priors import beta, fixed, lognormal, normal, uniform

# What an offer brings about: the cumulative hazard with which an average site accepts in the first
# month in which it is asked. One wide prior for all, so that studies of whole sites (E53-E64) and
# not the modeller tell the levers apart; where there is no contrast between levers, it stays a
# judgement.
PROMPT, OFFER = lognormal(0.15, 1.2), "cumulative hazard of the first month asked, at dose 1"
PROMPT_SOURCE = "same prior for all prompts; size: assumption (sites, not patients: E53-E64)"

# fmt: off
OFFERS = (
    Spec("prompt_materials", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "educational materials put the question to a site"),
    Spec("prompt_meetings", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "educational meetings put the question to a site"),
    Spec("prompt_outreach", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "an outreach visit puts the question to a site"),
    Spec("prompt_champions", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "preparing champions puts the question to a site"),
    Spec("prompt_leadership", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "engaging the leader puts the question to a site"),
    Spec("prompt_mandate", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "a mandate puts the question to a site"),
    Spec("prompt_training", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "an offer of training and consultation puts the question to a site"),
    Spec("prompt_facilitation", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "facilitation puts the question to a site"),
    Spec("prompt_collaborative", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "an invitation to a learning collaborative puts the question to a site"),
    Spec("prompt_funding", 0.15, OFFER, 0, 20, PROMPT, PROMPT_SOURCE, "an offer of money puts the question to a site"),
    Spec("asked_again", 0.05, "ratio", 0, 1, uniform(0, 0.2), "assumption (E53 beside E59: long campaigns go on winning sites)", "a later month's asking by the same lever, against the first"),
    Spec("readiness", 0.5, "ratio", 0, 1, uniform(0, 1), "assumption, no witness", "how far what moves a site by itself also moves it to accept an offer"),
    Spec("offer_setting", 0, "log ratio", -5, 5, normal(0, 0.8), "E66: start-up differs more between practices than between strategies; size: assumption", "how practice and setting take to offers, against the average of those studied"),
    Spec("giveup_support", 1.0, LOG, -3, 6, normal(1.0, 0.5), A, "facilitation, training, collaborative or funding keeps a preparing site from giving up"),
)

EFFECTS = (
    Spec("materials_awareness", 0.08, RATE, 0, 20, lognormal(0.08, 0.5), A, "educational materials: hearing of IMR, all staff of the site"),
    Spec("meetings_awareness", 0.40, RATE, 0, 20, lognormal(0.40, 0.5), A, "educational meetings: hearing of IMR, SMI-programme staff"),
    Spec("simplify_burden", 0.40, "share removed", 0, 1, uniform(0.2, 0.6), A, "simplified materials: workbook burden removed"),
    Spec("consensus_support", 0.40, RATE, 0, 20, lognormal(0.40, 0.5), A, "local consensus: aware staff outside the team come to support IMR"),
    Spec("outreach_awareness", 0.50, RATE, 0, 20, lognormal(0.50, 0.5), A, "outreach visits: hearing of IMR, all staff of the site visited"),
    Spec("champions_conversion", 0.50, RATE, 0, 20, lognormal(0.50, 0.5), A, "prepared champions: aware, well-connected SMI staff become champions"),
    Spec("leadership_gain", 0.50, SD, 0, 3, uniform(0.2, 0.8), A, "leadership raised while supported"),
    Spec("leadership_retained", 0.50, "share", 0, 1, uniform(0.2, 0.8), A, "share of the gain kept once support ends, until the leader changes"),
    Spec("mandate_awareness", 2.0, RATE, 0, 50, lognormal(2.0, 0.5), A, "mandate: service chiefs hear of IMR"),
    Spec("mandate_autonomy_cost", 0.20, SD, 0, 2, uniform(0.0, 0.4), A, "mandate: leadership lowered while it is pressed"),
    Spec("training_rate", 1.5, RATE, 0, 50, lognormal(1.5, 0.4), A, "training: a provider or champion enters training"),
    Spec("training_completion", 0.60, PROB, 0, 1, beta(6, 4), "assumption; lower bound E34 (.10 without protected time)", "training with consultation is completed"),
    Spec("training_support", 0.70, PROB, 0, 1, uniform(0.5, 0.95), A, "who is trained where IMR is not provided comes to support it"),
    Spec("training_turnover", 0.85, "hazard ratio", 0, 1, uniform(0.7, 1.0), A, "training and consultation: providers leave more slowly"),
    Spec("audit_fidelity", 0.30, POINTS, -2, 2, normal(0.30, 0.20), "assumption (E28)", "audit and feedback: fidelity target"),
    Spec("audit_stop", -0.25, LOG, -3, 2, normal(-0.25, 0.20), "E28 (sign: fewer stops)", "audit and feedback: stop hazard"),
    Spec("audit_turnover", 0.75, "hazard ratio", 0, 1, uniform(0.5, 1.0), "E36", "fidelity monitoring: providers leave more slowly"),
    Spec("facilitation_startup", 0.40, "log ratio", 0, 3, uniform(0.1, 0.7), A, "facilitation: start-up time is shorter"),
    Spec("facilitation_scale_penalty", 0.45, "ratio", 0, 1, uniform(0.3, 0.6), "E30", "strength left when facilitation is run at full scale"),
    Spec("facilitation_scale_sites", 30, "sites", 3, 1000, fixed(30), A, "sites facilitated at once that count as full scale"),
    Spec("collaborative_ties", 4, "ties", 0, 50, lognormal(4, 0.4), A, "learning collaborative: contacts of each SMI member in other participating sites"),
    Spec("collaborative_completion", 0.90, PROB, 0, 1, beta(18, 2), "E33: 111 of 124", "participating sites that stay to the end, as a share of the dose"),
    Spec("collaborative_fidelity", 0.35, POINTS, -2, 2, normal(0.35, 0.25), "assumption (E33: 65 of 124 reached mastery)", "learning collaborative: fidelity target"),
    Spec("train_trainer_discount", 0.70, "ratio", 0, 1, uniform(0.5, 0.9), "E32", "train the trainer: strength of training"),
    Spec("train_trainer_second", 0.15, "per year per trained colleague", 0, 20, lognormal(0.15, 0.6), "assumption (E34: 9.5% became trainers or finished consultation)", "train the trainer: second generation at the site"),
    Spec("exchange_share", 0.10, PROB, 0, 1, lognormal(0.10, 0.4), A, "staff exchange: an SMI-programme hire has delivered IMR elsewhere"),
    Spec("funding_time", 0.50, SD, 0, 3, uniform(0, 1), "assumption (E58: protected posts)", "funding: staff time raised while it lasts"),
    Spec("funding_stop", -0.5, LOG, -3, 2, normal(-0.5, 0.3), "assumption (E72, E73: money decides)", "funding: stop hazard"),
)

USD, USD_MONTH, HOURS, SEATS = "US$ a site", "US$ a site-month", "hours a site-month", "seats a site"
COSTS = (
    Spec("materials_start_usd", 150, USD, 0, 1e7, uniform(50, 300), "assumption (E43)", "educational materials: mailing"),
    Spec("meetings_month_usd", 400, USD_MONTH, 0, 1e7, lognormal(400, 0.4), "assumption (E43: 2 staff-hours an attendee)", "educational meetings"),
    Spec("simplify_start_usd", 800, USD, 0, 1e7, lognormal(800, 0.5), A, "simplified materials: share of the revision, printing"),
    Spec("consensus_month_usd", 900, USD_MONTH, 0, 1e7, lognormal(900, 0.5), A, "local consensus discussions, coalition"),
    Spec("outreach_month_usd", 1300, USD_MONTH, 0, 1e7, lognormal(1300, 0.4), A, "educational outreach visits"),
    Spec("champions_start_usd", 1500, USD, 0, 1e7, lognormal(1500, 0.5), A, "preparing champions"),
    Spec("champions_month_usd", 800, USD_MONTH, 0, 1e7, uniform(500, 1100), "assumption (E43: .05-.10 FTE)", "champions' time"),
    Spec("leadership_start_usd", 2500, USD, 0, 1e7, lognormal(2500, 0.5), A, "engaging leadership: training"),
    Spec("leadership_month_usd", 500, USD_MONTH, 0, 1e7, lognormal(500, 0.5), A, "engaging leadership: coaching"),
    Spec("mandate_start_usd", 500, USD, 0, 1e7, lognormal(500, 0.5), A, "mandate: directive and its reporting"),
    Spec("mandate_month_usd", 100, USD_MONTH, 0, 1e7, lognormal(100, 0.5), A, "mandate: monitoring"),
    Spec("training_start_usd", 27000, USD, 0, 1e8, lognormal(27000, 0.4), "assumption (E41: about A$9,000 a therapist, team of 4)", "training"),
    Spec("training_month_usd", 1000, USD_MONTH, 0, 1e7, lognormal(1000, 0.4), A, "consultation"),
    Spec("audit_month_usd", 700, USD_MONTH, 0, 1e7, lognormal(700, 0.4), A, "fidelity review and feedback"),
    Spec("facilitation_month_usd", 2330, USD_MONTH, 0, 1e7, lognormal(2330, 0.25), "E37: $521,617 over 8 clinics and 28 months", "facilitation, external and internal"),
    Spec("collaborative_start_usd", 5000, USD, 0, 1e8, lognormal(5000, 0.4), A, "learning collaborative: first session"),
    Spec("collaborative_month_usd", 2500, USD_MONTH, 0, 1e7, lognormal(2500, 0.4), "assumption (E40: $18,679 a clinician brought to competence)", "learning collaborative"),
    Spec("train_trainer_start_usd", 12000, USD, 0, 1e8, lognormal(12000, 0.4), "assumption (E41)", "train the trainer: course"),
    Spec("train_trainer_month_usd", 300, USD_MONTH, 0, 1e7, lognormal(300, 0.4), A, "train the trainer: trainers' time"),
    Spec("exchange_month_usd", 1500, USD_MONTH, 0, 1e7, lognormal(1500, 0.5), A, "recruitment incentives, staff exchange"),
    Spec("open_prrc_start_usd", 250000, USD, 0, 1e9, lognormal(250000, 0.4), A, "opening a PRRC"),
    Spec("open_prrc_month_usd", 45000, USD_MONTH, 0, 1e8, lognormal(45000, 0.3), A, "running a PRRC"),
    Spec("funding_start_usd", 20000, USD, 0, 1e8, lognormal(20000, 0.4), A, "funding: start-up money"),
    Spec("funding_month_usd", 9000, USD_MONTH, 0, 1e7, lognormal(9000, 0.3), "assumption: one protected post", "funding: protected posts"),
    Spec("facilitation_hours", 14.4, HOURS, 0, 1000, fixed(14.4), "E37: 3,224 external and internal hours, 8 clinics, 28 months", "facilitators' time"),
    Spec("outreach_hours", 8, HOURS, 0, 1000, fixed(8), A, "visitors' time, drawn from the facilitators' pool"),
    Spec("training_seats", 4, SEATS, 0, 1000, fixed(4), A, "training: seats a site takes in its first month"),
    Spec("train_trainer_seats", 1, SEATS, 0, 1000, fixed(1), A, "train the trainer: seats a site takes in its first month"),
    Spec("collaborative_seats", 3, SEATS, 0, 1000, fixed(3), A, "learning collaborative: seats a site takes in its first month"),
)
