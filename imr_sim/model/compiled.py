"""The one decorator for compiled code, with a cache that knows when any rule changed.

Numba's own cache looks only at the file of the function compiled, so a change of a rule in another
file would go unnoticed, and it believes whatever it finds. Here the cache folder carries a hash of
every source file that is compiled, and `compile_cache` says what is believed.
"""

from __future__ import annotations

import functools
import hashlib
import warnings
from pathlib import Path

import numba
import numpy as np

from imr_sim.errors import NoCacheWarning
from imr_sim.model.compile_cache import KeptCode
from imr_sim.paths import private_cache

# Files whose functions or constants end up in compiled code; a test holds this list complete.
COMPILED_FILES = (
    "awareness_phase",
    "bits",
    "compile_cache",
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


@functools.cache
def _folder() -> Path | None:
    folder = private_cache("compiled", source_hash())
    if folder is None:
        warnings.warn(
            "no cache folder that is this user's alone can be used, so the model is compiled anew "
            "in each process, which takes about a minute; IMR_SIM_CACHE names another folder",
            NoCacheWarning,
            stacklevel=2,
        )
    return folder


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
    compiled = numba.njit(error_model="numpy", nogil=True)(function)
    folder = _folder()
    if folder is not None:
        compiled._cache = KeptCode(function, folder)
    return compiled


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
