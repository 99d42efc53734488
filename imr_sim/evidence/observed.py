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
LOCATION_KINDS = ("campus", "outpatient")
# Groups of locations: all of a kind, and those with and without psychosocial rehabilitation.
GROUPS = tuple(
    f"{kind}{part}" for kind in LOCATION_KINDS for part in ("", "_with_psr", "_without_psr")
)
# Shares that are counted for each kind of location: psychosocial rehabilitation among all, and IMR
# among those with it and without it.
SHARES = tuple(f"{kind}_{s}" for kind in LOCATION_KINDS for s in ("psr", "imr_psr", "imr_no_psr"))
MARGINS = tuple(f"{kind}_imr" for kind in LOCATION_KINDS)
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
    """Year and group (`GROUPS`) -> locations that offer IMR, locations that answered (E50)."""
    counts: dict[tuple[int, str], tuple[int, int]] = {}
    for row in _rows("census_by_kind.csv"):
        yes, n = int(row["offer_imr"]), int(row["facilities"])
        for part in ("", "_with_psr" if row["psr"] == "1" else "_without_psr"):
            key = (int(row["year"]), row["kind"] + part)
            before = counts.get(key, (0, 0))
            counts[key] = (before[0] + yes, before[1] + n)
    return counts


@cache
def state_ratios() -> Mapping[tuple[int, str], float]:
    """Year and kind -> between-state chi-square over its degrees of freedom (E51)."""
    return {
        (int(row["year"]), row["kind"]): float(row["chi2_per_df"])
        for row in _rows("between_states.csv")
    }


@cache
def service_counts() -> Mapping[tuple[int, str, str], tuple[int, int]]:
    """Year, service and kind -> locations that offer the service, locations that answered (E52)."""
    return {
        (int(row["year"]), row["service"], row["kind"]): (int(row["offer"]), int(row["facilities"]))
        for row in _rows("services_by_kind.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _census() -> tuple[Target, Target]:
    counts = facility_counts()
    years = tuple(sorted({year for year, _ in counts}))
    shares, margins = [], []
    for year in years:
        row, both = [], []
        for kind in LOCATION_KINDS:
            everywhere, with_psr = counts[year, kind], counts[year, f"{kind}_with_psr"]
            without = counts[year, f"{kind}_without_psr"]
            row += [(with_psr[1], everywhere[1]), with_psr, without]
            both.append(everywhere)
        shares.append(row)
        margins.append(both)
    by_kind = Target(
        name="census_by_kind",
        kind="shares",
        values=np.array(shares, float)[..., 0],
        totals=np.array(shares, float)[..., 1],
        labels=SHARES,
        years=years,
        yearly=True,
        unit="locations",
        source=CENSUS,
        evidence=("E50",),
        status="C",
        observes=frozenset({"locations that offer IMR (E50)"}),
        study="facility_census",
        notes="psychosocial rehabilitation by IMR, each year, for campuses and for outpatient "
        "locations; the same places recur, so the years are correlated",
    )
    margin = replace(
        by_kind,
        name="census_margins",
        values=np.array(margins, float)[..., 0],
        totals=np.array(margins, float)[..., 1],
        labels=MARGINS,
        notes="IMR of each kind without psychosocial rehabilitation: used instead of the tables, "
        "never beside them",
    )
    return by_kind, margin


def _others() -> tuple[Target, ...]:
    ratios = state_ratios()
    years = tuple(sorted({year for year, _ in ratios}))
    return (
        Target(
            name="between_state",
            kind="ratio",
            values=np.array([[ratios[year, kind] for kind in LOCATION_KINDS] for year in years]),
            totals=np.array(
                [[facility_counts()[y, kind][1] for kind in LOCATION_KINDS] for y in years]
            ),
            labels=LOCATION_KINDS,
            years=years,
            yearly=True,
            unit="chi-square over degrees of freedom",
            source=CENSUS,
            evidence=("E51",),
            status="C",
            observes=frozenset({"variation between states (E51)"}),
            study="facility_census",
            notes="the same places recur, so the years count as one observation of their mean",
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
    "census_by_kind",
    "between_state",
    "survey_bounds",
    "interview_contrast",
    "sustainment",
)
