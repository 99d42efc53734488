"""Who comes first: each rule orders the sites by what a planner can see, and by nothing else."""

from __future__ import annotations

import numpy as np

from imr_sim.strategies.component import Who
from imr_sim.strategies.view import NEVER, PlannerView

RURALITY_LEVEL = {"urban": 0, "rural": 1, "insular": 1, "highly rural": 2}


def place(who: Who, view: PlannerView) -> np.ndarray:
    """Order of the sites under a rule: from 0 (last) to 1 (first); float, broadcasts to (B, S).

    Ties within a class (PRRC or not, rurality, VISN) are broken by luck.
    """
    sites, luck = view.sites, view.luck
    if who.rule == "prrc_first":
        return (view.has_prrc + luck) / 2
    if who.rule == "rural_first":
        level = np.array([RURALITY_LEVEL.get(r, 0) for r in sites.rurality])
        return (level + luck) / 3
    if who.rule == "most_autonomy_supporting":
        return _scaled(view.leadership_survey)
    if who.rule == "least_aware":
        return _scaled(-view.awareness_survey)
    if who.rule == "most_central":
        return _scaled(sites.centrality)
    if who.rule == "largest":
        return _scaled(sites.patients)
    if who.rule == "visn_by_visn":
        n = len(np.unique(sites.visn))
        return 1 - (np.minimum(visn_step(who, view), n) + 1 - luck) / (n + 1)
    if who.rule == "list":
        order = {station: i for i, station in enumerate(who.stations)}
        return 1 - np.array([order.get(s, len(order)) for s in sites.station]) / len(order)
    return luck


def visn_step(who: Who, view: PlannerView) -> np.ndarray:
    """Step of the stepped wedge at which each site's VISN has its turn; int, (B, S) or (S,).

    The VISNs stand in the order of `who.visns`; without it in an order drawn in each history from
    its luck (never from the strategy), so that all strategies of a history share it.
    """
    if who.visns:
        order = {visn: i for i, visn in enumerate(who.visns)}
        return np.array([order.get(int(v), NEVER) for v in view.sites.visn])
    _, first, visn = np.unique(view.sites.visn, return_index=True, return_inverse=True)
    return view.luck[:, first].argsort(axis=1).argsort(axis=1)[:, visn]


def named(who: Who, view: PlannerView) -> np.ndarray:
    """Sites that the lists of stations and VISNs leave; bool (S,)."""
    sites = view.sites
    left = np.ones(len(sites), dtype=bool)
    if who.stations:
        left &= np.isin(sites.station, who.stations)
    if who.visns:
        left &= np.isin(sites.visn, who.visns)
    return left


def first(wanting: np.ndarray, order: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Keep of the wanting sites the `room` (B,) first in `order`, higher first; bool (B, S)."""
    queue = np.argsort(np.where(wanting, -order, np.inf), axis=1, kind="stable")
    kept = np.zeros_like(wanting)
    np.put_along_axis(kept, queue, np.arange(wanting.shape[1]) < room[:, None], axis=1)
    return kept & wanting


def _scaled(values: np.ndarray) -> np.ndarray:
    """Values from 0 (smallest) to 1 (largest) along the last axis; equal ones stay equal."""
    low = values.min(axis=-1, keepdims=True)
    span = values.max(axis=-1, keepdims=True) - low
    return (values - low) / np.where(span > 0, span, 1)
