"""From priors to a posterior: how probable the evidence is, given a history."""

from imr_sim.calibration.likelihood import Likelihood

__all__ = ["Likelihood"]
