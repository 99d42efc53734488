"""Named strategies with another rule of who comes first, for as many VAMCs as money lasts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from study import site_cost

from imr_sim.strategies import Component, ComposedStrategy, When


def programme_cost(strategy: ComposedStrategy, horizon: int) -> float:
    """US$ of the whole programme at one VAMC, at the default costs: the most it can be."""
    months = [c.when.months or horizon for c in strategy.components]
    return sum(
        site_cost(c.lever, c.dose, min(m, horizon))
        for c, m in zip(strategy.components, months, strict=True)
    )


def affordable(strategy: ComposedStrategy, budget: float, horizon: int, sites: int) -> int:
    """VAMCs at which the budget pays the whole programme; one at least, all at most."""
    return int(np.clip(budget // programme_cost(strategy, horizon), 1, sites))


def retargeted(
    strategy: ComposedStrategy, rule: str, places: int, visn: np.ndarray, visn_months: int
) -> ComposedStrategy:
    """The strategy with `rule` in place of its own, beginning at no more than `places` VAMCs.

    Parameters
    ----------
    strategy : ComposedStrategy
    rule : str
        One of `imr_sim.strategies.RULES`.
    places : int
        Most VAMCs; components that follow upon others' support go where these went.
    visn : ndarray of int, shape (sites,)
    visn_months : int
        Months from one VISN to the next under ``visn_by_visn``. A strategy that goes VISN by VISN
        itself keeps its pace under other rules, in waves of a VISN's mean size.
    """
    wave = math.ceil(len(visn) / len(np.unique(visn)))
    parts = tuple(_part(c, rule, places, wave, visn_months) for c in strategy.components)
    return replace(strategy, name=f"{strategy.name}_{rule}", components=parts)


def _part(component: Component, rule: str, places: int, wave: int, visn_months: int) -> Component:
    when = component.when
    follows = when.after is not None or when.no_start_after is not None
    who = replace(component.who, rule=rule, sites=None if follows else places)
    if rule == "visn_by_visn":
        when = _waves(when, None, when.wave_months if when.wave_sites is None else None)
        when = replace(when, wave_months=when.wave_months or visn_months)
    elif component.who.rule == "visn_by_visn":
        when = _waves(when, wave, when.wave_months)
    return replace(component, who=who, when=when)


def _waves(when: When, sites: int | None, months: int | None) -> When:
    return replace(when, wave_sites=sites, wave_months=months)
