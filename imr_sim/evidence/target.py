"""What a target is: one piece of evidence as data, with its source and its kind of likelihood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from imr_sim.errors import RequestError


@dataclass(frozen=True)
class Target:
    """One observation of the world, as data.

    Attributes
    ----------
    name : str
    kind : {"counts", "shares", "events", "ratio", "classification"}
        Form of the data and of their likelihood; see `imr_sim.evidence.likelihoods`.
    values : ndarray or None
        What was observed; None where the source publishes no numbers.
    totals : ndarray or None
        Denominators: one for each row of counts, one for each entry of `values` else.
    labels : tuple of str
        Names of the last axis of `values`.
    years : tuple of int
        When it was observed: one for each row where the evidence is yearly.
    yearly : bool
        Rows are years and can be taken apart.
    unit : str
    source : str
    evidence : tuple of str
        E-numbers of docs/evidence.md.
    status : {"V", "C", "A"}
        Read in the source, computed from it, or assumed.
    observes : frozenset of str
        Parts of the evidence that this target uses up: two targets that share one count it twice.
    study : str
        The virtual study that observes it.
    notes : str
        What is assumed in reading it.
    """

    name: str
    kind: str
    values: np.ndarray | None
    labels: tuple[str, ...]
    years: tuple[int, ...]
    unit: str
    source: str
    evidence: tuple[str, ...]
    status: str
    observes: frozenset[str]
    study: str
    notes: str
    totals: np.ndarray | None = None
    yearly: bool = False

    def __post_init__(self) -> None:
        for array in (self.values, self.totals):
            if array is not None:
                array.flags.writeable = False

    def until(self, year: int) -> Target | None:
        """What of it was observed up to the end of `year`; None if nothing was."""
        keep = [i for i, y in enumerate(self.years) if y <= year]
        if not keep:
            return None
        if not self.yearly or len(keep) == len(self.years):
            return self
        return replace(
            self,
            years=tuple(self.years[i] for i in keep),
            values=None if self.values is None else self.values[keep],
            totals=None if self.totals is None else self.totals[keep],
        )


def check_counted_once(targets: Iterable[Target]) -> None:
    """Raise RequestError if two targets use up the same evidence, or one was never published."""
    chosen = list(targets)
    taken: dict[str, str] = {}
    for target in chosen:
        for part in sorted(target.observes):
            if part in taken:
                raise RequestError(
                    f"{taken[part]}, {target.name}",
                    where="targets",
                    why=f"both are the same evidence: {part}",
                    write=f"Leave out {target.name} or {taken[part]}.",
                )
            taken[part] = target.name
    for target in chosen:
        if target.values is None:
            raise RequestError(
                target.name,
                where="targets",
                why=f"its numbers were not published ({', '.join(target.evidence)})",
                write="Leave it out; the study can be imitated, but not fitted.",
            )
