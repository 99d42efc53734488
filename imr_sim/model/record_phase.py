"""Record: counters of informed ties, head counts, and the month's row of every site."""

from __future__ import annotations

from imr_sim.model.bits import count, lowest, position
from imr_sim.model.compiled import rule
from imr_sim.model.state import AWARE, CHAMPION, DELIVERING, IMPORTED, SUPPORTIVE, TRAINED


@rule
def tell_ties(world, now, new, within, between, peers):
    """Push what changed this month to the counters of those who hear from the changed."""
    ptr, split_at, listeners = world.listener_ptr, world.listener_split, world.listeners
    for w in range(len(now)):
        changed = now[w, AWARE] ^ new[w, AWARE]
        while changed:
            flag = lowest(changed)
            changed ^= flag
            slot = w * 64 + position(flag)
            step = 1 if new[w, AWARE] & flag else -1
            for k in range(ptr[slot], split_at[slot]):
                within[listeners[k]] = int(within[listeners[k]]) + step
            for k in range(split_at[slot], ptr[slot + 1]):
                between[listeners[k]] = int(between[listeners[k]]) + step
        changed = now[w, SUPPORTIVE] ^ new[w, SUPPORTIVE]
        while changed:
            flag = lowest(changed)
            changed ^= flag
            slot = w * 64 + position(flag)
            step = 1 if new[w, SUPPORTIVE] & flag else -1
            for k in range(ptr[slot], ptr[slot + 1]):
                peers[listeners[k]] = int(peers[listeners[k]]) + step


@rule
def count_staff(world, flags, sites):
    """Head counts of every site, from the flags."""
    site_word, key, smi = world.site_word, world.key, world.smi
    for s in range(world.n_sites):
        site = sites[s]
        aware = key_aware = smi_aware = supportive = 0
        champions = importers = delivering = trained = 0
        for w in range(site_word[s], site_word[s + 1]):
            aware += count(flags[w, AWARE])
            key_aware += count(flags[w, AWARE] & key[w])
            smi_aware += count(flags[w, AWARE] & smi[w])
            supportive += count(flags[w, SUPPORTIVE])
            champions += count(flags[w, CHAMPION])
            importers += count(flags[w, CHAMPION] & flags[w, IMPORTED])
            delivering += count(flags[w, DELIVERING])
            trained += count(flags[w, DELIVERING] & flags[w, TRAINED])
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
