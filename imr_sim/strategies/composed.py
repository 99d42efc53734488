"""Strategies composed of components: what YAML files define."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from imr_sim.errors import RequestError, RequestErrors
from imr_sim.strategies import targeting
from imr_sim.strategies.component import Capacity, Component
from imr_sim.strategies.facts import SiteFacts
from imr_sim.strategies.strategy import Delivered, Follow, Strategy, Wish
from imr_sim.strategies.view import NEVER, NOT_PROVIDING, PROVIDING, PlannerView


@dataclass(frozen=True)
class ComposedStrategy(Strategy):
    """A strategy made of components; where two wish for one lever, the larger dose counts.

    A site's place in the queue is the best that the components which want it give it. `where`
    says where the strategy was written, for messages.
    """

    name: str
    components: tuple[Component, ...] = ()
    label: str = ""
    description: str = ""
    eric: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    capacity: Capacity = Capacity()  # noqa: RUF009 - frozen, so one default can be shared
    budget_usd: float | None = None
    where: str = "strategy"

    def wish(self, view: PlannerView, delivered: Delivered) -> Wish:
        """Add up what the components want; see `Strategy.wish`."""
        wish = Wish.nothing(view)
        wish.priority[:] = 0
        for component in self.components:
            if component.dose == 0:
                continue
            order = targeting.place(component.who, view)
            wanted = _wanted(component, order, view, delivered)
            dose = wish.dose(component.lever)
            np.maximum(dose, component.dose * wanted, out=dose)
            np.maximum(wish.priority, order * wanted, out=wish.priority)
            months = _months(component, wanted, view, delivered)
            wish.plan(component.lever, component.dose * (months > 0), months)
            if component.when.after is not None:
                wish.follows.append(_follow(component, view, delivered))
        return wish

    def check(self, facts: SiteFacts) -> None:
        """Raise RequestErrors when a component names a station or VISN that does not exist."""
        errors = []
        for i, component in enumerate(self.components):
            for key, there in (("stations", facts.station), ("visns", facts.visn)):
                known = sorted(set(there.tolist()))
                for value in getattr(component.who, key):
                    if value in known:
                        continue
                    near = get_close_matches(str(value), [str(k) for k in known], n=3, cutoff=0.5)
                    hint = near or [str(k) for k in known[:30]]
                    errors.append(
                        RequestError(
                            f"components[{i}].who.{key}: {value}",
                            where=self.where,
                            why=f"the system has no such {key.removesuffix('s')}",
                            write=f"Write one of {', '.join(hint)}.",
                        )
                    )
        if errors:
            raise RequestErrors(errors)


def _wanted(
    component: Component, order: np.ndarray, view: PlannerView, delivered: Delivered
) -> np.ndarray:
    """Sites where a component is wanted this month; bool (B, S)."""
    who, when = component.who, component.when
    if view.month < when.start:
        return np.zeros(view.status.shape, dtype=bool)
    named = targeting.named(who, view)
    had = delivered.months(component.lever) * named
    open_now = named & _holds(component, view, delivered)
    if when.months is None:
        going = open_now & (had > 0)
    else:
        going = (had > 0) & (had < when.months)
    joining = open_now & (had == 0)
    most = _most(component, view)
    if most is not None:
        joining = targeting.first(joining, order, most - (had > 0).sum(axis=1))
    return going | joining


def _months(
    component: Component, wanted: np.ndarray, view: PlannerView, delivered: Delivered
) -> np.ndarray:
    """Months, this one included, that a component goes on at sites that have it; (B, S)."""
    had, when = delivered.months(component.lever), component.when
    if when.months is not None:
        return np.where(wanted, when.months - had, 0.0)
    if when.sensitive_period is not None:
        return np.where(wanted, when.sensitive_period + 1.0 - _since_change(view), 0.0)
    # Where it pauses, it goes on as soon as its conditions hold again.
    return np.where(wanted | (targeting.named(component.who, view) & (had > 0)), np.inf, 0.0)


def _follow(component: Component, view: PlannerView, delivered: Delivered) -> Follow:
    """That a component comes at sites that have what it waits for, if it has not come yet."""
    when = component.when
    assert when.after is not None
    months = np.inf if when.months is None else float(when.months)
    if when.sensitive_period is not None:
        months = min(months, float(when.sensitive_period))
    to_come = targeting.named(component.who, view) & (delivered.months(component.lever) == 0)
    return Follow(when.after, component.lever, component.dose, np.where(to_come, months, 0.0))


def _most(component: Component, view: PlannerView) -> int | None:
    """Number of sites that may have joined by now; None = any."""
    who, when = component.who, component.when
    most = who.sites
    if who.share is not None:
        most = round(who.share * len(view.sites))
    if when.wave_sites is not None and when.wave_months is not None:
        joined = when.wave_sites * (1 + (view.month - when.start) // when.wave_months)
        most = joined if most is None else min(most, joined)
    return most


def _holds(component: Component, view: PlannerView, delivered: Delivered) -> np.ndarray:
    """Sites where all filters and triggers hold; bool (B, S)."""
    who, when = component.who, component.when
    holds = np.ones(view.status.shape, dtype=bool)
    for name in who.only:
        holds &= _FILTERS[name](view)
    if who.rule == "visn_by_visn" and when.wave_months is not None:
        holds &= targeting.visn_step(who, view) <= (view.month - when.start) // when.wave_months
    if when.sensitive_period is not None:
        holds &= _since_change(view) <= when.sensitive_period
    if when.no_start_after is not None:
        since = view.months_since_supported
        holds &= (since >= when.no_start_after) & (since != NEVER)
        holds &= ~view.providing_since_supported
    if when.after is not None:
        holds &= delivered.months(when.after) > 0
    return holds


def _since_change(view: PlannerView) -> np.ndarray:
    """Months since the latest thing that a planner can see open a sensitive period; (B, S)."""
    latest = np.minimum(view.months_since_leader_change, view.months_since_programme_change)
    return np.minimum(latest, view.months_since_prrc_opened)


_FILTERS = {
    "not_providing": lambda view: view.status == NOT_PROVIDING,
    "providing": lambda view: view.status == PROVIDING,
    "prrc": lambda view: view.has_prrc,
    "no_prrc": lambda view: ~view.has_prrc,
}
