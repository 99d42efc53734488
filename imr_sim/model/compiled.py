"""The one decorator for compiled code, with a cache that knows when any rule changed.

Numba's own cache looks only at the file of the function compiled, so a change of a rule in another
file would go unnoticed. Here the cache folder carries a hash of every source file that is compiled.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from pathlib import Path

import numba
import numpy as np

from imr_sim.paths import cache_folder

# Files whose functions or constants end up in compiled code; a test holds this list complete.
COMPILED_FILES = (
    "awareness_phase",
    "bits",
    "compiled",
    "engine",
    "events",
    "implementation_phase",
    "layout",
    "persuasion_phase",
    "record_phase",
    "rng",
    "rules",
    "site_phases",
    "state",
    "turnover_phase",
)


def source_hash() -> str:
    """What the compiled code is, in 16 hexadecimal digits: its sources and the compiler."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name in COMPILED_FILES:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _compile_folder() -> str:
    folder = cache_folder() / "compiled" / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return os.path.join(tempfile.gettempdir(), f"imr-sim-{source_hash()}")
    return str(folder)


def rule(function):
    """Compile a small function that is used from within an entry point."""
    return numba.njit(error_model="numpy")(function)


def inlined(function):
    """Compile a small function into the body of every caller, so that loops around it vectorise."""
    return numba.njit(error_model="numpy", inline="always")(function)


def entry(function):
    """Compile a function called from Python, without the interpreter's lock; keep it on disk."""
    if numba.config.DISABLE_JIT:
        return _with_fields_as_attributes(function)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _compile_folder()
    try:
        return numba.njit(error_model="numpy", cache=True, nogil=True)(function)
    finally:
        numba.config.CACHE_DIR = before


def _with_fields_as_attributes(function):
    """As plain Python: fields of records are attributes and words wrap round, as when compiled."""

    def run(*arguments):
        with np.errstate(all="ignore"):
            return function(*(_as_records(argument) for argument in arguments))

    return functools.wraps(function)(run)


def _as_records(value):
    if isinstance(value, np.ndarray) and value.dtype.names:
        return value.view(np.recarray)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_as_records(item) for item in value))
    return value
