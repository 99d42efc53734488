"""One month of one history, and batches of histories in parallel."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from imr_sim.model import (
    awareness_phase,
    implementation_phase,
    persuasion_phase,
    record_phase,
    site_phases,
    turnover_phase,
)
from imr_sim.model.compiled import entry, inlined, rule
from imr_sim.model.rng import Luck
from imr_sim.model.state import N_FLAGS, NOT_PROVIDING, Agents, Given

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
    ("record", "head counts, counters of exposure, the month's record"),
)


# What the histories of a batch share: the system as laid out, the two halves of the seed (uint64),
# the number of their first month.
Shared = namedtuple("Shared", "world key start")
# Where months are written: ndarray of RECORD (B, >= row + months, S), from `row` on; and the log of
# events, when B is 1. A log of capacity 0 keeps nothing.
Output = namedtuple("Output", "record row log")


@inlined
def month_of_history(given, agents):
    """Advance one history by one month."""
    now, new, left = agents.now, agents.new, agents.left
    before, after = agents.before, agents.after
    for f in range(N_FLAGS):
        for w in range(len(left)):
            now[f, w] = new[f, w]
    for s in range(given.world.n_sites):
        before[s] = after[s]
    site_phases.context(given, agents)
    turnover_phase.turnover(given, agents)
    awareness_phase.awareness(given, agents)
    persuasion_phase.persuasion(given, agents)
    site_phases.decision(given, agents)
    implementation_phase.implementation(given, agents)
    site_phases.sustainment(given, agents)
    record_phase.log_forgotten(given, agents)
    record_phase.update_exposure(given.world, now, new, agents.within, agents.between, agents.peers)
    record_phase.count_staff(given.world, new, after)


@rule
def luck_of_history(key, state, b):
    """The key of the luck of history `b`."""
    return Luck(key[0], key[1], state.replicate[b], state.draw[b])


@rule
def agents_of(state, b):
    """The agents of history `b`: views of its state, and room for the month before."""
    flags, sites = state.flags[b], state.sites[b]
    return Agents(
        now=np.empty_like(flags),
        new=flags,
        left=np.empty(flags.shape[1], np.uint64),
        within=state.within[b],
        between=state.between[b],
        peers=state.peers[b],
        hired=state.hired[b],
        before=np.empty_like(sites),
        after=sites,
    )


@entry
def start_histories(shared, params, state):
    """Draw what is given at the start of each history."""
    world = shared.world
    for b in range(len(params)):
        luck = luck_of_history(shared.key, state, b)
        site_phases.initial_sites(world, params[b], luck, shared.start, state.sites[b])
        for s in range(world.n_sites):
            state.sites[b, s].status = NOT_PROVIDING


@entry
def count_anew(world, before, state):
    """Make counts of heads and of exposure agree with flags that were changed from `before`.

    Parameters
    ----------
    world : World
    before : ndarray of uint64, shape (B, 7, words)
    state : State
        Changed in place.
    """
    for b in range(len(state.flags)):
        flags = state.flags[b]
        record_phase.update_exposure(
            world, before[b], flags, state.within[b], state.between[b], state.peers[b]
        )
        record_phase.count_staff(world, flags, state.sites[b])


@entry
def run_months(shared, params, state, months, doses, output, histories):
    """Advance some histories of a batch under constant doses.

    Parameters
    ----------
    shared : Shared
    params : ndarray of records, shape (B,)
    state : State
        Changed in place.
    months : tuple of int
        Number of the first month to run (year * 12 + month - 1), and how many to run.
    doses : ndarray of float64, shape (B, S, levers)
    output : Output
        Written.
    histories : tuple of int
        The first history to run and the one after the last: different threads run different ones.
    """
    world, start = shared.world, shared.start
    first, n_months = months
    for b in range(histories[0], histories[1]):
        luck = luck_of_history(shared.key, state, b)
        agents = agents_of(state, b)
        for m in range(n_months):
            given = Given(world, params[b], luck, first + m, start, doses[b], output.log)
            month_of_history(given, agents)
            record_phase.write_record(agents.after, output.record[b, output.row + m])
