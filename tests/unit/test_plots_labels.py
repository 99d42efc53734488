"""Labels that do not overlap."""

import numpy as np
import pytest

from imr_sim.plots.labels import placed, spaced


def test_labels_with_room_stay_where_they_want():
    assert spaced(np.array([5.0, 1, 9]), 2, 0, 10).tolist() == [5, 1, 9]


def test_crowded_labels_move_apart_evenly_around_their_mean():
    assert spaced(np.array([4.0, 4, 4]), 1, 0, 10) == pytest.approx([3, 4, 5])


def test_labels_keep_their_order_their_distance_and_the_range():
    wanted = np.random.default_rng(0).normal(9, 1, 17)
    result = spaced(wanted, 0.5, 0, 10)
    assert (np.argsort(result) == np.argsort(wanted)).all()
    assert (np.diff(np.sort(result)) >= 0.5 - 1e-9).all()
    assert result.min() >= 0
    assert result.max() <= 10 + 1e-9


def test_labels_around_crowded_points_are_clear_of_each_other_and_of_points():
    points = np.random.default_rng(2).uniform([100, 100], [200, 180], (14, 2))
    sizes = np.tile([[60.0, 10.0]], (14, 1))
    frame = np.array([0.0, 0, 400, 300])
    low = placed(points, sizes, frame, np.empty((0, 2)))
    high = low + sizes
    for i in range(14):
        assert (low[i] >= 0).all()
        assert (high[i] <= frame[2:]).all()
        inside = ((points > low[i]) & (points < high[i])).all(axis=1)
        assert not inside.any()
        for j in range(i):
            apart = (high[i] <= low[j]) | (high[j] <= low[i])
            assert apart.any(), (i, j)


def test_a_lone_label_stands_right_of_its_point():
    low = placed(np.array([[50.0, 50]]), np.array([[20.0, 10]]), np.array([0, 0, 99, 99.0]), EMPTY)
    assert low[0] == pytest.approx([56, 45])


EMPTY = np.empty((0, 2))
