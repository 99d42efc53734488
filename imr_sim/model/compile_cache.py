"""Compiled code kept on disk: believed only where it is whole and nobody else could have made it.

Loading compiled code runs it, so its folder is one that only this user can write to
(`imr_sim.paths.private_cache`), and each entry carries a checksum of all of it. Whatever is wrong
with an entry, or with the disk, means: compile again.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

CHECKSUM = hashlib.sha256().digest_size


class KeptCode(NullCache):
    """Compiled versions of one function, one file each; in place of Numba's own cache.

    Parameters
    ----------
    function : callable
        As written; the file that it stands in is part of the key.
    folder : Path
        Where nobody else can write.
    """

    def __init__(self, function: Any, folder: Path) -> None:
        source = Path(function.__code__.co_filename).read_bytes()
        self._function = f"{function.__module__}.{function.__qualname__}"
        self._source = hashlib.sha256(source).hexdigest()
        self._folder = folder

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The function compiled for these types, or None."""
        target_context.refresh()
        key = self._key(sig, target_context.codegen())
        try:
            content = self._path(key).read_bytes()
            checksum, kept = content[:CHECKSUM], content[CHECKSUM:]
            if hashlib.sha256(kept).digest() != checksum:
                return None
            of, parts = pickle.loads(kept)  # our own file, whole, in our own folder
            return CompileResult._rebuild(target_context, *parts) if of == key else None
        except Exception:  # missing, cut short, of another compiler: it is compiled again
            return None

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep a compiled function, whole or not at all."""
        if cres.lifted or cres.library.has_dynamic_globals:
            return  # such code holds addresses of this process
        key = self._key(sig, cres.codegen)
        kept = dumps((key, cres._reduce()))
        temporary = None
        try:
            handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(kept).digest() + kept)
            os.replace(temporary, self._path(key))
        except OSError:  # the disk is full, the folder gone: there is no cache, and no harm
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(temporary)

    def _key(self, sig: Any, codegen: Any) -> tuple[str, ...]:
        python = sys.implementation.cache_tag or ""
        machine = repr(codegen.magic_tuple())
        return (self._function, self._source, python, repr(sig), machine)

    def _path(self, key: tuple[str, ...]) -> Path:
        return self._folder / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:40]}.bin"
