"""What is asked of each parameter draw: was the cheaper strategy as good?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment import Store
from imr_sim.experiment.outcomes import OUTCOMES

COST = "cost_usd"
LEAST_CASES = 40  # fewer cannot be halved and still fill a box; assumption


@dataclass(frozen=True)
class Cases:
    """Parameter draws with what two strategies came to in each, under the same luck.

    Attributes
    ----------
    cheaper, dearer : str
        Strategies, told apart by what they cost on average.
    cost_usd : (float, float)
        That cost of each.
    outcome : str
    tolerance : float
        How much less of the outcome still counts as good, in its units.
    names : tuple of str
        Parameters that vary between draws.
    values : ndarray, shape (draws, names)
    difference : ndarray, shape (draws, replicates)
        Outcome of the cheaper less that of the dearer, in the same history.
    missing : int
        Draws left out because a run failed or the outcome has no value.
    """

    cheaper: str
    dearer: str
    cost_usd: tuple[float, float]
    outcome: str
    tolerance: float
    names: tuple[str, ...]
    values: np.ndarray
    difference: np.ndarray
    missing: int

    def __len__(self) -> int:
        return len(self.values)

    @property
    def good(self) -> np.ndarray:
        """Whether the cheaper one is as good in the mean over replicates; bool, shape (draws,)."""
        return self.difference.mean(axis=1) >= -self.tolerance

    @property
    def rule(self) -> str:
        """The rule in words."""
        less = f"less {self.tolerance:g}" if self.tolerance else "or more"
        return f"{self.outcome} under {self.cheaper} at least that under {self.dearer}, {less}"


def read_cases(
    store: Store,
    strategies: tuple[str, str],
    outcome: str,
    tolerance: float,
    left_out: Collection[str] = (),
) -> Cases:
    """Cases of a sweep in which both strategies ran; some parameters are not asked about.

    Raises
    ------
    RequestError
        When the sweep lacks a strategy, the outcome or costs, or varies nothing.
    ImrSimError
        When too few draws have an answer.
    """
    for name in strategies:
        if name not in store.about["strategies"]:
            raise _wrong(name, "it is not among the strategies of the sweep", "strategies=")
    for name in (outcome, COST):
        if name not in store.about["columns"]:
            raise _wrong(name, "the sweep does not keep it", f"outcomes=[{outcome},{COST}]")
    cost = [store.array(COST, name) for name in strategies]
    means = [float(np.nanmean(c)) if np.isfinite(c).any() else np.nan for c in cost]
    first, second = (0, 1) if means[0] <= means[1] else (1, 0)
    cheaper, dearer = strategies[first], strategies[second]
    difference = store.array(outcome, cheaper) - store.array(outcome, dearer)
    whole = np.isfinite(difference).all(axis=1)
    points = store.points().drop(columns="point")
    kept = points.loc[whole]
    varied = [n for n in kept.columns if n not in left_out and kept[n].nunique() > 1]
    if not varied:
        raise _wrong(str(store.folder), "no parameter varies in the sweep", "design=posterior")
    if whole.sum() < LEAST_CASES:
        raise ImrSimError(
            f"only {whole.sum()} of {len(whole)} draws have an answer; "
            f"write draws={LEAST_CASES} or more"
        )
    return Cases(
        cheaper,
        dearer,
        (means[first], means[second]),
        outcome,
        tolerance,
        tuple(varied),
        kept[varied].to_numpy(np.float64),
        difference[whole],
        int((~whole).sum()),
    )


def check_outcome(outcome: str) -> None:
    """Raise RequestError unless it is an outcome of single strategies."""
    if outcome not in OUTCOMES or outcome == COST:
        choices = ", ".join(name for name in OUTCOMES if name != COST)
        raise RequestError(
            f"outcome={outcome}",
            where="discover",
            why="two strategies cannot be compared on it",
            write=f"Write one of {choices}.",
        )


def _wrong(given: str, why: str, key: str) -> RequestError:
    return RequestError(given, where="sweep", why=why, write=f"Make a sweep with {key}.")
