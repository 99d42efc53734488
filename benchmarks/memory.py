"""Bytes a staff member that a running history keeps in memory, from the sizes of its arrays."""

from __future__ import annotations

import numpy as np

from imr_sim.model.batch import Batch
from imr_sim.model.state import RECORD

TIES = ("listener_ptr", "listener_split", "listeners", "teller_ptr", "tellers")


def bytes_a_member(batch: Batch) -> dict[str, float]:
    """What one history of a batch, and the layout that all share, take for each staff member.

    ``state`` and ``scratch`` (a month's flags, leavers and sites before it, once a thread) belong
    to a history; ``ties`` and ``layout`` are shared by all histories. ``total`` is the sum of the
    four. Beside it: ``record`` is what a month of output takes; ``system`` is the health system
    as loaded, whose tables are not read while histories run.
    """
    setting, state = batch.setting, batch.state
    world, system = setting.world, setting.system
    n_staff = system.n_staff
    layout = _distinct(getattr(world, name) for name in world._fields if name not in TIES)
    ties = _distinct(getattr(world, name) for name in TIES)
    given = [system.site, system.role, system.smi]
    for layer in system.ties.values():
        given += [layer.indptr, layer.indices]
    words = len(world.word_site)
    parts = {
        "state": sum(array.nbytes for array in state) / len(batch),
        "scratch": state.flags[0].nbytes + words * 8 + state.sites[0].nbytes,
        "ties": ties,
        "layout": layout + setting.slot.nbytes,
    }
    parts["total"] = sum(parts.values())
    parts["record"] = system.n_sites * RECORD.itemsize
    parts["system"] = _distinct(given) + int(system.sites.memory_usage(deep=True).sum())
    found = {name: size / n_staff for name, size in parts.items()}
    found["ties_share"] = found["ties"] / found["total"]
    return found


def _distinct(arrays) -> int:
    """Bytes of arrays, each counted once however many names it has."""
    arrays = {id(array): array for array in arrays if isinstance(array, np.ndarray)}
    return sum(array.nbytes for array in arrays.values())
