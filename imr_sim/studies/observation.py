"""How studies see sites: every parameter of observation, once: default, unit, range, prior, source.

None of them acts in the model. All are *assumptions*: no source tells how well these studies saw.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imr_sim.model.parameter_table import Spec
from imr_sim.model.priors import beta, lognormal, normal, uniform

PROB, ODDS, RHO = "probability", "log odds ratio", "intra-class correlation"

# fmt: off
_FITTED = (
    Spec("report_providing_campus", 0.85, PROB, 0.001, 0.999, beta(8.5, 1.5), "assumption: a campus knows what its VAMC does", "the campus of a VAMC that provides IMR says it offers it"),
    Spec("report_other_campus", 0.45, PROB, 0.001, 0.999, beta(2.25, 2.75), "assumption (E50 against E4: campuses say yes far more often than VAMCs provide)", "the campus of a VAMC that does not provide IMR says it offers it"),
    Spec("report_providing_outpatient", 0.45, PROB, 0.001, 0.999, beta(2.7, 3.3), "assumption (a VAMC that provides IMR need not at every location)", "an outpatient location of a VAMC that provides IMR says it offers it"),
    Spec("report_other_outpatient", 0.2, PROB, 0.001, 0.999, beta(2, 8), "assumption (E7: a quarter of facilities outside VA say so)", "an outpatient location of a VAMC that does not provide IMR says it offers it"),
    Spec("psr_link", 0.8, ODDS, -2, 4, normal(0.8, 0.6), "assumption: locations that offer more say yes to more", "psychosocial rehabilitation at a location, on its saying that it offers IMR"),
    Spec("psr_prrc_campus", 0.95, PROB, 0.001, 0.999, beta(19, 1), "assumption (a PRRC is psychosocial rehabilitation)", "the campus of a VAMC with a PRRC reports psychosocial rehabilitation"),
    Spec("psr_none_campus", 0.8, PROB, 0.001, 0.999, beta(8, 2), "assumption (psychosocial rehabilitation is wider than a PRRC)", "the campus of a VAMC without a PRRC reports psychosocial rehabilitation"),
    Spec("psr_prrc_outpatient", 0.3, PROB, 0.001, 0.999, beta(3, 7), "assumption (the PRRC is mostly at the campus)", "an outpatient location of a VAMC with a PRRC reports psychosocial rehabilitation"),
    Spec("psr_none_outpatient", 0.2, PROB, 0.001, 0.999, beta(2, 8), "assumption", "an outpatient location of a VAMC without a PRRC reports psychosocial rehabilitation"),
    Spec("outpatient_frame_2010", 0.3, ODDS, -2, 3, normal(0.3, 0.4), "assumption (the list of 2010 had less than half as many outpatient locations, E50)", "the list of 2010 on psychosocial rehabilitation of outpatient locations, against those of 2014-2017"),
    Spec("census_overdispersion", 0.002, RHO, 1e-5, 0.2, lognormal(0.002, 0.9), "assumption (lists change by year, E50)", "yearly shares spread more than chance"),
    Spec("census_repeat", 0.5, "correlation", 0, 0.99, uniform(0.1, 0.9), "assumption (the same places answer year after year, E50)", "how far a share lies off its expectation, in one year and in the next"),
    Spec("survey_providers", 45, "respondents", 10, 150, uniform(20, 80), "assumption (151 respondents, E3; how many provide was not published)", "providers who told the survey of their training"),
    Spec("coding_error", 0.1, PROB, 0, 0.5, uniform(0.02, 0.25), "assumption", "a factor at a site is coded absent when present, or present when absent"),
    Spec("awareness_threshold", 0.5, "share of key staff", 0.1, 0.9, uniform(0.2, 0.8), "assumption", "IMR counts as known at a site when a larger share of its key staff know of it"),
    Spec("contrast_threshold", 0.3, "difference of shares", 0.05, 0.8, uniform(0.15, 0.5), "assumption", "a factor is said to differ from this difference between shares of sites on"),
    Spec("kindred_overdispersion", 0.1, RHO, 0.005, 0.6, lognormal(0.1, 0.7), "assumption (E10: other practices, supported, outside VA)", "sustainment elsewhere differs from that of IMR in VA more than by chance"),
)

# What nobody published a table of, so that nothing can be fitted: the answers to two open questions.
_IMITATED = (
    Spec("answer_base", -1.5, "log odds", -6, 3, normal(-1.5, 0.5), "assumption", "a respondent names a category that is neither strong nor weak at the site"),
    Spec("answer_slope", 0.8, "log odds per sd", 0, 5, lognormal(0.8, 0.4), "assumption", "strength of the category at the respondent's site, on naming it (against, as a barrier)"),
    Spec("answer_hearsay", 0.4, "ratio", 0, 1, uniform(0.1, 0.7), "assumption: providers speak from experience", "share of that slope for those who know of IMR and do not deliver it"),
    Spec("answer_experience", 0.4, ODDS, -2, 3, normal(0.4, 0.3), "assumption", "providers name more of everything"),
    Spec("answer_coding_error", 0.04, PROB, 0, 0.5, uniform(0.01, 0.08), "assumption (two coders by consensus, E3)", "an answer is coded into a category wrongly, or left out of it"),
    Spec("referred_provider", 0.8, PROB, 0, 1, uniform(0.6, 0.95), "assumption (E3: coordinators name staff)", "a colleague named at a VAMC that provides IMR delivers it"),
)
# fmt: on

OBSERVATION: Mapping[str, Spec] = {spec.name: spec for spec in _FITTED}
ANSWERS: Mapping[str, Spec] = {spec.name: spec for spec in _IMITATED}


def default_observation(n: int, specs: Mapping[str, Spec] = OBSERVATION) -> dict[str, np.ndarray]:
    """Default values of every parameter of observation for n histories; (n,) each."""
    return {name: np.full(n, float(spec.default)) for name, spec in specs.items()}


def prior_observation(
    n: int, seed: int, specs: Mapping[str, Spec] = OBSERVATION
) -> dict[str, np.ndarray]:
    """Independent prior draws for n histories; (n,) each."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x0B5]))
    u = rng.random((len(specs), n))
    return {
        name: spec.prior.quantile(u[i], spec.low, spec.high)
        for i, (name, spec) in enumerate(specs.items())
    }
