"""Designs of sweeps: which points there are, and which are refused."""

import numpy as np
import pytest

from imr_sim.errors import RequestError
from imr_sim.experiment import Design
from imr_sim.model.parameters import NAMES, SPECS, prior

RANGES = {"media": [0.05, 0.3], "a0": [-6, -4]}


def test_a_grid_holds_every_combination():
    grid = Design.grid({"media": [0.1, 0.2, 0.4], "a0": [-6, -4]}, points=6)
    assert grid.names == ("media", "a0")
    assert sorted(map(tuple, grid.values)) == [(m, a) for m in (0.1, 0.2, 0.4) for a in (-6, -4)]


def test_a_grid_has_at_most_the_points_asked_for():
    assert len(Design.grid(RANGES, points=30)) == 25
    assert len(Design.grid(RANGES)) == 25
    with pytest.raises(RequestError, match="at least 4 points"):
        Design.grid(RANGES, points=3)
    with pytest.raises(RequestError, match="too large"):
        Design.grid(vary=[n for n, s in SPECS.items() if not s.prior.is_fixed])


def test_a_grid_over_priors_cuts_them_into_equally_likely_parts():
    levels = Design.grid(vary=["media"], points=3).values[:, 0]
    spec = SPECS["media"]
    middle = spec.prior.quantile(np.array([1 / 6, 1 / 2, 5 / 6]), spec.low, spec.high)
    np.testing.assert_array_equal(levels, middle)


@pytest.mark.parametrize("kind", ["lhs", "sobol", "halton"])
def test_samples_fill_the_ranges_and_follow_the_seed(kind):
    made = Design.sample(kind, 64, RANGES, ["media_weight_smi"], seed=0)
    assert made.names == ("media", "a0", "media_weight_smi")
    for column, (low, high) in zip(made.values.T, RANGES.values(), strict=False):
        in_each_quarter = np.histogram(column, 4, (low, high))[0]
        assert in_each_quarter.sum() == 64
        assert np.ptp(in_each_quarter) <= 2
    np.testing.assert_array_equal(
        made.values, Design.sample(kind, 64, RANGES, ["media_weight_smi"], 0).values
    )
    assert (
        made.values != Design.sample(kind, 64, RANGES, ["media_weight_smi"], seed=1).values
    ).any()


def test_a_sobol_sample_that_is_not_balanced_says_so():
    assert "powers of two" in Design.sample("sobol", 100, RANGES).note
    assert "powers of two" not in Design.sample("sobol", 128, RANGES).note


def test_whole_numbers_stay_whole():
    sizes = Design.sample("lhs", 50, {"team_size": [2, 6]}).values[:, 0]
    assert set(sizes) == {2, 3, 4, 5, 6}


def test_draws_are_points_with_all_parameters():
    draws = prior(5, seed=2)
    design = Design.draws(draws)
    assert design.names == NAMES
    np.testing.assert_array_equal(design.values, draws.values)


@pytest.mark.parametrize(
    ("ranges", "vary", "words"),
    [
        ({"medea": [0, 1]}, [], "media"),
        ({"media": [0.3, 0.05]}, [], "does not rise"),
        ({"media": [0.1]}, [], "two numbers"),
        ({"media": [0.1, 0.2, 0.3]}, [], "no range"),
        ({"media": [0.1, 99]}, [], "outside its range"),
        ({"media": [0.1, float("nan")]}, [], "not a finite number"),
        ({"media": "ab"}, [], "no range"),
        ({}, ["team_size"], "single value"),
        ({}, [], "nothing to vary"),
    ],
)
def test_impossible_ranges_are_refused(ranges, vary, words):
    with pytest.raises(RequestError, match=words):
        Design.sample("lhs", 4, ranges, vary)


def test_a_file_of_points_is_read_as_it_stands(tmp_path):
    (tmp_path / "p.csv").write_text("media,a0\n0.1,-5\n,-5\n99,-5\ninf,-4\n")
    design = Design.read(tmp_path / "p.csv")
    assert design.names == ("media", "a0")
    assert design.possible(np.arange(4)).tolist() == [True, False, False, False]
    assert design.problem(0) is None
    assert "media=nan: it is not a finite number" in design.problem(1)
    assert "media=99" in design.problem(2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("medea\n1\n", "media"),
        ("media\nmuch\n", "row 2, column media.*not a number"),
        ("media\n", "p.csv"),
        ("", "empty file"),
        ("media,a0\n1,2,3,4\n1\n", "row 2"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_design_is_refused(tmp_path, text, words):
    path = tmp_path / "p.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RequestError, match=words):
        Design.read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(RequestError, match="no such file"):
        Design.read(tmp_path / "none.csv")


def test_designs_are_frozen():
    design = Design.grid(RANGES)
    with pytest.raises(ValueError):
        design.values[0, 0] = 1
    with pytest.raises(RequestError, match="stands twice"):
        Design(("media", "media"), np.zeros((1, 2)), "")
    with pytest.raises(RequestError, match="2 parameters"):
        Design(("media", "a0"), np.zeros((1, 3)), "")
