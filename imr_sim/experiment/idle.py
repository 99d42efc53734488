"""Which parameters no rule reads, because nobody pulls the lever that they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from imr_sim.model.parameters import GROUPS
from imr_sim.model.rules import ASKING, HELPING
from imr_sim.practice import Practice
from imr_sim.strategies import Strategy
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.levers import LEVERS

OF_LEVERS = ("offers", "lever effects", "lever costs")
ALSO = {"training": ("train_trainer", "collaborative")}  # levers that train read its parameters
ASKERS, HELPERS = ({LEVERS[lever] for lever in levers} for levers in (ASKING, HELPING))
SHARED = {  # parameters that belong to several levers
    "asked_again": ASKERS,
    "readiness": ASKERS,
    "offer_setting": ASKERS,
    "giveup_support": HELPERS,
}


def idle_parameters(strategies: Iterable[Strategy], practice: Practice) -> frozenset[str]:
    """Parameters of levers that none of the strategies, nor the practice's support, uses.

    A strategy that is no composition may pull any lever.
    """
    known = [*strategies, *([practice.support.strategy] if practice.support else [])]
    if not all(isinstance(strategy, ComposedStrategy) for strategy in known):
        return frozenset()
    used = {c.lever for s in known if isinstance(s, ComposedStrategy) for c in s.components}
    used |= {lever for lever, others in ALSO.items() if used & set(others)}
    names = [spec.name for group in OF_LEVERS for spec in GROUPS[group]]
    return frozenset(name for name in names if not levers_of(name) & used)


def levers_of(name: str) -> set[str]:
    """The levers that a parameter belongs to: those that share it, or the one it names."""
    own = f"{name.removeprefix('prompt_')}_"
    return SHARED.get(name) or {max((x for x in LEVERS if own.startswith(f"{x}_")), key=len)}
