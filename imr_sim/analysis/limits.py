"""What kept a strategy from doing more, and what did nothing: in numbers and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imr_sim.analysis.spread import summary

if TYPE_CHECKING:
    from imr_sim.analysis.comparison import Arm

LIMITS = {"money": "money", "hours": "facilitators' hours", "seats": "training seats"}
OFTEN = 0.995  # a share that is shown as 100%


def limit_columns(arm: Arm) -> dict[str, object]:
    """Columns of the table on what limited a strategy.

    Parameters
    ----------
    arm : Arm

    Returns
    -------
    dict
        ``p_acted``: share of histories in which a site got any dose. ``p_money_bound``,
        ``p_hours_bound``, ``p_seats_bound``: share in which each turned a site away in some month;
        ``p_sites_bound``: in which it acted and none of them did, so that all it wished for was
        served. ``money_left_usd``, ``_lo``, ``_hi``: of the budget, NaN without one.
        ``limited_by``: the same in words. Empty where nobody kept them.
    """
    found = arm.limits
    if not found:
        return {}
    bound = {name: found[name] > 0 for name in LIMITS}
    free = found["acted"] & ~np.any(list(bound.values()), axis=0)
    left = summary(found["left_usd"])
    return {
        "p_acted": float(found["acted"].mean()),
        **{f"p_{name}_bound": float(months.mean()) for name, months in bound.items()},
        "p_sites_bound": float(free.mean()),
        "money_left_usd": left.mean,
        "money_left_usd_lo": left.lo,
        "money_left_usd_hi": left.hi,
        "limited_by": limited_by(arm),
    }


def limited_by(arm: Arm) -> str:
    """What limited a strategy, in words; empty where nobody kept it."""
    found = arm.limits
    if not found:
        return ""
    if not found["wished"].any():
        return "it never wished to act"
    binding = [
        f"{word}{_share((found[name] > 0).mean())}"
        for name, word in LIMITS.items()
        if (found[name] > 0).any()
    ]
    if not found["acted"].any():
        return f"it could start at no site: too little of {' and '.join(binding)}"
    parts = []
    idle = 1 - found["acted"].mean()
    if idle > 0:
        parts.append(f"it did nothing{_share(idle)}")
    if binding:
        parts.append(" and ".join(binding))
    else:
        parts.append("its own rules and the sites, since all that it wished for was served")
    if not np.isnan(found["left_usd"]).all() and not (found["money"] > 0).any():
        parts.append("its budget was never reached")
    return "; ".join([*parts, *_clipped(found)])


def _clipped(found: dict[str, np.ndarray]) -> list[str]:
    """Doses outside of what there is, and as what they acted."""
    said = []
    for name, furthest, limit in (("lowest_dose", np.fmin, 0), ("highest_dose", np.fmax, 2)):
        value = furthest.reduce(found[name], axis=None)
        if not np.isnan(value):
            said.append(f"{value:g} acted as {limit}")
    return [f"doses were clipped ({', '.join(said)})"] if said else []


def _share(share: float) -> str:
    """How often, where it is not always."""
    return "" if share > OFTEN else f" (in {max(share, 0.01):.0%} of histories)"
