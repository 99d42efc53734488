"""Which parameters no rule reads, because nobody pulls the lever that they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from imr_sim.model.parameters import GROUPS
from imr_sim.practice import Practice
from imr_sim.strategies import Strategy
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.levers import LEVERS

ALSO = {"training": ("train_trainer", "collaborative")}  # levers that train read its parameters


def idle_parameters(strategies: Iterable[Strategy], practice: Practice) -> frozenset[str]:
    """Effects and costs of levers that none of the strategies, nor the practice's support, uses.

    A strategy that is no composition may pull any lever.
    """
    known = [*strategies, *([practice.support.strategy] if practice.support else [])]
    if not all(isinstance(strategy, ComposedStrategy) for strategy in known):
        return frozenset()
    used = {c.lever for s in known if isinstance(s, ComposedStrategy) for c in s.components}
    used |= {lever for lever, others in ALSO.items() if used & set(others)}
    names = [spec.name for group in ("lever effects", "lever costs") for spec in GROUPS[group]]
    return frozenset(name for name in names if _lever(name) not in used)


def _lever(name: str) -> str:
    """The lever that a parameter is named after."""
    return max((lever for lever in LEVERS if name.startswith(f"{lever}_")), key=len)
