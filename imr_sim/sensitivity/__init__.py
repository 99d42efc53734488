"""What outcomes depend on: Morris screening, Sobol' indices, PAWN, and the share that is luck."""

from imr_sim.sensitivity.analysis import Sensitivity, Settings, analyse
from imr_sim.sensitivity.factors import Factors
from imr_sim.sensitivity.known import ishigami, sobol_g
from imr_sim.sensitivity.model import ModelFunction

__all__ = ["Factors", "ModelFunction", "Sensitivity", "Settings", "analyse", "ishigami", "sobol_g"]
