"""From priors to a posterior: how probable the evidence is, and what it does and does not say."""

from imr_sim.calibration.fitted import fitted_observation
from imr_sim.calibration.likelihood import Likelihood

__all__ = ["Likelihood", "fitted_observation"]
