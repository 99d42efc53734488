"""Small invented worlds in which one mechanism works at a time, and a look into their state."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from imr_sim.model.batch import Batch, Setting
from imr_sim.model.parameters import NAMES, SPECS, Parameters
from imr_sim.model.state import FLAG_NAMES
from imr_sim.system import ROLES, System, Ties
from imr_sim.system.sites import COLUMNS

OTHER = ROLES.index("other")
START = "2004-01"

# Everything that can happen by itself, switched off. No site whose staff is outside SMI
# programmes can decide, so a0 only matters in the worlds that set it.
SILENT = {
    "turnover_clinical": 0,
    "turnover_peer": 0,
    "turnover_other": 0,
    "turnover_coordinator": 0,
    "turnover_chief": 0,
    "external_aware": 0,
    "external_experienced": 0,
    "media": 0,
    "beta_within": 0,
    "beta_between": 0,
    "visibility": 0,
    "forgetting": 0,
    "support_rate": 0,
    "support_loss": 0,
    "champion_rate": 0,
    "champion_fatigue": 0,
    "leadership_change_rate": 0,
    "programme_change_rate": 0,
    "training_access": 0,
    "a0": -12,
    "d0": -10,
}


def silent(**values: float) -> Parameters:
    """Parameters under which nothing happens, but for `values`."""
    return Parameters(**{**SILENT, **values})


def flat_hazards() -> dict[str, float]:
    """Values that leave the decision and the stop with their baselines alone."""
    return {name: 0 for name in SPECS if name.startswith(("b_", "d_"))}


def world(
    sizes, *, within=(), between=(), smi: bool = False, role: int = OTHER, prrc: str = "never"
) -> System:
    """An invented system: `sizes` staff in each site, ties as pairs of staff numbers."""
    n_sites, n_staff = len(sizes), int(np.sum(sizes))
    site = np.repeat(np.arange(n_sites), sizes)
    table = pd.DataFrame(index=pd.RangeIndex(n_sites), columns=list(COLUMNS), dtype=object)
    table["station"] = [f"X{s:04d}" for s in range(n_sites)]
    table["name"] = table["city"] = "Nowhere"
    table["state"] = "KS"
    table["visn"], table["patients"], table["mh_users"] = 1, 10_000, 1_000
    table["latitude"], table["longitude"] = 39.0, -98.0
    table["rurality"], table["complexity"], table["prrc"] = "urban", "1a", prrc
    pairs = {"within": within, "between": between, "coordinators": ()}
    return System(
        name="test",
        sites=table,
        site=site,
        role=np.full(n_staff, role),
        smi=np.full(n_staff, smi),
        ties={k: Ties.from_pairs(np.reshape(v, (-1, 2)), n_staff) for k, v in pairs.items()},
        invented=True,
        note="an invented world for a test",
    )


def complete(n: int) -> np.ndarray:
    """All pairs of n people."""
    return np.column_stack(np.triu_indices(n, 1))


def histories(
    system: System, parameters: Parameters, n: int, seed: int = 1, threads: int = 1
) -> Batch:
    """`n` histories of one parameter set that differ in luck alone."""
    setting = Setting.of(system, seed, START, threads)
    values = np.tile([parameters[name] for name in NAMES], (n, 1))
    return Batch(setting, values, np.zeros(n, int), np.arange(n))


def flags(batch: Batch) -> dict[str, np.ndarray]:
    """Each flag of each staff member by name, bool, shape (B, n_staff)."""
    slot = batch.setting.slot
    words = batch.state.flags[:, :, slot // 64] >> (slot % 64).astype(np.uint64)
    bits = (words & np.uint64(1)).astype(bool)
    return {name: bits[:, i] for i, name in enumerate(FLAG_NAMES)}


def set_flag(batch: Batch, name: str, people: np.ndarray) -> None:
    """Give a flag to people (bool, shape (B, n_staff) or (n_staff,)) and count again."""
    state, slot, which = batch.state, batch.setting.slot, FLAG_NAMES.index(name)
    for b, has_it in enumerate(np.broadcast_to(people, (len(batch), len(slot)))):
        posts = slot[has_it]
        bits = np.uint64(1) << (posts % 64).astype(np.uint64)
        np.bitwise_or.at(state.flags[b, which], posts // 64, bits)
    for name, number in counters(batch).items():
        getattr(state, name)[:, slot] = number
    for name, number in head_counts(batch).items():
        state.sites[name] = number


def inform(batch: Batch, staff, *, supportive: bool = False) -> None:
    """Make these staff members aware (and supportive) in every history of a batch."""
    chosen = np.zeros(len(batch.setting.slot), bool)
    chosen[staff] = True
    set_flag(batch, "AWARE", chosen)
    if supportive:
        set_flag(batch, "SUPPORTIVE", chosen)


def tie_matrix(system: System, *, same_site: bool) -> sparse.csr_array:
    """Who hears from whom in any layer, inside or outside the own site; 0 or 1."""
    pairs = np.concatenate([layer.pairs() for layer in system.ties.values()])
    inside = system.site[pairs[:, 0]] == system.site[pairs[:, 1]]
    pairs = np.unique(pairs[inside == same_site], axis=0)
    there, back = np.concatenate([pairs, pairs[:, ::-1]]).T
    shape = (system.n_staff, system.n_staff)
    return sparse.csr_array((np.ones(len(there), int), (there, back)), shape)


def counters(batch: Batch) -> dict[str, np.ndarray]:
    """Aware ties inside and outside the site and supportive ties, counted anew; (B, n_staff)."""
    system, people = batch.setting.system, flags(batch)
    within, between = (tie_matrix(system, same_site=same) for same in (True, False))
    aware, supportive = people["AWARE"].astype(int), people["SUPPORTIVE"].astype(int)
    return {
        "within": aware @ within,
        "between": aware @ between,
        "peers": supportive @ (within + between),
    }


def head_counts(batch: Batch) -> dict[str, np.ndarray]:
    """Head counts of every site, counted anew from people; each (B, S)."""
    system, people = batch.setting.system, flags(batch)
    key = system.smi | (system.role == ROLES.index("chief"))
    groups = {
        "aware": people["AWARE"],
        "key_aware": people["AWARE"] & key,
        "smi_aware": people["AWARE"] & system.smi,
        "supportive": people["SUPPORTIVE"],
        "champions": people["CHAMPION"],
        "importer_champions": people["CHAMPION"] & people["IMPORTED"],
        "delivering": people["DELIVERING"],
        "trained": people["DELIVERING"] & people["TRAINED"],
    }
    first = np.searchsorted(system.site, np.arange(system.n_sites))
    return {name: np.add.reduceat(g, first, axis=1, dtype=int) for name, g in groups.items()}
