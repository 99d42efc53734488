"""Ranks of the truth are uniform when all fits together, and show it when it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imr_sim.calibration.bank import make_bank
from imr_sim.calibration.sbc import Ranks, ecdf_band, ecdf_points, rank_truth
from tests.calibration import toy
from tests.calibration.toy import NOISE, ToyWatched


def ranks(claimed: float) -> Ranks:
    bank = make_bank(ToyWatched(), 3000, 4, 7)
    # The truth is drawn from the world as it is; the bank judges by what it believes.
    honest = rank_truth(bank, 200, 7)
    if claimed == NOISE:
        return honest
    return rank_truth(replace(bank, simulator=bank.simulator.believing(claimed)), 200, 7)


def test_ranks_of_a_right_posterior_are_uniform():
    table = ranks(NOISE).table()
    assert table["inside_band"].all()
    assert (table["coverage_90"] - 0.9).abs().max() < 0.06
    assert (table["coverage_50"] - 0.5).abs().max() < 0.10


@pytest.mark.parametrize(("noise", "histories"), [(0.1, 3000), (0.03, 1000)])
def test_ranks_stay_uniform_when_few_histories_carry_a_posterior(monkeypatch, noise, histories):
    monkeypatch.setattr(toy, "NOISE", noise)
    world = ToyWatched(likelihood=toy.ToyLikelihood(noise))
    found = rank_truth(make_bank(world, histories, 4, 7), 1000, 7)
    assert np.median(found.effective) < 70
    table = found.table()
    assert table["inside_band"].all()
    assert (table["coverage_90"] - 0.9).abs().max() < 0.04
    assert (table["coverage_50"] - 0.5).abs().max() < 0.06


def test_a_likelihood_that_is_too_sure_is_found_out():
    table = ranks(NOISE / 4).table().set_index("parameter")
    assert not table.loc["b", "inside_band"]
    assert table.loc["b", "coverage_90"] < 0.75


def test_the_band_holds_all_of_a_uniform_sample_as_often_as_it_says():
    worlds = 150
    points = ecdf_points(worlds)
    low, high = ecdf_band(worlds, points, 0.95)
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(2000):
        ecdf = np.searchsorted(np.sort(rng.random(worlds)), points, side="right") / worlds
        inside += bool(((low <= ecdf) & (ecdf <= high)).all())
    assert abs(inside / 2000 - 0.95) < 0.02


def test_ranks_survive_a_table():
    found = ranks(NOISE)
    again = Ranks.of(pd.DataFrame(found.frame()))
    np.testing.assert_array_equal(again.u, found.u)
    assert again.names == found.names
