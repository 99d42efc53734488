"""The virtual studies by name, and what can be asked of them before any history is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from imr_sim.months import month_number
from imr_sim.studies.facility_census import DATE as CENSUS_DATE
from imr_sim.studies.facility_census import MOST as MOST_FACILITIES
from imr_sim.studies.facility_census import facility_census
from imr_sim.studies.interview_study import DATE as INTERVIEW_DATE
from imr_sim.studies.interview_study import interview_study
from imr_sim.studies.national_survey import DATE as SURVEY_DATE
from imr_sim.studies.national_survey import MOST as MOST_RESPONDENTS
from imr_sim.studies.national_survey import national_survey
from imr_sim.studies.result import StudyResult
from imr_sim.studies.scene import check_date, check_size
from imr_sim.system import System


@dataclass(frozen=True)
class Study:
    """One virtual study.

    Attributes
    ----------
    run : callable
        ``run(history, date, size=, seed=, observation=)`` gives a `StudyResult`.
    date : str
        Month of the real one, ``"YYYY-MM"``.
    smallest : int
    largest : callable
        Of a system.
    """

    run: Callable[..., StudyResult]
    date: str
    smallest: int
    largest: Callable[[System], int]


STUDIES: Mapping[str, Study] = {
    "interview_study": Study(interview_study, INTERVIEW_DATE, 2, lambda system: system.n_sites),
    "national_survey": Study(national_survey, SURVEY_DATE, 2, lambda system: MOST_RESPONDENTS),
    "facility_census": Study(facility_census, CENSUS_DATE, 1, lambda system: MOST_FACILITIES),
}


def check_plan(
    name: str, system: System, start: str, months: int, date: str | None, size: int | None
) -> None:
    """Raise RequestError unless a study can be done in histories of `months` from `start` on."""
    study = STUDIES[name]
    when = date or study.date
    check_date(when, month_number(when) - month_number(start), months, start)
    check_size(size, study.smallest, study.largest(system), study.smallest)
