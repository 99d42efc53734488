"""Every target, with the values that were observed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from imr_sim.evidence.target import Target

DATA = Path(__file__).parent / "data"
SURVEY = "the national survey of 2012 (E3 and E4 may be one)"
CENSUS = "N-MHSS public-use files, counted row by row"
CELLS = ("no_psr_no_imr", "no_psr_imr", "psr_no_imr", "psr_imr")
FACTORS = (
    "awareness",
    "importer_champion",
    "leadership",
    "veteran",
    "sensitive_period",
    "prrc",
    "recovery",
    "ebp",
    "fit",
    "time",
)
DIFFER = FACTORS[:6]


@cache
def facility_counts() -> Mapping[tuple[int, str], tuple[int, int]]:
    """Year and group -> facilities that offer IMR, facilities that answered (E6)."""
    with open(DATA / "facility_census.csv", encoding="utf-8", newline="") as file:
        return {
            (int(row["year"]), row["group"]): (int(row["offer_imr"]), int(row["facilities"]))
            for row in csv.DictReader(file)
        }


@cache
def state_ratios() -> Mapping[int, float]:
    """Year -> between-state chi-square over its degrees of freedom (E6)."""
    with open(DATA / "between_states.csv", encoding="utf-8", newline="") as file:
        return {int(row["year"]): float(row["chi2_per_df"]) for row in csv.DictReader(file)}


def _census() -> tuple[Target, Target]:
    counts = facility_counts()
    years = tuple(sorted({year for year, _ in counts}))
    tables, totals = [], []
    for year in years:
        yes1, n1 = counts[year, "with_psr"]
        yes0, n0 = counts[year, "without_psr"]
        yes, n = counts[year, "all"]
        tables.append([n0 - yes0, yes0, n1 - yes1, yes1])
        totals.append([n - yes, yes])
    by_psr = Target(
        name="census_tables",
        kind="counts",
        values=np.array(tables),
        totals=np.array(tables).sum(axis=1),
        labels=CELLS,
        years=years,
        yearly=True,
        unit="facilities",
        source=CENSUS,
        evidence=("E6",),
        status="V",
        observes=frozenset({"facilities that offer IMR (E6)"}),
        study="facility_census",
        notes="one table of psychosocial rehabilitation by IMR a year; locations, not VAMCs",
    )
    margin = replace(
        by_psr,
        name="census_totals",
        values=np.array(totals),
        totals=np.array(totals).sum(axis=1),
        labels=("no_imr", "imr"),
        notes="the margin of the tables: used instead of them, never beside them",
    )
    return by_psr, margin


def _others() -> tuple[Target, ...]:
    ratios = state_ratios()
    return (
        Target(
            name="between_state",
            kind="ratio",
            values=np.array(list(ratios.values())),
            totals=np.array([facility_counts()[year, "all"][1] for year in ratios]),
            labels=("chi2_per_df",),
            years=tuple(ratios),
            yearly=True,
            unit="chi-square over degrees of freedom",
            source=CENSUS,
            evidence=("E6",),
            status="C",
            observes=frozenset({"variation between states (E6)"}),
            study="facility_census",
            notes="the same facilities recur, so the years count as one observation of their mean",
        ),
        Target(
            name="survey_bounds",
            kind="events",
            values=np.array([7, 1]),
            labels=("bounds", "trained"),
            years=(2012,),
            unit="statements",
            source="McGuire, White, White and Salyers 2013, Psychiatr Rehabil J 36(4):264-271",
            evidence=("E4", "E5"),
            status="V",
            observes=frozenset({SURVEY}),
            study="national_survey",
            notes="bounds: 4 [fewer than half of VAMCs provide] + 2 [more than a third of PRRCs do "
            "not] + 1 [PRRCs are likelier]; trained: 0 below, 1 within, 2 above 15 to 25% of "
            "providers, our reading of 'about one fifth'",
        ),
        Target(
            name="survey_categories",
            kind="counts",
            values=None,
            labels=(),
            years=(2012,),
            unit="respondents",
            source="poster on facilitators and barriers of IMR, providers and non-providers",
            evidence=("E3",),
            status="V",
            observes=frozenset({SURVEY}),
            study="national_survey",
            notes="the table by category was not published",
        ),
        Target(
            name="interview_contrast",
            kind="classification",
            values=np.array([name in DIFFER for name in FACTORS]),
            labels=FACTORS,
            years=(2012,),
            unit="factor differs between implementing and other sites",
            source="McGuire et al. 2015, Psychiatr Rehabil J 38(4)",
            evidence=("E1", "E5"),
            status="V",
            observes=frozenset({"interviews at 23 VAMCs (E1)"}),
            study="interview_study",
            notes="how many of the 23 implement was not published",
        ),
        Target(
            name="sustainment",
            kind="counts",
            values=np.array([[23, 8, 18]]),
            totals=np.array([49]),
            labels=("never_stopped", "restarted", "stopped_for_good"),
            years=(2014,),
            unit="sites",
            source="Bond et al. 2014, Adm Policy Ment Health 41(2):228",
            evidence=("E10",),
            status="C",
            observes=frozenset({"49 sites of the National EBP Project (E10)"}),
            study="sustainment",
            notes="47, 16 and 37% of 49, rounded to sites; five practices, supported, outside VA",
        ),
    )


TARGETS: Mapping[str, Target] = {t.name: t for t in (*_census(), *_others())}
DEFAULT_TARGETS = (
    "census_tables",
    "between_state",
    "survey_bounds",
    "interview_contrast",
    "sustainment",
)
