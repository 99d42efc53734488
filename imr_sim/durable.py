"""Files that a later run trusts: whole or absent, damage is found, one run at a time holds them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imr_sim.errors import RequestError

UNFINISHED = ".tmp"  # ending of a file that is being written
CHECKSUM = "sha256"  # key of a JSON file's own checksum
_LENGTH = hashlib.sha256().digest_size


class Damaged(ValueError):
    """A file is not as it was written."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole, or not at all, even when disk or machine give out."""
    part = path.with_name(path.name + UNFINISHED)
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if hasattr(os, "O_DIRECTORY"):  # the name is safe only when the folder is
        folder = os.open(path.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def checksum(content: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_sealed(path: Path, content: bytes) -> None:
    """Write bytes behind their checksum; see `read_sealed`."""
    write_whole(path, hashlib.sha256(content).digest() + content)


def read_sealed(path: Path) -> bytes:
    """Bytes that `write_sealed` wrote.

    Raises
    ------
    Damaged
        When a single bit differs, or the file is cut short.
    OSError
        When it cannot be read.
    """
    held = path.read_bytes()
    seal, content = held[:_LENGTH], held[_LENGTH:]
    if hashlib.sha256(content).digest() != seal:
        raise Damaged(f"{path.name} is not as it was written")
    return content


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as JSON with its own checksum in it."""
    sealed = {**content, CHECKSUM: checksum(_canonical(content))}
    write_whole(path, (json.dumps(sealed, indent=2) + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """A mapping that `write_json` wrote, without the checksum.

    Raises
    ------
    Damaged
        When it is no such file, or differs from what was written.
    OSError
        When it cannot be read.
    """
    try:
        content = json.loads(path.read_bytes())
        seal = content.pop(CHECKSUM)
        if checksum(_canonical(content)) == seal:
            return content
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError, IndexError):
        pass
    raise Damaged(f"{path.name} is not as it was written")


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


@contextmanager
def held(lock: Path, what: str) -> Iterator[None]:
    """Hold a folder or file, so that no two runs work on it at once.

    Parameters
    ----------
    lock : Path
        A file that is made for it and stays, or the folder itself.
    what : str
        What is held, for the message.

    Raises
    ------
    RequestError
        When another process holds it.
    """
    folder = lock.is_dir()
    descriptor = os.open(lock, os.O_RDONLY if folder else os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _lock(descriptor):
            raise RequestError(
                str(lock if folder else lock.parent),
                where=what,
                why="another process is working on it",
                write="Wait until it has ended, or end it.",
            )
        yield
    finally:
        os.close(descriptor)


def is_held(lock: Path) -> bool:
    """Whether some process holds a lock now."""
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Take the lock of what is open if nobody holds it; the end of the process gives it back."""
    try:
        import fcntl
    except ImportError:  # Windows: two runs in one folder are not noticed there
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
