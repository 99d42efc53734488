"""Virtual studies: the model, watched as the studies watched the world.

They read histories and never disturb them, and their luck is their own.
"""

from imr_sim.studies.bounds import SurveyBounds
from imr_sim.studies.census import BetweenStates, CensusTables
from imr_sim.studies.interviews import InterviewContrast
from imr_sim.studies.observation import OBSERVATION, default_observation, prior_observation
from imr_sim.studies.sustainment import Sustainment

__all__ = [
    "OBSERVATION",
    "BetweenStates",
    "CensusTables",
    "InterviewContrast",
    "SurveyBounds",
    "Sustainment",
    "default_observation",
    "prior_observation",
]
