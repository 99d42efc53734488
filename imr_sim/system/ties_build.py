"""The three tie layers of a system whose real ties nobody knows.

The layers imitate what was measured where ties *are* known (E48): colleagues who work together,
doi 10.1371/journal.pone.0073970; physicians who ask each other's advice, Coleman, Katz and
Menzel 1957, doi 10.2307/2785979. That VA mental-health staff are tied alike is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

import networkx as nx
import numpy as np

from imr_sim.errors import RequestError
from imr_sim.system.assumptions import (
    BETWEEN_DEGREE,
    BETWEEN_SPREAD,
    BRIDGE_DEGREE,
    BRIDGE_SPREAD,
    COORDINATOR_NATIONAL_DEGREE,
    SAME_ROLE_RATIO,
    SAME_VISN_SHARE,
    SITE_WIDE_RATIO,
    TEAM_DENSITY,
    TEAM_SIZE,
)
from imr_sim.system.staffing import Staff
from imr_sim.system.system import CHIEF, COORDINATOR, Ties

NO_PAIRS = np.empty((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class TieShape:
    """How many ties are generated, and where they lead; the defaults are the usual assumptions.

    Attributes
    ----------
    team_size : float
        Staff a team, on average: sets most of the degree within a site.
    bridge_degree : float
        Mean ties a person to other teams of the site.
    between_degree : float
        Mean ties a person to other sites.
    same_visn_share : float
        Share of these that stay in the VISN, 0 to 1.
    coordinator_national_degree : float
        Mean ties a coordinator to coordinators beyond the VISN.

    Raises
    ------
    RequestError
        When a number cannot be what it says.
    """

    team_size: float = TEAM_SIZE
    bridge_degree: float = BRIDGE_DEGREE
    between_degree: float = BETWEEN_DEGREE
    same_visn_share: float = SAME_VISN_SHARE
    coordinator_national_degree: float = COORDINATOR_NATIONAL_DEGREE

    def __post_init__(self) -> None:
        highest = {"same_visn_share": 1.0}
        for field in fields(self):
            value, low = getattr(self, field.name), 2.0 if field.name == "team_size" else 0.0
            high = highest.get(field.name, 1000.0)
            if not low <= value <= high:
                raise RequestError(
                    f"{field.name}={value!r}",
                    where="shape of the ties",
                    why="no ties can be generated so",
                    write=f"Write a number from {low:g} to {high:g}.",
                )


USUAL = TieShape()


def build_ties(
    staff: Staff, visn: np.ndarray, seed: int, shape: TieShape = USUAL
) -> dict[str, Ties]:
    """Draw all three layers.

    Parameters
    ----------
    staff : Staff
        Posts sorted by site.
    visn : ndarray of int, shape (n_sites,)
        VISN of each site.
    seed : int
        The same seed gives the same ties. Each layer has its own stream.
    shape : TieShape
        How many ties, and where they lead.

    Returns
    -------
    dict of str to Ties
        ``within``, ``between``, ``coordinators``.
    """
    streams = [np.random.default_rng([seed, layer]) for layer in range(3)]
    staff_visn = visn[staff.site]
    pairs = {
        "within": _within(staff, streams[0], shape),
        "between": _between(staff, staff_visn, streams[1], shape),
        "coordinators": _coordinators(
            staff, staff_visn, streams[2], shape.coordinator_national_degree
        ),
    }
    return {layer: Ties.from_pairs(found, len(staff.site)) for layer, found in pairs.items()}


def _within(staff: Staff, rng: np.random.Generator, shape: TieShape) -> np.ndarray:
    """Dense teams, and a skewed sprinkling of bridges over the whole site."""
    bounds = np.searchsorted(staff.site, np.arange(staff.site.max() + 2))
    found = [NO_PAIRS]
    for low, high in pairwise(bounds):
        people = np.arange(low, high)
        for team in _teams(people, staff.smi[low:high], rng, shape.team_size):
            graph = nx.gnp_random_graph(len(team), TEAM_DENSITY, seed=_seed(rng))
            found.append(_edges(graph, team))
        site_wide = np.isin(staff.role[low:high], (COORDINATOR, CHIEF))
        bridging = _skewed(high - low, BRIDGE_SPREAD, rng) * np.where(site_wide, SITE_WIDE_RATIO, 1)
        expected = shape.bridge_degree * bridging / bridging.mean()
        graph = nx.expected_degree_graph(expected, seed=_seed(rng), selfloops=False)
        found.append(_edges(graph, people))
    return np.concatenate(found)


def _teams(
    people: np.ndarray, smi: np.ndarray, rng: np.random.Generator, size: float
) -> list[np.ndarray]:
    """Near-equal teams; members of serious-mental-illness programmes sit together."""
    order = np.concatenate([rng.permutation(people[smi]), rng.permutation(people[~smi])])
    return np.array_split(order, max(1, round(len(people) / size)))


def _coordinators(
    staff: Staff, staff_visn: np.ndarray, rng: np.random.Generator, national_degree: float
) -> np.ndarray:
    """Every pair of coordinators in a VISN, and a sparse random graph beyond."""
    people = np.flatnonzero(staff.role == COORDINATOR)
    visn = staff_visn[people]
    first, second = np.triu_indices(len(people), k=1)
    same = visn[first] == visn[second]
    beyond = int((~same).sum())
    density = min(1.0, national_degree * len(people) / 2 / beyond) if beyond else 0.0
    graph = nx.gnp_random_graph(len(people), density, seed=_seed(rng))
    national = _edges(graph, np.arange(len(people)))
    national = national[visn[national[:, 0]] != visn[national[:, 1]]]
    regional = np.column_stack([first[same], second[same]])
    return people[np.concatenate([regional, national])]


def _between(
    staff: Staff, staff_visn: np.ndarray, rng: np.random.Generator, shape: TieShape
) -> np.ndarray:
    """Few ties between sites: skewed, mostly in the VISN, more often with one's own role."""
    draw = _PairDraw(staff, staff_visn, rng)
    wanted = round(len(staff.site) * shape.between_degree / 2)
    regional = draw.pairs(round(wanted * shape.same_visn_share), same_visn=True)
    national = draw.pairs(wanted - len(regional), same_visn=False)
    return np.concatenate([regional, national])


