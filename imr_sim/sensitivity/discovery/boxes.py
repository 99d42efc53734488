"""Boxes of parameter values in which cases of one kind gather, by a shallow tree.

A classification tree (Breiman et al. 1984, doi 10.1201/9781315139470) beside PRIM (Friedman and
Fisher 1999, doi 10.1023/A:1008894516817): Lempert, Bryant and Bankes 2008 (RAND WR-557) found
neither better at this throughout. The tree is scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imr_sim.errors import RequestError

try:
    from sklearn.tree import DecisionTreeClassifier
except ImportError as error:
    raise RequestError(
        "discover",
        where="command line",
        why=f"it needs the extra `sensitivity` ({error})",
        write="Install it: pip install 'imr-sim[sensitivity]'.",
    ) from None


@dataclass(frozen=True)
class Limit:
    """One condition: a parameter above `low` and at most `high`.

    Attributes
    ----------
    column : int
        Of the table of parameter values.
    low, high : float
        Infinite where there is no limit.
    """

    column: int
    low: float
    high: float

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Which rows meet it; bool, shape (rows,)."""
        x = values[:, self.column]
        return (x > self.low) & (x <= self.high)


@dataclass(frozen=True)
class Box:
    """Conditions that hold together; none: everything.

    Attributes
    ----------
    limits : tuple of Limit
        One a parameter, in the order in which the tree asks.
    """

    limits: tuple[Limit, ...]

    def holds(self, values: np.ndarray, without: Limit | None = None) -> np.ndarray:
        """Which rows meet all of them, or all but one; bool, shape (rows,)."""
        inside = np.ones(len(values), bool)
        for limit in self.limits:
            if limit is not without:
                inside &= limit.holds(values)
        return inside


def find_boxes(
    values: np.ndarray, good: np.ndarray, depth: int, least: float, seed: int
) -> tuple[Box, Box]:
    """The nodes of a shallow tree that hold surely more, and surely fewer, good cases.

    All nodes are looked at, not the leaves alone: a question that adds nothing is left off.

    Parameters
    ----------
    values : ndarray, shape (cases, parameters)
    good : ndarray of bool, shape (cases,)
    depth : int
        Questions the tree asks on the way to a leaf, at most.
    least : float
        Share of the cases that a node holds at least.
    seed : int
        Settles ties between parameters that split equally well.
    """
    tree = DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=least, random_state=seed % 2**32
    ).fit(values, good)
    nodes = _nodes(tree.tree_)
    scores = [score(node, values, good) for node in nodes]
    return nodes[int(np.argmax(scores))], nodes[int(np.argmin(scores))]


def score(box: Box, values: np.ndarray, good: np.ndarray) -> float:
    """How surely a box holds more good cases than there are everywhere: standard errors.

    A density alone would favour the smallest boxes, in which luck reaches any density.
    """
    everywhere, inside = good.mean(), box.holds(values)
    error = np.sqrt(everywhere * (1 - everywhere) / max(inside.sum(), 1))
    if error == 0 or not inside.any():
        return 0.0
    return float((good[inside].mean() - everywhere) / error)


def _nodes(tree: object) -> list[Box]:
    """Every node as a box, the whole first; limits of one parameter on the way down become one."""
    boxes: list[Box] = []

    def walk(node: int, limits: dict[int, tuple[float, float]]) -> None:
        left, right = tree.children_left[node], tree.children_right[node]  # type: ignore[attr-defined]
        boxes.append(Box(tuple(Limit(c, lo, hi) for c, (lo, hi) in limits.items())))
        if left == right:
            return
        column = int(tree.feature[node])  # type: ignore[attr-defined]
        at = float(tree.threshold[node])  # type: ignore[attr-defined]
        low, high = limits.get(column, (-np.inf, np.inf))
        walk(left, {**limits, column: (low, min(high, at))})
        walk(right, {**limits, column: (max(low, at), high)})

    walk(0, {})
    return boxes
