"""What a health system is: sites, the staff posts in them, and who hears from whom."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from imr_sim.checks import read_only
from imr_sim.system.account import Account

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
    """Ties in compressed rows; those of files are undirected unless they say otherwise.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n_staff + 1,)
        Row ``j`` is ``indices[indptr[j]:indptr[j + 1]]``: the staff who hear from ``j``.
    indices : ndarray of int32
        An undirected tie stands in both rows, a directed one in that of the teller; rows are
        sorted, without self ties or duplicates.
    """

    indptr: np.ndarray
    indices: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "indptr", _frozen(self.indptr))
        object.__setattr__(self, "indices", _frozen(self.indices))

    @classmethod
    def from_pairs(
        cls, pairs: np.ndarray, n_staff: int, directed: np.ndarray | bool = False
    ) -> Ties:
        """Freeze pairs of staff, shape (n, 2); repeated ones, and both ways of one, count once.

        Of a pair that is `directed` (bool, shape (n,)), only the second hears from the first.
        """
        a, b = np.asarray(pairs, dtype=np.int64).reshape(-1, 2).T
        back = ~np.broadcast_to(directed, a.shape)
        keys = np.unique(np.concatenate([a * n_staff + b, (b * n_staff + a)[back]]))
        rows, columns = np.divmod(keys, max(n_staff, 1))
        indptr = np.zeros(n_staff + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=n_staff), out=indptr[1:])
        return cls(indptr, columns.astype(np.int32))

    @property
    def degree(self) -> np.ndarray:
        """Staff who hear from each staff member, int64, shape (n_staff,)."""
        return np.diff(self.indptr)

    @property
    def n_ties(self) -> int:
        """Number of pairs that are tied, one way or both."""
        mutual = self._ways()[1]
        return int((~mutual).sum() + mutual.sum() // 2)

    def pairs(self) -> np.ndarray:
        """Each undirected tie once, as (lower, higher) staff index; int64, shape (n, 2)."""
        tellers, mutual = self._ways()
        once = mutual & (tellers < self.indices)
        return np.column_stack([tellers[once], self.indices[once].astype(np.int64)])

    def one_way(self) -> np.ndarray:
        """Each directed tie, as (teller, listener) staff index; int64, shape (n, 2)."""
        tellers, mutual = self._ways()
        return np.column_stack([tellers[~mutual], self.indices[~mutual].astype(np.int64)])

    def _ways(self) -> tuple[np.ndarray, np.ndarray]:
        """Teller of each entry of `indices`, and whether the listener tells the teller too."""
        n = len(self.indptr) - 1
        tellers = np.repeat(np.arange(n), self.degree)
        there, back = tellers * n + self.indices, self.indices * np.int64(n) + tellers
        return tellers, np.isin(back, there, assume_unique=True)


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
    ids : tuple of str or None
        Names of the posts in the user's staff file; None where they are generated.
    account : Account
        What was read, ignored, folded and invented when it was loaded.
    digest : str
        SHA-256 over the content (not the names, note or account): the same on every machine.
    """

    name: str
    sites: pd.DataFrame
    site: np.ndarray
    role: np.ndarray
    smi: np.ndarray
    ties: Mapping[str, Ties]
    invented: bool
    note: str
    ids: tuple[str, ...] | None = None
    account: Account = Account()  # noqa: RUF009 - frozen, so one default can be shared

    def __post_init__(self) -> None:
        for name, kind in (("site", np.int32), ("role", np.uint8), ("smi", np.bool_)):
            object.__setattr__(self, name, _frozen(np.array(getattr(self, name), dtype=kind)))

    @property
    def digest(self) -> str:
        """SHA-256 over the content as it is now: a site table can be changed in place."""
        text = self.sites.to_csv(index=False, lineterminator="\n")
        known = self._digests.get(text)
        if known is None:
            known = self._digests[text] = _digest(self, text)
        return known

    @cached_property
    def _digests(self) -> dict[str, str]:
        """Digests by the site table that they are of; the arrays cannot change."""
        return {}

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.sites)

    @property
    def n_staff(self) -> int:
        """Number of staff posts."""
        return len(self.site)

    def staff_ids(self) -> list[str]:
        """Names of the posts in staff order: the user's own, else ``<station>-<number>``."""
        if self.ids is not None:
            return list(self.ids)
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
    return read_only(np.asarray(array))


def _digest(system: System, sites: str) -> str:
    content = hashlib.sha256(f"{int(system.invented)}\n{sites}".encode())
    arrays = [system.site, system.role, system.smi]
    for layer in LAYERS:
        arrays += [system.ties[layer].indptr, system.ties[layer].indices]
    for array in arrays:
        content.update(f"{array.dtype.name} {array.shape}\n".encode())
        content.update(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes())
    return content.hexdigest()
