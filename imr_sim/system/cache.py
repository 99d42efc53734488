"""Generated ties kept between processes. Anything wrong with the cache means: no cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import networkx as nx
import numpy as np

from imr_sim.paths import private_cache
from imr_sim.system import assumptions
from imr_sim.system.staffing import Staff
from imr_sim.system.system import LAYERS, Ties
from imr_sim.system.ties_build import USUAL, TieShape, build_ties

FORMAT = 1  # raise it when the way ties are drawn changes


def cached_ties(
    staff: Staff, visn: np.ndarray, seed: int, shape: TieShape = USUAL
) -> dict[str, Ties]:
    """`build_ties`, from the cache when these very inputs were built before.

    The cache folder is that of ``imr_sim.paths.private_cache``; a file there is named by the
    SHA-256 of all inputs. An unreadable, corrupt or unwritable cache, and one that others could
    write to, is passed over in silence, since building again gives the same ties.
    """
    folder = private_cache("ties")
    if folder is None:
        return build_ties(staff, visn, seed, shape)
    path = folder / f"{_key(staff, visn, seed, shape)}.npz"
    ties = _read(path, len(staff.site))
    if ties is None:
        ties = build_ties(staff, visn, seed, shape)
        _write(path, ties)
    return ties


def _key(staff: Staff, visn: np.ndarray, seed: int, shape: TieShape) -> str:
    numbers = {k: v for k, v in vars(assumptions).items() if k.isupper()}
    head = f"{FORMAT} {seed} {np.__version__} {nx.__version__} {sorted(numbers.items())}"
    if shape != USUAL:
        head += f" {shape}"
    key = hashlib.sha256(head.encode())
    for array in (staff.site, staff.role, staff.smi, visn.astype("<i8")):
        key.update(f"{len(array)}\n".encode() + array.tobytes())
    return key.hexdigest()


def _read(path: Path, n_staff: int) -> dict[str, Ties] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            ties = {name: Ties(file[f"{name}_indptr"], file[f"{name}_indices"]) for name in LAYERS}
    except Exception:  # a damaged archive fails in many ways, and none of them matters here
        return None
    return ties if all(_sound(layer, n_staff) for layer in ties.values()) else None


def _sound(ties: Ties, n_staff: int) -> bool:
    indptr, indices = ties.indptr, ties.indices
    if indptr.dtype != np.int64 or indices.dtype != np.int32 or indptr.shape != (n_staff + 1,):
        return False
    whole = indptr[0] == 0 and indptr[-1] == len(indices) and bool((np.diff(indptr) >= 0).all())
    return whole and bool(((indices >= 0) & (indices < n_staff)).all())


def _write(path: Path, ties: dict[str, Ties]) -> None:
    arrays: dict[str, np.ndarray] = {}
    for name, layer in ties.items():
        arrays |= {f"{name}_indptr": layer.indptr, f"{name}_indices": layer.indices}
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        os.replace(temporary, path)
    except OSError:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
