"""What happens before a policy date: the practice spreads by itself, or with its own support."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imr_sim.model.batch import NO_LOG, Batch
from imr_sim.model.events import Log
from imr_sim.model.rng import SUPPORT_OF_PRACTICE
from imr_sim.model.state import RECORD
from imr_sim.practice import Support


def live_past(
    batch: Batch,
    support: Support | None,
    months: int,
    tick: Callable[[int], None] | None = None,
    log: Callable[[], Log] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Run a batch from its first month to the policy date.

    Parameters
    ----------
    batch : Batch
    support : Support or None
        That of the practice in its own history; it acts in its months, over by the policy date.
    months : int
        Months to the policy date.
    tick : callable or None
        Called with the history-months just run.
    log : callable or None
        Gives each month its log of events.

    Returns
    -------
    record : ndarray of RECORD, shape (B, months, S)
    support_usd : ndarray of float64, shape (B, months)
        What the practice's support cost. It is part of the world and charged to no strategy.
    """
    spent = np.zeros((len(batch), months))
    if support is None:
        return _quietly(batch, months, tick, log), spent
    parts = [_quietly(batch, support.start, tick, log)]
    batch.begin_policy(SUPPORT_OF_PRACTICE)
    campaign = batch.campaign(support.strategy, support.months, None)
    for _ in range(support.months):
        parts.append(batch.advance_under(campaign, log() if log else NO_LOG))
        if tick:
            tick(len(batch))
    spent[:, support.start : support.end] = campaign.spent_usd
    parts.append(_quietly(batch, months - support.end, tick, log))
    return np.concatenate(parts, axis=1), spent


def _quietly(
    batch: Batch,
    months: int,
    tick: Callable[[int], None] | None,
    log: Callable[[], Log] | None,
) -> np.ndarray:
    if log is None:
        return batch.advance_quietly(months, tick)
    parts = [np.empty((len(batch), 0, batch.setting.world.n_sites), RECORD)]
    parts += [batch.advance(1, log=log()) for _ in range(months)]
    return np.concatenate(parts, axis=1)
