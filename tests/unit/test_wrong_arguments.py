"""Wrong arguments of the Python API get one clear message, before anything is run."""

from __future__ import annotations

import time
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imr_sim as imr
from imr_sim.experiment import Design, Scenario
from imr_sim.model.parameters import NAMES
from imr_sim.model.shipped import read_draws

GOOD = imr.Parameters()


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


@pytest.mark.parametrize(
    "wrong",
    [
        {"threads": -1},
        {"threads": 0},
        {"threads": 1.5},
        {"threads": "2"},
        {"budget": "lots"},
        {"budget": -1.0},
        {"budget": float("nan")},
        {"parameters": {}},
        {"parameters": []},
        {"parameters": "prior"},
        {"seed": -1},
        {"seed": True},
        {"replicates": 0},
        {"start": "2004-13"},
        {"start": "soon"},
        {"policy_start": "1999-01"},
        {"strategy": "miracle"},
    ],
    ids=str,
)
def test_simulate_and_compare_refuse(small, wrong):
    given = {"parameters": GOOD, **wrong}
    for run in (imr.simulate, imr.compare):
        arguments = dict(given)
        if run is imr.compare:
            arguments["strategies"] = [arguments.pop("strategy", "materials")]
        with pytest.raises(imr.RequestError) as error:
            run(small, arguments.pop("parameters"), **arguments)
        assert "Write" in str(error.value)


def test_a_reference_alone_is_no_comparison(small):
    with pytest.raises(imr.RequestError, match="nothing to compare"):
        imr.compare(small, GOOD, ["none"])


@pytest.mark.parametrize("arguments", [(0,), (-1,), (3, -1), (1.5,)], ids=str)
def test_prior_refuses(arguments):
    with pytest.raises(imr.RequestError):
        imr.prior(*arguments)


def test_take_refuses_part_of_a_draw():
    with pytest.raises(imr.RequestError):
        imr.prior(3).take(1.5)


DESIGN = Design.grid({"media": [0.1, 0.2]}, points=2)
NO_SYSTEM = st.one_of(
    st.text(max_size=8), st.none(), st.integers(), st.lists(st.integers(), max_size=2)
)


@given(NO_SYSTEM)
@settings(max_examples=40, deadline=None)
def test_what_is_no_system_is_refused(thing):
    calls = (
        lambda: imr.simulate(thing, GOOD, months=1),
        lambda: imr.compare(thing, GOOD, ["champions"], horizon=1),
        lambda: Scenario(system=thing, design=DESIGN, horizon=1),
    )
    for call in calls:
        with pytest.raises(imr.RequestError, match="load_system"):
            call()
    if thing is not None:
        with pytest.raises(imr.RequestError, match="load_system"):
            imr.IMRModel(thing)


NO_LIST = st.one_of(st.text(min_size=1), st.binary(max_size=3), st.integers(), st.floats())


@given(NO_LIST)
@settings(max_examples=40, deadline=None)
def test_what_is_no_list_is_refused(small, thing):
    """A string is no list of its letters."""
    calls = {
        "strategies": lambda: imr.compare(small, GOOD, thing, horizon=1),
        "strategies ": lambda: Scenario(system=small, design=DESIGN, strategies=thing),
        "at": lambda: Scenario(system=small, design=DESIGN, at=thing),
        "outcomes": lambda: Scenario(system=small, design=DESIGN, outcomes=thing),
        "vary": lambda: Design.sample("lhs", 3, vary=thing),
    }
    for name, call in calls.items():
        with pytest.raises(imr.RequestError, match=f"^{name.strip()}: .*not a list"):
            call()


@pytest.mark.parametrize(
    "values",
    [
        [[True]],
        [["0.1"]],
        [[np.datetime64("2020-01-01")]],
        [[pd.Timedelta(1)]],
        [[None]],
        [[1j]],
        [[date(2020, 1, 1)]],
    ],
    ids=str,
)
def test_points_of_a_design_are_numbers(values):
    with pytest.raises(imr.RequestError, match="no number"):
        Design(("media",), np.array(values), "")


@pytest.mark.parametrize(
    "column",
    [
        [True, False],
        ["0.1", "0.2"],
        pd.to_datetime(["2020-01-01", "2020-01-02"]),
        pd.to_timedelta([1, 2]),
        [date(2020, 1, 1), date(2020, 1, 2)],
        [0.1, float("nan")],
        [0.1, float("inf")],
        [None, None],
        [0.1, 1e9],
    ],
    ids=str,
)
def test_columns_of_a_parameter_file_are_numbers_in_range(tmp_path, column):
    frame = imr.prior(2, seed=1).frame()
    frame["media"] = column
    frame.to_parquet(tmp_path / "draws.parquet")
    with pytest.raises(imr.RequestError, match=r"row [01]: media="):
        read_draws(tmp_path / "draws.parquet")


@given(st.integers(0, 199), st.sampled_from(NAMES), st.sampled_from([np.nan, np.inf, -1e9, 1e9]))
@settings(max_examples=30, deadline=None)
def test_the_one_bad_value_among_many_is_found(tmp_path_factory, row, name, value):
    frame = imr.prior(200, seed=1).frame()
    frame.loc[row, name] = value
    path = tmp_path_factory.mktemp("d") / "draws.parquet"
    frame.to_parquet(path)
    with pytest.raises(imr.RequestError, match=f"row {row}: {name}="):
        read_draws(path)


def test_ninety_thousand_draws_are_checked_in_seconds(tmp_path):
    imr.prior(90_000, seed=1).frame().to_parquet(tmp_path / "big.parquet")
    began = time.process_time()
    assert len(read_draws(tmp_path / "big.parquet")) == 90_000
    assert time.process_time() - began < 5
