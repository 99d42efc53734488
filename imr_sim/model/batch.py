"""A batch of histories that is moved forward together, and branched at a policy date."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.stats import norm

from imr_sim.model import engine
from imr_sim.model.events import Log, new_log
from imr_sim.model.layout import World, build_world
from imr_sim.model.parameters import NAMES, ParameterSet
from imr_sim.model.rng import POLICY, uniform_table
from imr_sim.model.state import (
    NEVER,
    RECORD,
    State,
    allocate,
    copy_state,
    parameter_records,
)
from imr_sim.months import month_number
from imr_sim.strategies import LEVERS, Campaign, PlannerView, SiteFacts
from imr_sim.strategies import NEVER as NEVER_SEEN
from imr_sim.system import System

NO_LOG = new_log(0)


@dataclass(frozen=True)
class Setting:
    """What all histories of a system share: layout, facts, seed, first month, threads to use."""

    system: System
    world: World
    slot: np.ndarray
    facts: SiteFacts
    seed: int
    start: int
    threads: int

    @classmethod
    def of(cls, system: System, seed: int, start: str, threads: int | None = None) -> Setting:
        """Lay out `system` for histories that begin in `start` ("YYYY-MM")."""
        world, slot = build_world(system)
        facts = SiteFacts.of(system)
        return cls(
            system, world, slot, facts, seed, month_number(start), threads or os.cpu_count() or 1
        )

    @property
    def key(self) -> np.ndarray:
        """The two halves of the seed."""
        return np.array([self.seed & 0xFFFFFFFF, self.seed >> 32], np.uint64)

    @property
    def shared(self) -> engine.Shared:
        """What the compiled months need of it."""
        return engine.Shared(self.world, self.key, self.start)


class Batch:
    """Histories (draw x replicate) that have reached the same month.

    Parameters
    ----------
    setting : Setting
    values : ndarray, shape (B, parameters)
        Parameter values of each history.
    draw, replicate : ndarray of int, shape (B,)
        Identity of each history: part of the key of its luck.

    Attributes
    ----------
    month : int
        Number of the next month to run (year * 12 + month - 1).
    """

    def __init__(
        self, setting: Setting, values: np.ndarray, draw: np.ndarray, replicate: np.ndarray
    ) -> None:
        self.setting = setting
        self.params = parameter_records(values)
        self.state = allocate(len(values), setting.world)
        self.state.draw[:] = draw
        self.state.replicate[:] = replicate
        self.month = setting.start
        self.policy: _Policy | None = None
        engine.start_histories(setting.shared, self.params, self.state)

    def __len__(self) -> int:
        return len(self.params)

    def branch(self, threads: int | None = None) -> Batch:
        """A twin with its own future, run by its own number of threads if given."""
        twin = object.__new__(Batch)
        twin.__dict__.update(self.__dict__)
        twin.setting = replace(self.setting, threads=threads or self.setting.threads)
        twin.state = copy_state(self.state)
        return twin

    def only(self, keep: np.ndarray) -> Batch:
        """Those histories for which `keep` (bool, shape (B,)) is true."""
        twin = self.branch()
        twin.params = self.params[keep]
        twin.state = State(*(array[keep] for array in self.state))
        if self.policy is not None:
            twin.policy = self.policy.only(keep)
        return twin

    def advance(
        self,
        months: int,
        doses: np.ndarray | None = None,
        log: Log = NO_LOG,
        into: np.ndarray | None = None,
        row: int = 0,
    ) -> np.ndarray:
        """Run `months` months under constant doses (none by default).

        Parameters
        ----------
        months : int
        doses : ndarray of float64, shape (B, S, levers), or None
        log : Log
        into : ndarray of RECORD, shape (B, >= row + months, S), or None
            Where the months are written, from `row` on; None for a record of their own.
        row : int

        Returns
        -------
        ndarray of RECORD, shape (B, months, S)
        """
        setting = self.setting
        n_sites = setting.world.n_sites
        if doses is None:
            doses = np.zeros((1, n_sites, len(LEVERS)))
            doses = np.broadcast_to(doses, (len(self), *doses.shape[1:])).copy()
        record = np.empty((len(self), months, n_sites), RECORD) if into is None else into

        span, output = (self.month, months), engine.Output(record, row, log)

        def run(histories: tuple[int, int]) -> None:
            engine.run_months(
                setting.shared, self.params, self.state, span, doses, output, histories
            )

        shares = _shares(len(self), setting.threads)
        if len(shares) == 1:
            run(shares[0])
        else:
            with ThreadPoolExecutor(len(shares)) as pool:
                list(pool.map(run, shares))
        self.month += months
        return record[:, row : row + months]

    def begin_policy(self, decisions: tuple[int, int, int] = POLICY) -> None:
        """Fix what planners learn at the policy date: a survey of the sites, and their own luck.

        `decisions` are the keys of the errors of the two surveys, and of that luck.
        """
        leadership, awareness, luck = decisions
        sites, setting = self.state.sites, self.setting
        reliability = self.params["survey_reliability"][:, None]
        key_staff = np.maximum(setting.world.key_count, 1)
        self.policy = _Policy(
            start=self.month,
            leadership=_measured(sites["leadership"], reliability, self._uniforms(leadership)),
            awareness=_measured(
                sites["key_aware"] / key_staff, reliability, self._uniforms(awareness)
            ),
            luck=self._uniforms(luck, month=0),
        )

    def _uniforms(self, decision: int, month: int | None = None) -> np.ndarray:
        when = self.month if month is None else month
        state, n_sites = self.state, self.setting.world.n_sites
        return uniform_table(self.setting.key, state.replicate, state.draw, when, decision, n_sites)

    def campaign(self, strategy, months: int, budget: float | None) -> Campaign:
        """Put a strategy to work on these histories for `months` months."""
        values = {name: self.params[name] for name in NAMES}
        return Campaign(strategy, self.setting.facts, values, months, budget)

    def view(self, campaign: Campaign) -> PlannerView:
        """What a planner can see at the start of the month."""
        sites, policy = self.state.sites, self.policy
        assert policy is not None, "begin_policy comes first"
        since = self.month - policy.start

        def months_since(field: str) -> np.ndarray:
            months = self.month - sites[field]
            months[months <= 0] = NEVER_SEEN  # still to come
            return np.minimum(months, NEVER_SEEN).astype(np.int16)

        prrc = sites["prrc_month"]
        return PlannerView(
            month=since,
            status=sites["status"],
            ever_provided=sites["first_month"] > NEVER,
            has_prrc=(prrc >= 0) & (prrc < self.month),
            months_since_prrc_opened=months_since("prrc_month"),
            months_since_leader_change=months_since("leader_month"),
            months_since_programme_change=months_since("programme_month"),
            months_since_supported=campaign.months_since_supported(since),
            providing_since_supported=campaign.providing_since_supported,
            leadership_survey=policy.leadership,
            awareness_survey=policy.awareness,
            trained=sites["trained"].astype(np.int16),
            luck=policy.luck,
            sites=self.setting.facts,
        )

    def advance_under(
        self,
        campaign: Campaign,
        log: Log = NO_LOG,
        into: np.ndarray | None = None,
        row: int = 0,
    ) -> np.ndarray:
        """Run one month under a strategy; RECORD, shape (B, 1, S). See `advance`."""
        doses = campaign.doses(self.view(campaign))
        record = self.advance(1, doses, log, into, row)
        campaign.note_status(self.state.sites["status"])
        return record


@dataclass(frozen=True)
class _Policy:
    start: int
    leadership: np.ndarray
    awareness: np.ndarray
    luck: np.ndarray

    def only(self, keep: np.ndarray) -> _Policy:
        return _Policy(self.start, self.leadership[keep], self.awareness[keep], self.luck[keep])


def _shares(n: int, threads: int) -> list[tuple[int, int]]:
    """Split n histories into one run of neighbours a thread."""
    edges = np.linspace(0, n, min(n, threads) + 1).round().astype(int).tolist()
    return list(pairwise(edges))


def _measured(truth: np.ndarray, reliability: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Standardise over sites and add error: corr(measure, truth) = reliability."""
    spread = truth.std(axis=1, keepdims=True)
    z = (truth - truth.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    return reliability * z + np.sqrt(1.0 - reliability**2) * norm.ppf(u)


def identities(parameters: ParameterSet, replicates: int):
    """Draw and replicate of each history, and the row of values of each: draws x replicates."""
    draw = np.repeat(np.arange(len(parameters)), replicates)
    replicate = np.tile(np.arange(replicates), len(parameters))
    return draw, replicate, parameters.values[draw]
