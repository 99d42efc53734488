"""Histories up to a policy date, and what becomes of them under one strategy or another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from imr_sim.experiment.past import live_past
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.outcomes import monthly_outcomes
from imr_sim.model.state import RECORD
from imr_sim.practice import Support
from imr_sim.strategies import Strategy

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Past:
    """B histories that have reached the policy date, from where strategies part.

    Attributes
    ----------
    batch : Batch
        At the policy date; `run_arm` moves only branches of it.
    record : ndarray of RECORD, shape (B, months, S)
    curves : dict of ndarray of float64, each of shape (B, months)
        See `imr_sim.model.outcomes.monthly_outcomes`; with support of the practice's own also
        ``support_usd``, what it cost in each month.
    """

    batch: Batch
    record: np.ndarray
    curves: dict[str, np.ndarray]

    @classmethod
    def run(
        cls,
        setting: Setting,
        values: np.ndarray,
        draw: np.ndarray,
        replicate: np.ndarray,
        months: int,
        tick: Tick | None = None,
        support: Support | None = None,
    ) -> Past:
        """Run histories (see `Batch`) for `months` months; `tick(history_months)` now and then.

        `support` is that of the practice in its own history, over by the policy date.
        """
        batch = Batch(setting, values, draw, replicate)
        record, support_usd = live_past(batch, support, months, tick)
        batch.begin_policy()
        curves = monthly_outcomes(record, batch.params)
        if support:
            curves["support_usd"] = support_usd
        return cls(batch, record, curves)

    def only(self, keep: np.ndarray) -> Past:
        """Those histories for which `keep` (bool, shape (B,)) is true."""
        curves = {name: curve[keep] for name, curve in self.curves.items()}
        return Past(self.batch.only(keep), self.record[keep], curves)


@dataclass(frozen=True)
class Course:
    """What became of B histories under one strategy.

    Attributes
    ----------
    curves : dict of ndarray of float64, each of shape (B, months in all)
        Those of the past and on; ``cost_usd`` and ``hours`` in each month besides.
    record : ndarray of RECORD, shape (B, horizon, S)
        From the policy date on.
    supported : ndarray of bool, shape (B, S)
        Got any dose.
    """

    curves: dict[str, np.ndarray]
    record: np.ndarray
    supported: np.ndarray


def run_arm(
    past: Past, strategy: Strategy, horizon: int, budget: float | None, tick: Tick | None = None
) -> Course:
    """Run `horizon` months under a strategy, in this thread; `past` stays as it is."""
    batch = past.batch.branch(threads=1)
    campaign = batch.campaign(strategy, horizon, budget)
    record = np.empty((len(batch), horizon, batch.setting.world.n_sites), RECORD)
    for m in range(horizon):
        batch.advance_under(campaign, into=record, row=m)
        if tick:
            tick(len(batch))
    later = monthly_outcomes(record, batch.params)
    if "support_usd" in past.curves:
        later["support_usd"] = np.zeros((len(batch), horizon))
    curves = {name: np.concatenate([past.curves[name], c], axis=1) for name, c in later.items()}
    nothing = np.zeros((len(batch), past.record.shape[1]))
    curves["cost_usd"] = np.concatenate([nothing, campaign.spent_usd], axis=1)
    curves["hours"] = np.concatenate([nothing, campaign.hours], axis=1)
    return Course(curves, record, campaign.supported)
