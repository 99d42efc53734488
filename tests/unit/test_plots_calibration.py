"""Figures of calibrations, checks and forecasts say what they show, also when there is little."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imr_sim import plots
from imr_sim.evidence.observed import FACTORS
from imr_sim.plots.calibration import GROUPS

YEARS = (2010, 2014, 2015, 2016, 2017)


def trace() -> pd.DataFrame:
    n = 9
    return pd.DataFrame(
        {
            "temper": np.repeat([0.2, 0.6, 1.0], 3),
            "acceptance": np.linspace(0.6, 0.2, n),
            "acceptance_observers": np.linspace(0.5, 0.3, n),
            "memory": np.linspace(0.8, 0.4, n),
            "distinct": np.linspace(80, 100, n),
        }
    )


def parameters(informed: int) -> pd.DataFrame:
    names = [f"parameter_{i}" for i in range(6)]
    verdicts = [f"The data inform {n}: census_tables." for n in names[:informed]]
    verdicts += [f"The data do not inform {n}." for n in names[informed:]]
    return pd.DataFrame(
        {
            "parameter": names,
            "prior_mean": 1.0,
            "prior_sd": 0.5,
            "posterior_mean": np.linspace(0.5, 2, 6),
            "posterior_sd": 0.3,
            "overlap": np.linspace(0.3, 0.9, 6),
            "informed_by": ["census_tables, survey_bounds, sustainment", np.nan, "", "a", "b", "c"],
            "verdict": verdicts,
        }
    )


def forecast(held_out: bool) -> pd.DataFrame:
    rows = [
        {
            "year": year,
            "group": group,
            "mean": 0.4,
            "lo": 0.3,
            "hi": 0.5,
            "observed": 0.42 if year in YEARS else np.nan,
            "held_out": held_out and year > 2015,
        }
        for year in range(2010, 2021)
        for group in GROUPS
    ]
    return pd.DataFrame(rows)


def predictive() -> pd.DataFrame:
    def row(pattern, quantity, group, year, unit, banded):
        low, high = (0.2, 0.6) if banded else (np.nan, np.nan)
        found = {"observed": 0.4 if banded else np.nan}
        for world in ("prior", "posterior"):
            found |= {f"{world}_mean": 0.4, f"{world}_lo": low, f"{world}_hi": high}
        about = {"pattern": pattern, "quantity": quantity, "group": group, "year": year}
        return {**about, "unit": unit, **found}

    rows = [
        row("P1", "facilities offering IMR", g, y, "share of facilities", True)
        for g in GROUPS
        for y in YEARS
    ]
    rows.append(row("P5", "between states", "", None, "ratio", True))
    for label in ("never_stopped", "restarted", "stopped_for_good"):
        rows.append(row("P6", label, label, None, "share of 49 sites", True))
    for factor in FACTORS:
        words = f"{factor} does not differ"
        rows.append(row("P3", words, factor, 2012, "probability of the finding", False))
    return pd.DataFrame(rows)


def fidelity() -> pd.DataFrame:
    rows = []
    for quantity in (
        "share at high fidelity, supported",
        "share at high fidelity, unsupported",
        "mean fidelity, supported",
        "mean fidelity, unsupported",
        "difference in mean fidelity",
    ):
        for months in (6, 12, 18, 24):
            seen = quantity.startswith("difference") and months == 18
            rows.append(
                {
                    "months": months,
                    "quantity": quantity,
                    "mean": 0.5,
                    "lo": 0.4,
                    "hi": 0.6,
                    "value": 0.86 if seen else np.nan,
                    "value_lo": 0.21 if seen else np.nan,
                    "value_hi": 1.5 if seen else np.nan,
                    "source": "E12" if seen else np.nan,
                }
            )
    return pd.DataFrame(rows)


def mechanisms(variants: int) -> pd.DataFrame:
    n = variants + 1
    return pd.DataFrame(
        {
            "variant": ["full", *(f"m{i}" for i in range(variants))],
            "without": ["", *(f"mechanism {i}" for i in range(variants))],
            "evidence_difference": np.linspace(0, 3, n),
            "evidence_difference_se": 0.5,
            "predictive_difference": np.linspace(0, -1, n),
            "predictive_difference_se": 0.3,
        }
    )


def ranks(off: bool) -> tuple[pd.DataFrame, tuple[np.ndarray, np.ndarray]]:
    u = (np.arange(20) + 0.5) / 20
    frame = pd.DataFrame({"effective": 30.0, "good": u, "skewed": u**4 if off else u})
    points = np.arange(1, 20) / 20
    return frame, (np.maximum(points - 0.2, 0), np.minimum(points + 0.2, 1))


FIGURES = {
    "tempering": lambda: plots.plot_tempering(trace()),
    "parameters": lambda: plots.plot_parameters(parameters(4)),
    "no parameter informed": lambda: plots.plot_parameters(parameters(0)),
    "forecast": lambda: plots.plot_forecast(forecast(True), 2015),
    "nothing held out": lambda: plots.plot_forecast(forecast(False), 2017),
    "predictive": lambda: plots.plot_predictive(predictive()),
    "fidelity": lambda: plots.plot_fidelity(fidelity()),
    "mechanisms": lambda: plots.plot_mechanisms(mechanisms(3)),
    "no mechanism": lambda: plots.plot_mechanisms(mechanisms(0)),
    "ranks": lambda: plots.plot_ranks(*ranks(True)),
    "ranks, all right": lambda: plots.plot_ranks(*ranks(False)),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_says_what_it_measures_and_every_figure_is_written(name, tmp_path):
    figure = FIGURES[name]()
    for axes in figure.axes:
        assert axes.get_xlabel() or axes.get_title(loc="left")
    png, svg = plots.save(figure, tmp_path, "figure")
    assert png.stat().st_size > 5000 and svg.stat().st_size > 5000


def texts(figure) -> str:
    words = [t.get_text() for t in figure.texts]
    for axes in figure.axes:
        words += [t.get_text() for t in axes.texts]
        words += [t.get_text() for t in axes.get_yticklabels()]
    return "\n".join(words)


def test_silent_parameters_are_counted_not_drawn():
    said = texts(plots.plot_parameters(parameters(4)))
    assert "other 2 parameters the posterior is the prior" in " ".join(said.split())
    assert "parameter_3" in said and "parameter_4" not in said


def test_a_parameter_whose_ranks_leave_the_band_is_named():
    assert "skewed" in texts(FIGURES["ranks"]())
    assert "skewed" not in texts(FIGURES["ranks, all right"]())
