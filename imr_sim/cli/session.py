"""One call of the command line: the folder it writes, and how it ends when interrupted."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from imr_sim.cli.run_folder import RunFolder
from imr_sim.cli.terminal import last_words

INTERRUPTED = 130  # exit code of a process ended by Ctrl-C, by shell convention


class Session:
    """Watches for Ctrl-C and SIGTERM while a command runs.

    A thread waits for the signal and ends the process itself: an exception raised in the main
    thread would wait for the end of a long compilation, or be swallowed by a callback.
    """

    def __init__(self) -> None:
        self.folder: RunFolder | None = None
        self.nothing_open = "interrupted before anything was written"
        self._opening = threading.Lock()

    def open_folder(self, path: Path, manifest: Mapping[str, Any], config: str) -> RunFolder:
        """Make the folder of the run; from here on an interruption is written into it."""
        with self._opening:
            self.folder = RunFolder(path, manifest, config)
        return self.folder

    def reopen_folder(self, path: Path) -> RunFolder:
        """Go on in the folder of an earlier run."""
        with self._opening:
            self.folder = RunFolder.again(path)
        return self.folder

    def __enter__(self) -> Session:
        self._watching = threading.current_thread() is threading.main_thread()
        if self._watching:
            self._heard, self._signalled = socket.socketpair()
            self._signalled.setblocking(False)
            # A handler must stand, or Python would not pass the signal's number to the socket.
            self._handlers = {
                number: signal.signal(number, lambda *_: None)
                for number in (signal.SIGINT, signal.SIGTERM)
            }
            self._previous = signal.set_wakeup_fd(
                self._signalled.fileno(), warn_on_full_buffer=False
            )
            self._thread = threading.Thread(target=self._wait, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._watching:
            signal.set_wakeup_fd(self._previous)
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            self._signalled.close()  # the waiting thread reads an end of file
            self._thread.join()
            self._heard.close()

    def _wait(self) -> None:
        while number := self._heard.recv(1):
            if number[0] in self._handlers:
                self._end()

    def _end(self) -> None:
        line = f"imr-sim: {self.nothing_open}"
        with self._opening:
            folder = self.folder
        if folder is not None:
            if not folder.close("interrupted"):
                return  # the run has just ended: let it say so
            line = f"imr-sim: interrupted; the run is not complete, see {folder.path}"
        last_words(line)
        os._exit(INTERRUPTED)
