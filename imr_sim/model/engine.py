"""One month of one history, and batches of histories in parallel."""

from __future__ import annotations

import numpy as np

from imr_sim.model import (
    awareness_phase,
    persuasion_phase,
    record_phase,
    site_phases,
    turnover_phase,
)
from imr_sim.model.compiled import entry, inlined
from imr_sim.model.rng import Luck
from imr_sim.model.state import N_FLAGS, NOT_PROVIDING

# The schedule, in order. Every phase reads the state at the start of the month and writes the next
# one. `strategy` runs in Python before the compiled phases; a test holds this against `month`.
PHASES = (
    ("context", "leaders and programmes change, PRRCs open; sensitive periods start and end"),
    (
        "strategy",
        "looking at what a planner could see, doses reach sites within capacity and budget",
    ),
    ("turnover", "people leave; posts are filled by transfers and from outside"),
    ("awareness", "the unaware hear of IMR from media, ties, their site and levers"),
    (
        "persuasion",
        "the aware support IMR or lose sight of it; supporters champion it; champions tire",
    ),
    ("decision", "sites that have heard of IMR and do not provide it decide to"),
    ("implementation", "preparing sites start; teams fill; training; fidelity moves"),
    ("sustainment", "providing sites stop, or not"),
    ("record", "head counts, counters of informed ties, the month's record"),
)


@inlined
def month_of_history(world, p, luck, month, start, state, b, dose, scratch, before, log):
    """Advance history `b` by one month."""
    now, left = scratch
    new = state.flags[b]
    after = state.sites[b]
    within, between, peers = state.within[b], state.between[b], state.peers[b]
    for f in range(N_FLAGS):
        for w in range(len(left)):
            now[f, w] = new[f, w]
    for s in range(world.n_sites):
        before[s] = after[s]
    site_phases.context(world, p, luck, month, before, after, dose)
    turnover_phase.turnover(
        world, p, luck, month, now, new, left, before, dose, state.hired[b], start, log
    )
    awareness_phase.awareness(
        world, p, luck, month, now, new, left, before, dose, within, between, log
    )
    persuasion_phase.persuasion(world, p, luck, month, now, new, left, before, dose, peers, log)
    site_phases.decision(world, p, luck, month, before, after, dose, log)
    site_phases.implementation(world, p, luck, month, now, new, left, before, after, dose, log)
    site_phases.sustainment(world, p, luck, month, new, before, after, dose, log)
    record_phase.tell_ties(world, now, new, within, between, peers)
    record_phase.count_staff(world, new, after)


@entry
def start_histories(world, params, key, state, start, first_history, last_history):
    """Draw what is given at the start of each history."""
    for b in range(first_history, last_history):
        luck = Luck(key[0], key[1], state.replicate[b], state.draw[b])
        site_phases.first_month(world, params[b], luck, start, state.sites[b])
        for s in range(world.n_sites):
            state.sites[b, s].status = NOT_PROVIDING


@entry
def count_anew(world, before, state):
    """Make counts of heads and of informed ties agree with flags that were changed from `before`.

    Parameters
    ----------
    world : World
    before : ndarray of uint64, shape (B, 7, words)
    state : State
        Changed in place.
    """
    for b in range(len(state.flags)):
        flags = state.flags[b]
        record_phase.tell_ties(
            world, before[b], flags, state.within[b], state.between[b], state.peers[b]
        )
        record_phase.count_staff(world, flags, state.sites[b])


@entry
def run_months(
    world,
    params,
    key,
    state,
    first,
    n_months,
    start,
    doses,
    record,
    row,
    log,
    first_history,
    last_history,
):
    """Advance some histories of a batch by `n_months` months under constant doses.

    Parameters
    ----------
    world : World
    params : ndarray of records, shape (B,)
    key : ndarray of uint64, shape (2,)
        The seed's two 32-bit halves.
    state : State
        Changed in place.
    first : int
        Month number (year * 12 + month - 1) of the first month to run.
    n_months : int
    start : int
        Month number of the history's first month (for months of hire).
    doses : ndarray of float64, shape (B, S, levers)
    record : ndarray of RECORD, shape (B, >= row + n_months, S)
        Written, from `row` on.
    row : int
    log : Log
        Events, when B is 1; a log of capacity 0 keeps nothing.
    first_history, last_history : int
        The histories to run: different threads run different ones.
    """
    n_words = len(world.word_site)
    for b in range(first_history, last_history):
        luck = Luck(key[0], key[1], state.replicate[b], state.draw[b])
        now = np.empty_like(state.flags[b])
        left = np.empty(n_words, np.uint64)
        before = np.empty_like(state.sites[b])
        for m in range(n_months):
            month_of_history(
                world,
                params[b],
                luck,
                first + m,
                start,
                state,
                b,
                doses[b],
                (now, left),
                before,
                log,
            )
            record_phase.write_record(state.sites[b], record[b, row + m])
