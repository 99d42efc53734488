"""Sensitivity analysis: known indices come out, luck is told apart, failures corrupt nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import pawn as analyze_pawn
from SALib.test_functions import Ishigami as salib_ishigami
from SALib.test_functions import Sobol_G as salib_g

from imr_sim.errors import ImrSimError, RequestError, RequestErrors
from imr_sim.model.parameters import SPECS, prior
from imr_sim.sensitivity.analysis import Settings, analyse, most_influential
from imr_sim.sensitivity.factors import draw_factors, medians, prior_factors, varied
from imr_sim.sensitivity.indices import _distances, indices
from imr_sim.sensitivity.known import G, ishigami, sobol_g
from imr_sim.sensitivity.library import problem
from imr_sim.sensitivity.model import ratio_of_means
from imr_sim.sensitivity.sample import Evaluations, morris_sample, pawn_sample, sobol_sample
from imr_sim.sensitivity.words import report


@dataclass(frozen=True)
class Noisy:
    """A linear function of its first inputs, plus luck of its own at every point."""

    factors = ishigami().factors
    outcomes: tuple[str, ...] = ("y",)
    slopes: tuple[float, ...] = (1.0, 0.5, 0.0)
    noise: float = 1.0
    replicates: int = 4
    shared: float = 0.0
    holes: tuple[int, ...] = ()

    def evaluate(self, sample, progress):
        at = [self.factors.names.index(n) for n in sample.names]
        y = sample.u @ np.array(self.slopes)[at]
        rng = np.random.default_rng(len(sample.u))
        luck = self.noise * rng.normal(size=(len(y), self.replicates))
        if not sample.own_luck:
            luck = luck + self.shared * rng.normal(size=self.replicates)
        values = y[:, None] + luck
        values[list(self.holes), 0] = np.nan
        return {name: values for name in self.outcomes}


def table(result, method):
    found = result.indices[result.indices["method"] == method]
    return found.pivot(index="parameter", columns="index", values="value")


def test_the_known_functions_and_their_truth_are_salibs():
    x = np.random.default_rng(1).random((50, 8))
    three = ishigami().factors.values(("x1", "x2", "x3"), x[:, :3])
    assert ishigami().formula(three) == pytest.approx(salib_ishigami.evaluate(three))
    assert sobol_g().formula(x) == pytest.approx(salib_g.evaluate(x))
    truth = np.array(list(sobol_g().truth.values())).T
    assert truth[0] == pytest.approx(salib_g.sensitivity_index(G))
    assert truth[1] == pytest.approx(salib_g.total_sensitivity_index(G))
    assert ishigami().truth["x1"] == pytest.approx((0.3139, 0.5576), abs=1e-4)
    assert ishigami().truth["x2"] == pytest.approx((0.4424, 0.4424), abs=1e-4)
    assert ishigami().truth["x3"] == pytest.approx((0.0, 0.2437), abs=1e-4)


def test_second_order_indices_find_the_pair_that_acts_together():
    plan = Settings(methods=("sobol",), samples=2048, second_order=True)
    rows = analyse(ishigami(), plan).indices
    pairs = rows[rows["index"] == "S2"].set_index("parameter")
    assert pairs.loc["x1 x x3", "value"] == pytest.approx(0.2437, abs=0.03)
    assert pairs["distinct"].to_dict() == {"x1 x x2": False, "x1 x x3": True, "x2 x x3": False}


def test_screening_hands_on_the_most_influential():
    result = analyse(sobol_g(), Settings(trajectories=30, top=3, samples=256, points=256))
    assert set(result.chosen) == {"x1", "x2", "x3"}
    assert set(table(result, "sobol").index) == set(result.chosen)
    assert set(table(result, "pawn").index) == set(result.chosen)
    assert len(table(result, "morris")) == 8


def test_each_outcome_sends_its_own_leaders_on():
    rows = [("a", "x1", 9.0), ("a", "x2", 5.0), ("a", "x3", 1.0)]
    rows += [("b", "x1", 0.01), ("b", "x2", 0.0), ("b", "x3", 0.02)]
    table = pd.DataFrame(rows, columns=["outcome", "parameter", "value"]).assign(index="mu_star")
    assert most_influential(table, 2) == ("x1", "x3")
    assert most_influential(table.assign(value=0.0), 2) == ("x1", "x2")


def test_the_share_of_the_variance_that_is_taken_apart_is_told():
    """Of 1 + 1/4 parts by the inputs, the first alone makes 4/5."""
    plan = Settings(trajectories=10, top=1, samples=1024, points=1024)
    row = analyse(Noisy(noise=0.1), plan).outcomes.iloc[0]
    assert row["covered_lo"] < 0.8 < row["covered_hi"]
    assert row["covered_hi"] - row["covered_lo"] < 0.3


def test_pawn_tells_influence_from_none():
    rows = analyse(sobol_g(), Settings(methods=("pawn",), points=512)).indices
    median = rows[rows["index"] == "median"].set_index("parameter")
    assert median.loc["x1", "distinct"] and median.loc["x2", "distinct"]
    assert median.loc["x5":"x8", "distinct"].sum() == 0
    assert (median["value"].nlargest(2).index == ["x1", "x2"]).all()


@pytest.mark.parametrize("ties", [False, True])
def test_pawn_is_salibs(ties):
    rng = np.random.default_rng(3)
    x = rng.random((256, 3))
    y = np.sin(6 * x[:, 0]) + x[:, 1] + rng.normal(size=256)
    y = np.round(y) if ties else y
    theirs = analyze_pawn.analyze(problem(("a", "b", "c")), x, y, S=10)
    ours = _distances(x, y)
    assert ours[0] == pytest.approx(theirs["median"]) and ours[1] == pytest.approx(
        theirs["maximum"]
    )


def test_numpys_global_state_is_never_touched_and_zero_is_a_seed():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    plan = Settings(trajectories=4, samples=32, points=64, seed=0)
    one, other = analyse(ishigami(), plan), analyse(ishigami(), plan)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    pd.testing.assert_frame_equal(one.indices, other.indices)
    changed = analyse(ishigami(), Settings(methods=("sobol",), samples=32, seed=1)).indices["value"]
    assert not set(changed) & set(one.indices["value"])


def test_luck_is_taken_off_the_total_index():
    """Without it, an input that does nothing would seem to matter: by the share of luck."""
    rows = analyse(Noisy(), Settings(methods=("sobol",), samples=1024)).indices
    nothing = rows[rows["parameter"] == "x3"].set_index("index")
    part = (1.0 + 0.25) / 12
    share = 0.25 / (0.25 + part)
    assert nothing.loc["ST", "value"] == pytest.approx(share, abs=0.05)
    assert nothing.loc["ST", "floor"] == pytest.approx(share, abs=0.05)
    assert abs(nothing.loc["ST_beyond_luck", "value"]) < 0.06
    assert not nothing.loc["ST_beyond_luck", "distinct"] and not nothing.loc["S1", "distinct"]
    first = rows[rows["parameter"] == "x1"].set_index("index")
    assert first.loc["ST_beyond_luck", "value"] == pytest.approx((1 / 12) / (0.25 + part), abs=0.06)
    assert first.loc["ST_beyond_luck", "distinct"]


def test_screening_does_not_take_luck_for_influence():
    rows = analyse(Noisy(noise=0.2), Settings(methods=("morris",), trajectories=200)).indices
    star = rows[rows["index"] == "mu_star"].set_index("parameter")
    assert star["distinct"].to_dict() == {"x1": True, "x2": True, "x3": False}
    assert star.loc["x3", "value"] == pytest.approx(star.loc["x3", "floor"], rel=0.2)


def test_effects_are_changes_over_the_middle_three_quarters():
    rows = analyse(Noisy(noise=0.0), Settings(methods=("morris",), trajectories=5)).indices
    mu = rows[rows["index"] == "mu"].set_index("parameter")["value"]
    assert mu["x1"] == pytest.approx(0.75) and mu["x2"] == pytest.approx(0.375)


@pytest.mark.parametrize("method", ["sobol", "pawn"])
def test_the_share_of_luck_is_that_put_in(method):
    plan = Settings(methods=(method,), samples=1024, points=1024)
    shares = analyse(Noisy(shared=3.0), plan).noise.set_index("share_of")
    part = 1.25 / 12  # of the variance, by the inputs
    means = shares.loc["means"]
    assert means["lo"] < 0.25 / (0.25 + part) < means["hi"], "the shared part cancels"
    if method == "pawn":
        assert means["luck"] == "own"
        one = shares.loc["one history"]
        assert one["lo"] < 1 / (1 + part) < one["hi"]


def test_blocks_with_a_hole_are_left_out_whole():
    plan = Settings(methods=("sobol",), samples=128)
    whole = analyse(Noisy(noise=0.0), plan)
    holed = analyse(Noisy(noise=0.0, holes=(7, 8, 301)), plan)
    assert holed.lost[["missing", "blocks", "dropped"]].to_numpy().tolist() == [[3, 128, 2]]
    assert (holed.indices["n"] == 126).all()
    one, other = table(whole, "sobol"), table(holed, "sobol")
    assert (one["ST"] - other["ST"]).abs().max() < 0.02


def test_too_many_holes_are_refused_with_one_message():
    with pytest.raises(ImrSimError, match=r"y has no value at 40 of 640 points of sobol"):
        analyse(Noisy(holes=tuple(range(0, 200, 5))), Settings(methods=("sobol",), samples=128))


def test_convergence_uses_the_first_parts_of_one_design():
    result = analyse(ishigami(), Settings(methods=("sobol",), samples=256))
    found = result.convergence
    assert sorted(found["n"].unique()) == [32, 64, 128, 256]
    last = found[found["n"] == 256].reset_index(drop=True)
    pd.testing.assert_frame_equal(last, result.indices)
    half = analyse(ishigami(), Settings(methods=("sobol",), samples=128)).indices
    np.testing.assert_allclose(found[found["n"] == 128]["value"], half["value"])


def test_a_ratio_is_that_of_means_and_has_no_value_where_none_is_added():
    over, under = np.array([[10.0, 30.0], [5.0, 5.0]]), np.array([[1.0, 3.0], [1.0, -1.0]])
    values = ratio_of_means(over, under)
    assert values[0].mean() == pytest.approx(10.0)
    assert np.isnan(values[1]).all()


def test_priors_are_varied_over_their_quantiles_and_ranges_evenly():
    factors = prior_factors({"media": [0.1, 0.3]}, ["a0"])
    values = factors.values(("media", "a0"), np.array([[0.5, 0.5], [0.25, 0.9]]))
    assert values[:, 0] == pytest.approx([0.2, 0.15])
    assert values[0, 1] == pytest.approx(-4.5)
    assert "judgements" in factors.note


def test_draws_are_varied_over_their_margins_and_their_correlation_is_told():
    draws = prior(400, 1)
    table = draws.values.copy()
    table[:, 5] = table[:, 4]
    names = list(draws.frame().columns)
    tied = type(draws)(table, "posterior", "tied")
    factors = draw_factors(tied, {}, names[:8])
    assert f"+1.00, between {names[4]} and {names[5]}" in factors.ignored
    middle = factors.values((names[0],), np.array([[0.5]]))[0, 0]
    assert middle == pytest.approx(np.median(draws.column(names[0])))
    assert medians(tied)[names[0]] == pytest.approx(middle)


def test_all_that_has_a_spread_is_varied_but_for_what_is_left_out():
    names = varied(None, ("media",))
    assert "media" not in names and "a0" in names
    assert all(not SPECS[name].prior.is_fixed for name in names)
    assert varied(prior(20, 1).replace(a0=-4.0), ()) == [n for n in varied(None, ()) if n != "a0"]


def test_a_parameter_without_spread_cannot_be_varied():
    fixed = prior(50, 1).replace(media=0.1)
    with pytest.raises(RequestError, match="one value in all"):
        draw_factors(fixed, {}, ["media"])
    with pytest.raises(RequestErrors, match="medea"):
        prior_factors({}, ["medea"])


@pytest.mark.parametrize("make", [morris_sample, sobol_sample, pawn_sample])
def test_designs_stay_inside_the_unit_cube(make):
    names = ("a", "b")
    sample = make(names, 8, False, 0) if make is sobol_sample else make(names, 8, 0)
    assert ((sample.u > 0) & (sample.u < 1)).all()
    assert len(sample.u) == sample.blocks * sample.size


def test_a_constant_outcome_has_no_influences():
    class Flat(Noisy):
        def evaluate(self, sample, progress):
            return {"y": np.full((len(sample.u), 2), 3.0)}

    found = analyse(Flat(), Settings(trajectories=4, samples=16, points=64))
    rows = found.indices
    of_variance = rows["method"] == "sobol"  # shares of a variance that is not there
    assert rows.loc[of_variance, "value"].isna().all()
    assert (rows.loc[~of_variance, "value"] == 0).all() and not rows["distinct"].any()
    assert found.noise["value"].isna().all()
    text = report(found, "y", {})
    assert "does not vary" in text and "decides most" not in text and "nan" not in text


@pytest.mark.parametrize("seed", range(6))
def test_a_negative_share_of_variance_is_never_told_from_none(seed):
    """Pure noise: estimates of shares fall on both sides of zero, some far below."""
    sample = sobol_sample(("x1", "x2", "x3"), 16, True, seed)
    values = np.random.default_rng(seed).normal(size=(len(sample.u), 2)) ** 3
    rows = indices(Evaluations.of(sample, "y", values), resamples=50, second_order=True)
    shares = rows[rows["index"].isin(["S1", "S2", "ST", "ST_beyond_luck"])]
    assert (shares["value"] < 0).any()
    assert not (shares["distinct"].astype(bool) & (shares["value"] <= 0)).any()


def test_an_index_of_a_dropped_sample_still_names_what_it_is_of():
    sample = sobol_sample(("x1", "x2", "x3"), 16, False, 1)
    evaluations = Evaluations.of(sample, "y", Noisy().evaluate(sample, None)["y"])
    found = indices(evaluations, resamples=50)
    assert set(found["outcome"]) == {"y"} and set(found["method"]) == {"sobol"}
