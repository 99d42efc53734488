"""What a sweep wrote goes back in: its points as a design or as parameters, a row as a history."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.experiment import Design, Scenario, sweep
from imr_sim.experiment.store import POINTS
from imr_sim.model.shipped import read_draws

DATES = {"start": "2010-01", "policy_start": "2012-01", "horizon": 12}
RANGES = {"media": (0.05, 0.3), "a0": (-6.0, -3.0)}
BASE = imr.Parameters(beta_within=0.11)


@pytest.fixture(scope="module")
def small():
    return imr.load_system("small")


def scenario(small, design=None, **changes):
    design = design or Design.sample("lhs", 5, RANGES, seed=3)
    usual = {"parameters": BASE, "strategies": ["champions"], "reference": "none", "replicates": 2}
    return Scenario(**{"system": small, "design": design, **usual, **DATES, **changes})


@pytest.fixture(scope="module", params=[True, False], ids=["common luck", "own luck"])
def begun(small, request, tmp_path_factory):
    known = scenario(small, common_luck=request.param)
    return known, sweep(known, tmp_path_factory.mktemp("s"), executor="serial")


@pytest.mark.parametrize("point", range(5))
@pytest.mark.parametrize("replicate", range(2))
@pytest.mark.parametrize("strategy", ["none", "champions"])
def test_a_row_becomes_its_history_in_one_step(begun, point, replicate, strategy):
    known, store = begun
    history = known.history(point, replicate, strategy)
    for name, value in {
        "vamcs_providing": history.providing[0, 0, -1].sum(),
        "aware_staff": history.aware[0, 0, -1].sum(dtype=int),
        "starts": history.started.sum(),
        "cost_usd": history.cost_usd.sum(),
    }.items():
        assert store.array(name, strategy)[point, replicate] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [{"point": 5}, {"point": -1}, {"point": "0"}, {"replicate": 2}, {"strategy": "mandate"}, {}],
    ids=str,
)
def test_a_row_that_there_is_not_is_refused(begun, wrong):
    with pytest.raises(RequestError):
        begun[0].history(**{"point": 0, **wrong})  # two strategies: one has to be named


def test_points_are_a_design_with_the_same_rows(small, begun, tmp_path):
    known, store = begun
    again = scenario(small, Design.read(store.folder / POINTS))
    assert again.common_luck == known.common_luck
    rows = sweep(again, tmp_path / "again", executor="serial").frame()
    pd.testing.assert_frame_equal(rows, store.frame())


@pytest.mark.parametrize("kept", [[3], [4, 1], [0, 2, 3]], ids=str)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_some_of_the_points_keep_their_luck(small, begun, tmp_path, kept, ending):
    known, store = begun
    some = store.points().iloc[kept]
    some.to_csv(tmp_path / "p.csv", index=False)
    some.to_parquet(tmp_path / "p.parquet", index=False)
    design = Design.read(tmp_path / f"p.{ending}")
    again = scenario(small, design, common_luck=known.common_luck)
    part = sweep(again, tmp_path / "again", executor="serial")
    for name in ("vamcs_providing", "aware_staff", "cost_usd"):
        expected = store.array(name, "champions")[kept]
        np.testing.assert_array_equal(part.array(name, "champions"), expected)
    third = sweep(scenario(small, part.design()), tmp_path / "third", executor="serial")
    pd.testing.assert_frame_equal(third.frame(), part.frame())


def test_points_are_parameters_and_say_what_luck_they_have(small, begun):
    known, store = begun
    draws = read_draws(store.folder / POINTS)
    assert (draws.column("beta_within") == 0.11).all()
    np.testing.assert_array_equal(draws.column("media"), store.points()["media"])
    history = imr.simulate(
        small, draws, "champions", start="2010-01", policy_start="2012-01", months=36, replicates=2
    )
    same = history.providing[:, :, -1].sum(axis=-1) == store.array("vamcs_providing", "champions")
    if known.common_luck:
        assert "in the sweep all points shared theirs" in draws.note
        assert same[0].all()
    else:
        assert same.all()


def test_points_of_which_each_replicate_had_other_parameters_are_no_parameters(small, tmp_path):
    known = scenario(small, parameters=imr.prior(2, seed=1))
    store = sweep(known, tmp_path / "s", executor="serial")
    with pytest.raises(RequestError, match="replicates differed"):
        read_draws(store.folder / POINTS)


def test_points_without_whole_numbers_are_refused(tmp_path):
    for numbers in ([0.5, 1], [-1, 2], [np.nan, 1]):
        pd.DataFrame({"point": numbers, "media": [0.1, 0.2]}).to_csv(tmp_path / "p.csv")
        with pytest.raises(RequestError):
            Design.read(tmp_path / "p.csv")
