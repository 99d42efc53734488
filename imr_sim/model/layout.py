"""A system as the engine wants it: posts in words of 64, ties as one list of listeners.

Every site starts a new word, so that the flags of a site are whole words.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from imr_sim.months import month_number
from imr_sim.system import ROLES, System

COORDINATOR, CHIEF, PEER = (
    ROLES.index("coordinator"),
    ROLES.index("chief"),
    ROLES.index("peer specialist"),
)
OTHER = ROLES.index("other")
NOT_CLINICAL = (COORDINATOR, CHIEF, PEER, OTHER)
N_ROLES = len(ROLES)

PRRC_UNKNOWN, PRRC_NEVER = -2, -1

World = namedtuple(
    "World",
    [
        "n_sites",
        "site_word",  # (S + 1,) first word of each site
        "word_site",  # (W,) site of each word
        "present",  # (W,) uint64: posts that exist
        "smi",  # (W,) uint64: members of serious-mental-illness programmes
        "coordinator",  # (W,) uint64
        "chief",  # (W,) uint64
        "peer",  # (W,) uint64: peer specialists
        "clinical",  # (W,) uint64: psychiatrists, psychologists, social workers, nurses
        "key",  # (W,) uint64: SMI members and the chief
        "connected",  # (W,) uint64: SMI members with many ties (upper quarter of their site)
        "role",  # (slots,) uint8
        "degree",  # (slots,) uint8, or uint16 if need be: ties a person hears from
        "listener_ptr",  # (slots + 1,) int32
        "listener_split",  # (slots,) int32: first listener outside the site
        "listeners",  # (ties,) int32 slots, those of the same site first
        "teller_ptr",  # the same ties the other way round: whom a person hears from
        "tellers",
        "staff_count",  # (S,) int64
        "key_count",  # (S,) int64
        "smi_count",  # (S,) int64
        "pool",  # (n_staff,) int32: slots by kind, VISN, site
        "kind_ptr",  # (kinds + 1,) into pool
        "kind_visn",  # (kinds, V, 2) into pool
        "kind_site",  # (kinds, S, 2) into pool
        "site_visn",  # (S,) index of the VISN
        "size_z",  # (S,) standardised log patients
        "prrc",  # (S,) month opened, PRRC_NEVER or PRRC_UNKNOWN
    ],
)


def _bits(slots: np.ndarray, n_words: int) -> np.ndarray:
    words = np.zeros(n_words, np.uint64)
    np.bitwise_or.at(words, slots // 64, np.uint64(1) << (slots % 64).astype(np.uint64))
    return words


def _listeners(system: System, slot: np.ndarray, slot_site: np.ndarray):
    """All layers as one CSR over slots: who hears from whom, own site first, no tie twice."""
    n_slots = len(slot_site)
    pairs = [np.empty(0, np.int64)]  # both ends in one number, which sorts much faster than rows
    for layer in system.ties.values():
        teller = np.repeat(slot, np.diff(layer.indptr))
        listener = slot[layer.indices]
        outside = slot_site[teller] != slot_site[listener]
        pairs.append((2 * teller + outside) * n_slots + listener)
    keys = np.sort(np.concatenate(pairs))
    keys = keys[np.diff(keys, prepend=-1) > 0]  # np.unique takes ten times as long
    teller, listener = np.divmod(keys, n_slots)
    teller, outside = teller // 2, teller % 2 == 1
    ptr = np.zeros(n_slots + 1, np.int64)
    np.cumsum(np.bincount(teller, minlength=n_slots), out=ptr[1:])
    split = ptr[:-1] + np.bincount(teller[~outside], minlength=n_slots)
    degree = np.bincount(listener, minlength=n_slots)
    return ptr.astype(np.int32), split.astype(np.int32), listener.astype(np.int32), degree


def _tellers(ptr: np.ndarray, listeners: np.ndarray):
    """Ties the other way round; the same arrays when every tie is mutual."""
    teller = np.repeat(np.arange(len(ptr) - 1, dtype=np.int32), np.diff(ptr))
    if np.array_equal(np.sort(_pair(teller, listeners)), np.sort(_pair(listeners, teller))):
        return ptr, listeners
    order = np.argsort(listeners, kind="stable")
    back = np.zeros_like(ptr)
    np.cumsum(np.bincount(listeners, minlength=len(ptr) - 1), out=back[1:])
    return back, teller[order]


def _pair(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a.astype(np.int64) << 32 | b


def _well_connected(smi: np.ndarray, degree: np.ndarray, site: np.ndarray, n_sites: int):
    """SMI members in the upper quarter of ties among SMI members of their site."""
    out = np.zeros(len(smi), bool)
    members_of = np.split(np.flatnonzero(smi), np.searchsorted(site[smi], np.arange(1, n_sites)))
    for members in members_of:
        if len(members):
            out[members] = degree[members] >= np.quantile(degree[members], 0.75)
    return out


def _segments(keys: np.ndarray, n: int) -> np.ndarray:
    """First and last position of each key value 0..n-1 in the sorted array `keys`."""
    edges = np.searchsorted(keys, np.arange(n + 1))
    return np.stack([edges[:-1], edges[1:]], axis=1)


def _prrc_month(text: str) -> int:
    if text == "unknown":
        return PRRC_UNKNOWN
    return PRRC_NEVER if text == "never" else month_number(text)


def build_world(system: System) -> tuple[World, np.ndarray]:
    """Lay a system out for the engine.

    Parameters
    ----------
    system : System

    Returns
    -------
    world : World
        Arrays as described beside its fields.
    slot : ndarray of int64, shape (n_staff,)
        Post of each staff member.
    """
    site = system.site.astype(np.int64)
    n_sites = system.n_sites
    staff_count = np.bincount(site, minlength=n_sites)
    words = (staff_count + 63) // 64
    site_word = np.concatenate([[0], np.cumsum(words)])
    n_words = int(site_word[-1])
    first = np.concatenate([[0], np.cumsum(staff_count)])[:-1]
    slot = site_word[site] * 64 + np.arange(system.n_staff) - first[site]
    word_site = np.repeat(np.arange(n_sites), words)
    slot_site = np.repeat(word_site, 64)

    smi = system.smi.astype(bool)
    chief = system.role == CHIEF
    ptr, split, listeners, degree = _listeners(system, slot, slot_site)
    if degree.max(initial=0) > np.iinfo(np.uint16).max:
        raise ValueError("a staff member has more than 65,535 ties")
    teller_ptr, tellers = _tellers(ptr, listeners)
    role = np.full(n_words * 64, OTHER, np.uint8)
    role[slot] = system.role

    visns, site_visn = np.unique(system.sites["visn"].to_numpy(), return_inverse=True)
    kind = system.role.astype(np.int64) * 2 + smi
    order = np.lexsort((np.arange(system.n_staff), site, site_visn[site], kind))
    k, v, s = kind[order], site_visn[site[order]], site[order]
    n_kinds = 2 * N_ROLES
    rank = np.empty(n_sites, np.int64)
    rank[np.lexsort((np.arange(n_sites), site_visn))] = np.arange(n_sites)
    by_site = _segments(k * n_sites + rank[s], n_kinds * n_sites).reshape(n_kinds, n_sites, 2)
    log_patients = np.log(system.sites["patients"].to_numpy(float))
    spread = log_patients.std()
    world = World(
        n_sites=n_sites,
        site_word=site_word.astype(np.int64),
        word_site=word_site.astype(np.int64),
        present=_bits(slot, n_words),
        smi=_bits(slot[smi], n_words),
        coordinator=_bits(slot[system.role == COORDINATOR], n_words),
        chief=_bits(slot[chief], n_words),
        peer=_bits(slot[system.role == PEER], n_words),
        clinical=_bits(slot[~np.isin(system.role, NOT_CLINICAL)], n_words),
        key=_bits(slot[smi | chief], n_words),
        connected=_bits(slot[_well_connected(smi, degree[slot], site, n_sites)], n_words),
        role=role,
        degree=degree.astype(np.min_scalar_type(degree.max(initial=0))),
        listener_ptr=ptr,
        listener_split=split,
        listeners=listeners,
        teller_ptr=teller_ptr,
        tellers=tellers,
        staff_count=staff_count,
        key_count=np.bincount(site[smi | chief], minlength=n_sites),
        smi_count=np.bincount(site[smi], minlength=n_sites),
        pool=slot[order].astype(np.int32),
        kind_ptr=np.searchsorted(k, np.arange(n_kinds + 1)),
        kind_visn=_segments(k * len(visns) + v, n_kinds * len(visns)).reshape(
            n_kinds, len(visns), 2
        ),
        kind_site=np.ascontiguousarray(by_site[:, rank]),
        site_visn=site_visn.astype(np.int64),
        size_z=(log_patients - log_patients.mean()) / (spread if spread > 0 else 1.0),
        prrc=np.array([_prrc_month(t) for t in system.sites["prrc"]], np.int64),
    )
    return world, slot
