"""The map under the sites."""

import numpy as np
import pytest

from imr_sim.plots.geography import FRAMES, INSETS, MAIN, Frame, outlines


def test_albers_agrees_with_snyders_worked_example():
    frame = Frame((), (-97, -95), (22, 24), (29.5, 45.5))  # centred on 23 N, 96 W
    point = frame.project(np.array([-75.0]), np.array([35.0]))
    assert point == pytest.approx(np.array([[0.2952720, 0.2416774]]), abs=1e-7)


def test_albers_keeps_areas():
    frame = MAIN

    def area(lon, lat, step=0.1):
        x = np.array([lon, lon + step, lon + step, lon])
        y = np.array([lat, lat, lat + step, lat + step])
        p, q = frame.project(x, y), np.roll(frame.project(x, y), -1, axis=0)
        return abs(np.sum(p[:, 0] * q[:, 1] - q[:, 0] * p[:, 1])) / 2

    shrink = np.cos(np.radians(47.05)) / np.cos(np.radians(27.05))
    assert area(-120, 47) / area(-81, 27) == pytest.approx(shrink, rel=1e-3)


def test_every_state_lies_in_one_frame():
    assert len(outlines(MAIN)) > 48
    for inset in INSETS:
        assert len(outlines(inset)) >= 1
    for frame in FRAMES:
        rings = np.vstack(outlines(frame))
        assert np.isfinite(rings).all()


def test_known_places_lie_in_their_frames():
    places = {  # longitude, latitude: frame
        (-149.8, 61.2): 1,  # Anchorage
        (-157.9, 21.4): 2,  # Honolulu
        (-66.07, 18.4): 3,  # San Juan
        (-122.4, 37.8): 0,  # San Francisco
        (-68.8, 44.8): 0,  # Bangor
        (-80.2, 25.8): 0,  # Miami
    }
    for (lon, lat), expected in places.items():
        held = [bool(frame.holds(np.array([lon]), np.array([lat]))[0]) for frame in FRAMES]
        assert held == [k == expected for k in range(4)]


def test_a_place_lies_inside_its_state():
    from matplotlib.path import Path

    miami = MAIN.project(np.array([-81.4]), np.array([28.5]))[0]  # Orlando, well inland
    rings = outlines(MAIN)
    assert sum(Path(ring).contains_point(miami) for ring in rings) == 1
