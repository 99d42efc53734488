"""Virtual studies: the model, watched as the studies watched the world.

They read histories and never disturb them, and their luck is their own. `interview_study`,
`national_survey` and `facility_census` give the table that such a study would publish; the
observers below expect what the real ones saw, for `imr_sim.calibration`.
"""

from imr_sim.studies.bounds import SurveyBounds
from imr_sim.studies.catalogue import STUDIES, Study, check_plan
from imr_sim.studies.census import BetweenStates, CensusByKind
from imr_sim.studies.facility_census import facility_census
from imr_sim.studies.interview_study import interview_study
from imr_sim.studies.interviews import InterviewContrast
from imr_sim.studies.national_survey import national_survey
from imr_sim.studies.observation import OBSERVATION, default_observation, prior_observation
from imr_sim.studies.result import StudyResult
from imr_sim.studies.sustainment import Sustainment

__all__ = [
    "OBSERVATION",
    "STUDIES",
    "BetweenStates",
    "CensusByKind",
    "InterviewContrast",
    "Study",
    "StudyResult",
    "SurveyBounds",
    "Sustainment",
    "check_plan",
    "default_observation",
    "facility_census",
    "interview_study",
    "national_survey",
    "prior_observation",
]
