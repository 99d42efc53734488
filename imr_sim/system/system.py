"""What a health system is: sites, the staff posts in them, and who hears from whom."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

ROLES = (
    "coordinator",
    "chief",
    "psychiatrist",
    "psychologist",
    "social worker",
    "nurse",
    "peer specialist",
    "other",
)
COORDINATOR, CHIEF = ROLES.index("coordinator"), ROLES.index("chief")
LAYERS = ("within", "between", "coordinators")


@dataclass(frozen=True)
class Ties:
    """Undirected ties in compressed rows.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n_staff + 1,)
        Row ``j`` is ``indices[indptr[j]:indptr[j + 1]]``: the staff who hear from ``j``.
    indices : ndarray of int32, shape (2 * n_ties,)
        Each tie stands in both rows; rows are sorted, without self ties or duplicates.
    """

    indptr: np.ndarray
    indices: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "indptr", _frozen(self.indptr))
        object.__setattr__(self, "indices", _frozen(self.indices))

    @classmethod
    def from_pairs(cls, pairs: np.ndarray, n_staff: int) -> Ties:
        """Freeze pairs of staff, shape (n, 2); repeated and reversed pairs count once."""
        a, b = np.asarray(pairs, dtype=np.int64).reshape(-1, 2).T
        keys = np.unique(np.concatenate([a * n_staff + b, b * n_staff + a]))
        rows, columns = np.divmod(keys, max(n_staff, 1))
        indptr = np.zeros(n_staff + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=n_staff), out=indptr[1:])
        return cls(indptr, columns.astype(np.int32))

    @property
    def degree(self) -> np.ndarray:
        """Ties of each staff member, int64, shape (n_staff,)."""
        return np.diff(self.indptr)

    @property
    def n_ties(self) -> int:
        """Number of undirected ties."""
        return len(self.indices) // 2

    def pairs(self) -> np.ndarray:
        """Each tie once, as (lower, higher) staff index; int64, shape (n_ties, 2)."""
        rows = np.repeat(np.arange(len(self.indptr) - 1), self.degree)
        once = rows < self.indices
        return np.column_stack([rows[once], self.indices[once].astype(np.int64)])


@dataclass(frozen=True)
class System:
    """A health system: sites, staff posts, ties. Frozen; make one with ``load_system``.

    Attributes
    ----------
    name : str
        ``"va"``, ``"small"`` or the name of the user's folder or file.
    sites : DataFrame
        One row a site, sorted by station; the columns are listed in ``imr_sim.system.sites``.
    site : ndarray of int32, shape (n_staff,)
        Site of each post, an index into ``sites``; non-decreasing.
    role : ndarray of uint8, shape (n_staff,)
        Index into ``ROLES``.
    smi : ndarray of bool, shape (n_staff,)
        Member of a serious-mental-illness programme: only these champion or deliver IMR.
    ties : mapping of str to Ties
        Layers ``within`` (a site), ``between`` (sites) and ``coordinators``.
    invented : bool
        The sites are invented and stand for no real place.
    note : str
        Where it all comes from, in one or two sentences.
    digest : str
        SHA-256 over the content (not the name or note): the same on every machine.
    """

    name: str
    sites: pd.DataFrame
    site: np.ndarray
    role: np.ndarray
    smi: np.ndarray
    ties: Mapping[str, Ties]
    invented: bool
    note: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        for name, kind in (("site", np.int32), ("role", np.uint8), ("smi", np.bool_)):
            object.__setattr__(self, name, _frozen(np.array(getattr(self, name), dtype=kind)))
        object.__setattr__(self, "digest", _digest(self))

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.sites)

    @property
    def n_staff(self) -> int:
        """Number of staff posts."""
        return len(self.site)

    def staff_ids(self) -> list[str]:
        """Names of the posts, ``<station>-<number within the site>``, in staff order."""
        return staff_ids(self.sites["station"], self.site)

    def __repr__(self) -> str:
        return f"<System {self.name!r}: {self.n_sites} sites, {self.n_staff:,} staff>"


def staff_ids(stations: pd.Series, site: np.ndarray) -> list[str]:
    """Names of generated posts: ``<station>-<number within the site>``, counted from 1."""
    first = np.searchsorted(site, np.arange(len(stations)))
    number = np.arange(len(site)) - first[site] + 1
    names = stations.to_numpy()
    return [f"{names[s]}-{n:03d}" for s, n in zip(site, number, strict=True)]


def _frozen(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.setflags(write=False)
    return view


def _digest(system: System) -> str:
    text = system.sites.to_csv(index=False, lineterminator="\n")
    content = hashlib.sha256(f"{int(system.invented)}\n{text}".encode())
    arrays = [system.site, system.role, system.smi]
    for layer in LAYERS:
        arrays += [system.ties[layer].indptr, system.ties[layer].indices]
    for array in arrays:
        content.update(f"{array.dtype.name} {array.shape}\n".encode())
        content.update(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes())
    return content.hexdigest()
