"""From priors to a posterior: how probable the evidence is, and what it does and does not say."""

from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.seeing import fitted_observation

__all__ = ["Likelihood", "fitted_observation"]
