"""Whole histories of a health system with default parameters.

Three ways: from the first month to the last without a break on one thread and on two, and month by
month under a strategy on one, as comparisons and sweeps run the months after the policy date.
Timed is all that a batch of histories takes once the system is laid out: state, months, records.
"""

from __future__ import annotations

from dataclasses import replace

from histories import histories
from interleave import Program
from plain_mesa import Twin

from imr_sim.model.batch import Setting
from imr_sim.strategies import load_strategy

STRATEGY = "facilitation"


def programs(
    setting: Setting, exact: Twin, own_luck: Twin, n: int, months: int
) -> dict[str, Program]:
    """What to time: `n` histories of `months` months here, one month of the Mesa programs."""
    n_staff = setting.system.n_staff
    strategy = load_strategy(STRATEGY)

    def through(setting):
        return histories(setting, n).advance(months)

    def by_month(setting):
        batch = histories(setting, n)
        batch.begin_policy()
        campaign = batch.campaign(strategy, months, None)
        for _ in range(months):
            batch.advance_under(campaign)

    def engine(label, run, threads):
        here = replace(setting, threads=threads)
        return Program(label, n * months * n_staff, lambda _: here, run, threads=threads)

    def mesa(label, twin):
        return Program(label, n_staff, twin.prepare, twin.step, twin.check)

    return {
        "engine_1": engine("engine, one thread", through, 1),
        "engine_2": engine("engine, two threads", through, 2),
        "engine_by_month": engine(
            "engine, month by month under a strategy, one thread", by_month, 1
        ),
        "mesa": mesa("plain Mesa program, same histories", exact),
        "mesa_own_luck": mesa("plain Mesa program, Python's own random numbers", own_luck),
    }
