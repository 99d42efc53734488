"""Tables such as calibrate, forecast and validate write. Every number in here is invented."""

from __future__ import annotations

import numpy as np
import pandas as pd

from imr_sim.calibration.mechanisms import MECHANISMS
from imr_sim.calibration.space import Space
from imr_sim.evidence import DEFAULT_TARGETS
from imr_sim.evidence.observed import DIFFER, FACTORS

YEARS = (2010, 2014, 2015, 2016, 2017)
SHARES = {
    "campus": 0.68,
    "campus_with_psr": 0.72,
    "campus_without_psr": 0.36,
    "outpatient": 0.31,
    "outpatient_with_psr": 0.5,
    "outpatient_without_psr": 0.25,
}


def trace(stages: int = 6, sweeps: int = 3) -> pd.DataFrame:
    n = stages * sweeps
    fall = np.exp(-np.arange(n) / 6)
    return pd.DataFrame(
        {
            "stage": np.repeat(np.arange(1, stages + 1), sweeps),
            "temper": np.repeat(np.linspace(0.1, 1, stages), sweeps),
            "acceptance": 0.2 + 0.4 * fall,
            "acceptance_observers": 0.25 + 0.45 * fall,
            "distinct": np.linspace(800, 1000, n).astype(int),
            "memory": np.tile(np.linspace(0.8, 0.4, sweeps), stages),
        }
    )


def identifiability(informed: int = 20) -> pd.DataFrame:
    """All axes of a calibration; the data inform the first so many."""
    names = list(Space.of().names)
    rng = np.random.default_rng(0)
    by = [
        "",
        "interview_contrast",
        "census_by_kind (too few draws to tell)",
        "survey_bounds, sustainment, census_by_kind (too few draws to tell)",
    ]
    knows = np.arange(len(names)) < informed
    table = pd.DataFrame(
        {
            "parameter": names,
            "prior_mean": 1.0,
            "prior_sd": 0.5,
            "posterior_mean": 1 + 0.5 * rng.normal(size=len(names)),
            "posterior_sd": rng.uniform(0.1, 0.6, len(names)),
            "overlap": rng.permutation(np.linspace(0.3, 1, len(names))),
            **{f"without_{target}": 0.0 for target in DEFAULT_TARGETS},
            "informed_by": [by[i % 4] if k else "" for i, k in enumerate(knows)],
            "verdict": [
                f"The data {'inform' if k else 'do not inform'} {n}."
                for n, k in zip(names, knows, strict=True)
            ],
        }
    )
    return table


def predictive(patterns: str = "123456") -> pd.DataFrame:
    """A predictive table with some of P1 to P6."""

    def row(pattern, quantity, observed=np.nan, group="", year=None, chance=(np.nan, np.nan)):
        worlds = {}
        for world, mean, wide in zip(("prior", "posterior"), chance, (0.25, 0.06), strict=True):
            worlds |= {
                f"{world}_mean": mean if np.isnan(observed) else observed,
                f"{world}_lo": observed - wide,
                f"{world}_hi": observed + wide,
                f"{world}_in_band": None if np.isnan(observed) else True,
            }
        about = {"pattern": pattern, "quantity": quantity, "observed": observed}
        return {**about, "group": group, "year": year, **worlds}

    rows = [
        row("P2" if "psr" in group else "P1", "locations offering IMR", share, group, year)
        for group, share in SHARES.items()
        for year in YEARS
    ]
    for kind, ratio in (("campus", 1.12), ("outpatient", 1.56)):
        rows.append(row("P5", "between-state chi-square over its degrees of freedom", ratio, kind))
    for words in ("fewer than half of VAMCs provide IMR", "15 to 25% of providers trained"):
        rows.append(row("P4", words, year=2012, chance=(0.6, 0.95)))
    rows.append(row("P3", "all ten factors classified", year=2012, chance=(1.7e-5, 1.6e-4)))
    for factor in FACTORS:
        verb = "differs" if factor in DIFFER else "does not differ"
        rows.append(row("P3", f"{factor} {verb}", group=factor, year=2012, chance=(0.2, 0.4)))
    for label, share in (("never_stopped", 0.47), ("restarted", 0.16), ("stopped_for_good", 0.37)):
        rows.append(row("P6", label, share, label))
    table = pd.DataFrame(rows)
    return table[table["pattern"].str[1].isin(list(patterns))]


def forecast(train_until: int = 2015) -> pd.DataFrame:
    rows = []
    for year in range(2010, 2021):
        for group, share in SHARES.items():
            lo, hi = share - 0.1, share + 0.1
            seen = share + 0.15 * (year == 2017 and group == "campus_with_psr")
            known = year in YEARS
            rows.append(
                {
                    "year": year,
                    "group": group,
                    "mean": share,
                    "lo": lo,
                    "hi": hi,
                    "observed": seen if known else np.nan,
                    "n": 400 if known else None,
                    "in_band": lo <= seen <= hi if known else None,
                    "held_out": year > train_until,
                }
            )
    return pd.DataFrame(rows)


def fidelity() -> pd.DataFrame:
    published = {
        (12, "share at high fidelity, supported"): (0.83, np.nan, np.nan, "E8"),
        (24, "share at high fidelity, supported"): (0.55, np.nan, np.nan, "E9"),
        (18, "difference in mean fidelity"): (0.86, 0.21, 1.5, "E12"),
    }
    means = {
        "share at high fidelity, supported": (0.3, 0.2),
        "share at high fidelity, unsupported": (0.02, 0.02),
        "mean fidelity, supported": (3.7, 0.4),
        "mean fidelity, unsupported": (2.8, 0.4),
        "difference in mean fidelity": (0.9, 0.3),
    }
    rows = []
    for months in (6, 12, 18, 24):
        for quantity, (mean, wide) in means.items():
            value = published.get((months, quantity), (np.nan, np.nan, np.nan, ""))
            about = {"months": months, "quantity": quantity}
            about |= {"mean": mean, "lo": mean - wide, "hi": mean + wide}
            names = ("value", "value_lo", "value_hi", "source")
            rows.append({**about, **dict(zip(names, value, strict=True))})
    return pd.DataFrame(rows)


def ranks(skewed: int = 0, worlds: int = 200) -> pd.DataFrame:
    """Ranks of all axes, uniform but for the first `skewed`."""
    names = list(Space.of().names)
    even = (np.arange(worlds) + 0.5) / worlds
    rng = np.random.default_rng(0)
    u = np.column_stack([rng.permutation(even) for _ in names])
    u[:, :skewed] **= 1.8 + np.arange(skewed)
    return pd.DataFrame({"effective": 50.0, **dict(zip(names, u.T, strict=True))})


def mechanisms(variants: int = len(MECHANISMS)) -> pd.DataFrame:
    words = [m.label for m in MECHANISMS.values()][:variants]
    n = len(words)
    return pd.DataFrame(
        {
            "variant": ["full", *list(MECHANISMS)[:n]],
            "without": ["", *words],
            "evidence_difference": [0.0, *np.linspace(-6, 4, n)],
            "evidence_difference_se": [0.0, *[0.8] * n],
            "predictive_difference": [0.0, *np.linspace(-1, 1, n)],
            "predictive_difference_se": [0.0, *[0.5] * n],
            "effective": [60.0, *np.linspace(5, 50, n)],
        }
    )