class _PairDraw:
    """Draws pairs in proportion to both people's propensities, by rejection."""

    ROUNDS = 60  # small systems may have fewer possible pairs than wanted: then stop

    def __init__(self, staff: Staff, staff_visn: np.ndarray, rng: np.random.Generator) -> None:
        self.staff, self.visn, self.rng = staff, staff_visn, rng
        self.order = np.argsort(staff_visn, kind="stable")
        weights = _skewed(len(staff_visn), BETWEEN_SPREAD, rng)
        self.heap = np.concatenate([[0.0], np.cumsum(weights[self.order])])
        ranked = staff_visn[self.order]
        self.low = np.searchsorted(ranked, staff_visn, side="left")
        self.high = np.searchsorted(ranked, staff_visn, side="right")

    def pairs(self, wanted: int, *, same_visn: bool) -> np.ndarray:
        """About ``wanted`` distinct pairs (exactly, where there are enough), shape (n, 2)."""
        n = len(self.visn)
        keys = np.empty(0, dtype=np.int64)
        for _ in range(self.ROUNDS):
            if len(keys) >= wanted:
                break
            first = self._people(wanted, 0.0, self.heap[-1])
            if same_visn:
                second = self._people(
                    wanted, self.heap[self.low[first]], self.heap[self.high[first]]
                )
            else:
                second = self._people(wanted, 0.0, self.heap[-1])
            good = self._allowed(first, second, same_visn)
            low, high = np.minimum(first, second)[good], np.maximum(first, second)[good]
            keys = np.concatenate([keys, low * n + high])
            _, position = np.unique(keys, return_index=True)
            keys = keys[np.sort(position)]  # distinct, in the order drawn
        return np.column_stack(np.divmod(keys[:wanted], n))

    def _people(self, count: int, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
        """People drawn by propensity from the stretch of the heap between low and high."""
        at = low + self.rng.random(count) * (np.asarray(high) - low)
        rank = np.searchsorted(self.heap, at, side="right") - 1
        return self.order[np.minimum(rank, len(self.order) - 1)]

    def _allowed(self, first: np.ndarray, second: np.ndarray, same_visn: bool) -> np.ndarray:
        staff = self.staff
        one_role = staff.role[first] == staff.role[second]
        coordinators = one_role & (staff.role[first] == COORDINATOR)  # these have their own layer
        kept = one_role | (self.rng.random(len(first)) < 1 / SAME_ROLE_RATIO)
        place = (self.visn[first] == self.visn[second]) == same_visn
        return place & kept & ~coordinators & (staff.site[first] != staff.site[second])


def _skewed(count: int, spread: float, rng: np.random.Generator) -> np.ndarray:
    return np.exp(spread * rng.standard_normal(count))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))


def _edges(graph: nx.Graph, people: np.ndarray) -> np.ndarray:
    found = np.array(graph.edges(), dtype=np.int64).reshape(-1, 2)
    return people[found]
