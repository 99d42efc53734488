"""What outcomes depend on: Morris screening, Sobol' indices, PAWN, and the share that is luck."""

from imr_sim.sensitivity.factors import Factors
from imr_sim.sensitivity.known import ishigami, sobol_g
from imr_sim.sensitivity.model import ModelFunction
from imr_sim.sensitivity.study import Plan, Sensitivity, study

__all__ = ["Factors", "ModelFunction", "Plan", "Sensitivity", "ishigami", "sobol_g", "study"]
