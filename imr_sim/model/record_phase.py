"""Record: counters of exposure, head counts, and the month's row of every site."""

from __future__ import annotations

import numpy as np

from imr_sim.model.bits import count, lowest, position
from imr_sim.model.compiled import inlined, rule
from imr_sim.model.events import FORGOT, log_event
from imr_sim.model.state import AWARE, CHAMPION, DELIVERING, IMPORTED, SUPPORTIVE, TRAINED


@rule
def update_exposure(world, now, new, within, between, peers):
    """Push what changed this month to the counters of those who hear from the changed."""
    ptr, split_at, listeners = world.listener_ptr, world.listener_split, world.listeners
    for w in range(now.shape[1]):
        changed = now[AWARE, w] ^ new[AWARE, w]
        while changed:
            flag = lowest(changed)
            changed ^= flag
            slot = w * 64 + position(flag)
            step = 1 if new[AWARE, w] & flag else -1
            _add(within, listeners, ptr[slot], split_at[slot], step)
            _add(between, listeners, split_at[slot], ptr[slot + 1], step)
        changed = now[SUPPORTIVE, w] ^ new[SUPPORTIVE, w]
        while changed:
            flag = lowest(changed)
            changed ^= flag
            slot = w * 64 + position(flag)
            step = 1 if new[SUPPORTIVE, w] & flag else -1
            _add(peers, listeners, ptr[slot], ptr[slot + 1], step)


@rule
def log_forgotten(given, agents):
    """Log who forgot IMR in the month: those who did and joined a team in it did not."""
    if len(given.log.kind) == 0:
        return
    for w in range(agents.now.shape[1]):
        forgotten = agents.now[AWARE, w] & ~agents.new[AWARE, w] & ~agents.left[w]
        while forgotten:
            flag = lowest(forgotten)
            forgotten ^= flag
            slot = w * 64 + position(flag)
            log_event(given.log, given.month, FORGOT, given.world.word_site[w], slot, 0, -1)


@inlined
def _add(counters, listeners, first, last, step):
    """Add `step` to the counters of listeners number `first` to `last` - 1."""
    for k in range(np.uint64(first), np.uint64(last)):  # unsigned: no check for negative indices
        listener = np.uint64(listeners[k])
        counters[listener] = int(counters[listener]) + step


@rule
def count_staff(world, flags, sites):
    """Head counts of every site, from the flags."""
    site_word, key, smi = world.site_word, world.key, world.smi
    for s in range(world.n_sites):
        site = sites[s]
        aware = key_aware = smi_aware = supportive = 0
        champions = importers = delivering = trained = 0
        for w in range(site_word[s], site_word[s + 1]):
            aware += count(flags[AWARE, w])
            key_aware += count(flags[AWARE, w] & key[w])
            smi_aware += count(flags[AWARE, w] & smi[w])
            supportive += count(flags[SUPPORTIVE, w])
            champions += count(flags[CHAMPION, w])
            importers += count(flags[CHAMPION, w] & flags[IMPORTED, w])
            delivering += count(flags[DELIVERING, w])
            trained += count(flags[DELIVERING, w] & flags[TRAINED, w])
        site.aware = aware
        site.key_aware = key_aware
        site.smi_aware = smi_aware
        site.supportive = supportive
        site.champions = champions
        site.importer_champions = importers
        site.delivering = delivering
        site.trained = trained


@rule
def write_record(sites, record):
    """Write one row a site."""
    for s in range(len(sites)):
        site, row = sites[s], record[s]
        row.fidelity = site.fidelity
        row.leadership = site.leadership
        row.aware = site.aware
        row.key_aware = site.key_aware
        row.supportive = site.supportive
        row.champions = site.champions
        row.importer_champions = site.importer_champions
        row.trained = site.trained
        row.delivering = site.delivering
        row.status = site.status
        row.events = site.events
