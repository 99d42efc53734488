"""The folder of one run: made new, described by a manifest, and never half-written."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from imr_sim import durable
from imr_sim.errors import RequestError

MANIFEST, CONFIG = "manifest.json", "config.yaml"
README, DETAILS = "README.txt", "error.txt"
STAGE = ".part"  # results wait here until all of them are whole
RESERVE = "reserve"
UNFINISHED = ".tmp"  # end of the name of a file that is being written


def free_path(out: str | None, command: str) -> Path:
    """Where a run may write: `out`, or outputs/<command>/<date-time>; nothing is made yet.

    Raises
    ------
    RequestError
        When the path exists already or no folder can be made there.
    """
    if out is None:
        base = Path("outputs") / command / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        path, n = base, 2
        while os.path.lexists(path):
            path, n = base.with_name(f"{base.name}_{n}"), n + 1
    else:
        path = Path(out)
    try:
        path = path.expanduser()
        taken = _exists(path)
        above = next((p for p in path.absolute().parents if _exists(p)), path)
    except (OSError, ValueError, RuntimeError) as error:  # too long, a NUL, no home
        reason = error.strerror if isinstance(error, OSError) else error
        raise _unwritable(path, f"it is no possible path ({reason})") from error
    if taken:
        raise RequestError(
            f"out={path}",
            where="command line",
            why="it exists already, and nothing is ever overwritten",
            write="Write the path of a folder that does not exist yet.",
        )
    if not above.is_dir():
        raise _unwritable(path, f"{above} is not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise _unwritable(path, f"{above} is not writable")
    return path


def _exists(path: Path) -> bool:
    """As `os.path.lexists`, which takes a path that cannot be for one that is free."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def read_run(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Manifest of an earlier run, and its request with every key resolved.

    Raises
    ------
    ValueError
        When there is no run in the folder, with the reason.
    """
    from imr_sim.strategies.yaml_file import read_yaml  # not needed, and slow, for `--help`

    try:
        if folder.is_file():
            raise ValueError("it is a file, not a folder")
        manifest = durable.read_json(folder / MANIFEST)
        config = read_yaml(folder / CONFIG, CONFIG, "config", "docs/cli.md")
    except durable.Damaged as damage:
        raise ValueError(f"{damage}, or of another version") from None
    except OSError:
        raise ValueError("there is no run in it") from None
    except RequestError as error:
        raise ValueError(f"{error.where} cannot be read: {error.why}") from None
    except RecursionError:
        raise ValueError("what it says of its run is nested too deep to be read") from None
    if not isinstance(config, dict) or config != manifest.get("config"):
        raise ValueError(f"{CONFIG} is not as it was written, as {MANIFEST} has it")
    return manifest, config


def _unwritable(path: Path, why: str) -> RequestError:
    return RequestError(
        f"out={path}",
        where="command line",
        why=f"no folder can be made there: {why}",
        write="Write out=<a new folder in a place where you may write>.",
    )


class RunFolder:
    """A new folder with `manifest.json`, `config.yaml`, and results that appear only when whole.

    Parameters
    ----------
    path : Path
        From `free_path`; it and its missing parents are made.
    manifest : mapping
        What is known at the start; status, start, end and seconds are added.
    config : str
        Text of `config.yaml`.
    """

    _lock: int | None  # of the folder, while the run works in it

    def __init__(self, path: Path, manifest: Mapping[str, Any], config: str) -> None:
        self._begin(path, [p for p in (path, *path.absolute().parents) if not p.exists()])
        self.manifest = {
            **manifest,
            "status": "running",
            "start": _now(),
            "end": None,
            "seconds": None,
        }
        made = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir()  # another run may have been quicker: what is there then is not ours
            made = True
            self._lock = _locked(path)
            self._write_reserve()
            self.write_text(CONFIG, config)
            self._write_manifest()
        except OSError as error:
            self._remove(self.made if made else self.made[1:])
            raise _unwritable(path, error.strerror or str(error)) from error

    @classmethod
    def again(cls, path: Path) -> RunFolder:
        """The folder of a run that is to go on; what it says of itself stays, but its status.

        Raises
        ------
        RequestError
            When another process works in it, or nothing can be written there.
        """
        folder = object.__new__(cls)
        folder._begin(path, [])
        try:
            folder._lock = _locked(path)
            manifest, _ = read_run(path)
            for name in (README, DETAILS):
                if (path / name).is_dir():
                    raise ValueError(f"{name} is a folder")
            resumed = [*manifest.get("resumed", []), _now()]
            folder.manifest = {**manifest, "status": "running", "end": None, "resumed": resumed}
            shutil.rmtree(path / STAGE, ignore_errors=True)  # what an interruption left
            folder._write_reserve()
            folder._write_manifest()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise RequestError(
                f"resume={path}",
                where="command line",
                why=f"it cannot go on there ({why})",
                write="Write the folder of an interrupted run in which you may write.",
            ) from error
        return folder

    def _begin(self, path: Path, made: list[Path]) -> None:
        self.path, self.made = path, made
        self.results: list[str] = []  # names that `staging` has moved into place
        self._began = time.monotonic()
        self._closing = threading.Lock()  # the end is written once, by the run or by Ctrl-C
        self._lock = None

    @contextmanager
    def staging(self, headline: str, contents: Mapping[str, str]) -> Iterator[Path]:
        """A folder to write results in; on leaving they all move into place, with `README.txt`.

        Parameters
        ----------
        headline : str
            What a reader must know of all results.
        contents : mapping of str to str
            What each file holds, in a line, by name, or by stem for a figure's two formats.
        """
        stage = self.path / STAGE
        yield stage
        names = sorted(p.name for p in stage.iterdir() if p.name != RESERVE)
        holds = {n: contents[n if n in contents else Path(n).stem] for n in names}
        if holds:
            self.explain(headline, holds)
        for name in names:
            os.replace(stage / name, self.path / name)
        self.results = names

    def remove(self, names: tuple[str, ...]) -> None:
        """Remove what was kept on the way: it is in the results now."""
        for path in (self.path / name for name in names):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def explain(self, headline: str, contents: Mapping[str, str]) -> None:
        """Write `README.txt`: what a reader must know, and what each file holds."""
        lines = [f"{name}: {holds}" for name, holds in contents.items()]
        self.write_text(README, "\n".join([headline, "", *KEPT, *lines]) + "\n")

    def written(self) -> list[Path]:
        """Files of the folder, by name."""
        return sorted(p for p in self.path.iterdir() if p.name != STAGE)

    def write_text(self, name: str, text: str) -> None:
        """Write a text file at once: it is there whole, or not at all."""
        part = self.path / STAGE / name
        part.parent.mkdir(exist_ok=True)
        part.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(part, self.path / name)

    def close(self, status: str) -> bool:
        """End the manifest with `status`; False if it had ended before (the first word stands)."""
        if not self._closing.acquire(blocking=False):
            return False
        self.manifest |= {
            "status": status,
            "end": _now(),
            "seconds": round(time.monotonic() - self._began, 3),
        }
        self._write_manifest()
        shutil.rmtree(self.path / STAGE, ignore_errors=True)
        _unlock(self._lock)
        return True

    def fail(self, details: str) -> Path:
        """End the run as failed, and keep the details; returns where they are.

        What is half written goes first, so that there is space for it on a full disk.

        Raises
        ------
        OSError
            When nothing can be written all the same.
        """
        shutil.rmtree(self.path / STAGE, ignore_errors=True)
        for part in self.path.rglob(f"*{UNFINISHED}"):
            part.unlink(missing_ok=True)
        self.close("failed")
        try:
            self.write_text(DETAILS, details)
        finally:
            shutil.rmtree(self.path / STAGE, ignore_errors=True)
        return self.path / DETAILS

    def discard(self) -> None:
        """Remove all that this run has made: it was asked for something that cannot work."""
        if "resumed" in self.manifest:  # made by an earlier run, whose results stay
            self.close("interrupted")
            return
        _unlock(self._lock)
        self._remove(self.made)

    def _remove(self, made: list[Path]) -> None:
        if made and made[0] == self.path:
            shutil.rmtree(self.path, ignore_errors=True)
        for parent in self.made[1:]:
            try:
                parent.rmdir()
            except OSError:  # never made, or another run has moved in
                return

    def _write_manifest(self) -> None:
        self.write_text(MANIFEST, durable.sealed_text(self.manifest))

    def _write_reserve(self) -> None:
        """Take the space that the last words need, should the disk be full by then."""
        (self.path / STAGE).mkdir(exist_ok=True)
        (self.path / STAGE / RESERVE).write_bytes(bytes(range(256)) * 80)


def _locked(folder: Path) -> int | None:
    """Hold a folder, so that no two runs work in it; the end of the process gives it back.

    Raises
    ------
    ValueError
        When another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows: two runs in one folder are not noticed there
        return None
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        raise ValueError("another process is working there") from None
    except OSError:  # a file system without locks
        os.close(number)
        return None
    return number


def _unlock(number: int | None) -> None:
    """Give back what `_locked` took, also where a worker has inherited it."""
    if number is not None:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_UN)
        os.close(number)


KEPT = (
    "manifest.json: what ran: version, commit, platform, libraries, seed, inputs, status, times",
    "config.yaml: the request with every key resolved",
)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
