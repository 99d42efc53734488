"""How far a run has come, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

ProgressCall = Callable[[float, str], None]


class HistoryMonths:
    """Counts history-months, from any thread, and passes the share done on.

    Parameters
    ----------
    progress : callable or None
        Called with the share done (0 to 1) and a message.
    total : int
        History-months in all.
    """

    def __init__(self, progress: ProgressCall | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0
        self.lock = Lock()

    def __call__(self, history_months: int) -> None:
        """So many more are done."""
        with self.lock:
            self.done += history_months
            if self.progress:
                self.progress(self.done / self.total, "history-months")
