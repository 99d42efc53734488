"""Direct labels that do not overlap: in a column, or around points."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from scipy.optimize import isotonic_regression

RADII = (6.0, 11.0, 17.0, 24.0, 32.0, 42.0, 54.0, 68.0)
"""Points of print between a point and its label."""
DIRECTIONS = 24
ROUNDS = 3
ALONG = np.linspace(0.15, 0.95, 8)
"""Where leaders are looked at, as shares of the way from the point to its label."""
CLEAR = 8.0
"""Points of print that a label keeps from the points of others, lest it seem theirs."""
PADDING = np.array([-2.0, -1.0, 2.0, 1.0])
BACKGROUND = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.4}


def spaced(wanted: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Positions nearest to those wanted (least squares) that keep a distance.

    Moving label i of the sorted labels down by i gaps turns "at least a gap apart" into "not
    falling", which isotonic regression solves exactly.

    Parameters
    ----------
    wanted : ndarray, shape (n,)
        Where the labels would like to be.
    gap : float
        Least distance between two of them.
    low, high : float
        Range they have to stay in; wide enough for n gaps.

    Returns
    -------
    ndarray, shape (n,)
        In the order given.
    """
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(wanted))
    level = isotonic_regression(wanted[order] - steps).x
    result = np.empty(len(wanted))
    result[order] = np.clip(level, low, max(low, high - steps[-1])) + steps
    return result


def placed(
    points: np.ndarray, sizes: np.ndarray, frame: np.ndarray, line: np.ndarray
) -> np.ndarray:
    """Lower left corners of labels near their points, clear of labels, points and a line.

    The most crowded points choose first among places on rings around them, the nearest free one
    (or the one that overlaps least); then all choose again, knowing the rest. A leader counts as
    part of its label.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        What is labelled.
    sizes : ndarray, shape (n, 2)
        Width and height of each label.
    frame : ndarray, shape (4,)
        Left, bottom, right, top to stay in.
    line : ndarray, shape (m, 2)
        Points of a curve that labels stay clear of; leaders may cross it.

    Returns
    -------
    ndarray, shape (n, 2)
    """
    n = len(points)
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    compass = np.tile(np.column_stack([np.cos(angles), np.sin(angles)]), (len(RADII), 1))
    rings = compass * np.repeat(RADII, DIRECTIONS)[:, None]
    near = np.sort(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)), axis=1)
    crowded_first = np.argsort(near[:, :4].sum(axis=1), kind="stable")
    marks, curve = _dots(points, 4), _dots(line, 1)
    reserved = _dots(points, CLEAR)
    corners = np.zeros((n, 2))
    taken = [np.empty((0, 4)) for _ in range(n)]  # each label written so far, and its leader
    for i in np.tile(crowded_first, ROUNDS):
        low = points[i] + rings + (compass - 1) * sizes[i] / 2
        boxes = np.hstack([low, low + sizes[i]])
        outside = sizes[i].prod() - _overlap(boxes, frame[None])[:, 0]
        ends = np.clip(points[i], low, low + sizes[i])
        leaders = points[i] + ALONG[:, None, None] * (ends - points[i])
        written = np.vstack([np.empty((0, 4)), *taken[:i], *taken[i + 1 :]])
        met = np.vstack([written, np.delete(marks, i, axis=0)])
        crossed = sum(_overlap(_dots(dots, 1.5), met).sum(axis=1) for dots in leaders)
        kept = np.vstack([written, marks[[i]], curve, np.delete(reserved, i, axis=0)])
        covered = _overlap(boxes, kept).sum(axis=1)
        cost = 1e3 * np.round(covered + outside + crossed, 6) + np.arange(len(boxes))
        best = int(np.argmin(cost))
        corners[i] = low[best]
        taken[i] = np.vstack([boxes[best] + PADDING, _dots(leaders[:, best], 1.5)])
    return corners


def _dots(points: np.ndarray, half: float) -> np.ndarray:
    """Small boxes around points, shape (n, 4)."""
    return np.hstack([points - half, points + half])


def _overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Area that each of n boxes shares with each of m others, shape (n, m)."""
    left, bottom, right, top = others.T
    width = np.minimum(boxes[:, 2:3], right) - np.maximum(boxes[:, 0:1], left)
    height = np.minimum(boxes[:, 3:4], top) - np.maximum(boxes[:, 1:2], bottom)
    return np.maximum(width, 0) * np.maximum(height, 0)


def label_points(axes: Axes, points: np.ndarray, texts: list[str], line: np.ndarray) -> None:
    """Write a label near each point, with a leader when it had to go far.

    Parameters
    ----------
    axes : Axes
        With final limits and size.
    points : ndarray, shape (n, 2)
        In data units.
    texts : list of str
        n labels.
    line : ndarray, shape (m, 2)
        Points of a curve, in data units, that labels stay clear of.
    """
    axes.set_xlim(axes.get_xlim())  # so that no leader moves the limits, and the labels with them
    axes.set_ylim(axes.get_ylim())
    scale = 72 / axes.figure.dpi  # all below in points of print
    at = axes.transData.transform(points) * scale
    drawn = [axes.text(0, 0, text, va="bottom", bbox=BACKGROUND, zorder=5) for text in texts]
    extents = [text.get_window_extent() for text in drawn]
    sizes = np.array([[e.width * scale, e.height * scale] for e in extents])
    curve = axes.transData.transform(line) * scale
    frame = np.array(axes.get_window_extent().extents) * scale + [3, 3, 0, 0]  # off the spines
    back = axes.transData.inverted()
    for i, corner in enumerate(placed(at, sizes, frame, curve)):
        drawn[i].set_position(tuple(back.transform(corner / scale)))
        nearest = np.clip(at[i], corner, corner + sizes[i])
        if np.hypot(*(nearest - at[i])) > RADII[0] + 1:
            leader = back.transform(np.array([at[i], nearest]) / scale)
            axes.plot(*leader.T, color="#777777", linewidth=0.6, zorder=3)
