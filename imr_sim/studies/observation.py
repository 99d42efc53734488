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
    Spec("report_providing", 0.6, PROB, 0.001, 0.999, beta(4, 2.5), "assumption (a VAMC has several locations, E6)", "a location of a VAMC that provides IMR says it offers it"),
    Spec("report_other", 0.2, PROB, 0.001, 0.999, beta(2, 8), "assumption (E7: a quarter of facilities outside VA say so)", "a location of a VAMC that does not provide IMR says it offers it"),
    Spec("psr_link", 0.8, ODDS, -2, 4, normal(0.8, 0.6), "assumption: locations that offer more say yes to more", "psychosocial rehabilitation at a location, on its saying that it offers IMR"),
    Spec("psr_prrc", 0.7, PROB, 0.001, 0.999, beta(5, 2), "assumption (the proxy is wider than a PRRC)", "a location of a VAMC with a PRRC reports psychosocial rehabilitation"),
    Spec("psr_none", 0.25, PROB, 0.001, 0.999, beta(2.5, 6.5), "assumption (the proxy is wider than a PRRC)", "a location of a VAMC without a PRRC reports psychosocial rehabilitation"),
    Spec("census_frame_2010", 0.5, ODDS, -2, 3, normal(0.5, 0.5), "assumption (the list of 2010 had half as many locations, E6)", "the list of 2010 on psychosocial rehabilitation, against those of 2014-2017"),
    Spec("census_overdispersion", 0.004, RHO, 1e-5, 0.2, lognormal(0.004, 0.8), "assumption (lists change by year, E6)", "yearly counts spread more than chance"),
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
