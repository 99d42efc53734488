"""Wrong arguments of the Python API get one clear message, before anything is run."""

from __future__ import annotations

import pytest

import imr_sim as imr

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
