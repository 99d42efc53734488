"""Progress on standard error, with an estimate of the time left."""

from __future__ import annotations

import time

from imr_sim.cli.terminal import is_live, show, tell

EVERY_SECONDS = 10.0  # between plain lines, when standard error is no terminal
BAR = 24


class Progress:
    """A callable for `simulate` and `compare`: `progress(done, message)`, `done` from 0 to 1."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.live = is_live()
        self.last = 0.0  # when the last plain line was written
        self.shown = False
        # Where the estimate counts from: the first progress made, so that preparing counts little.
        self.origin: tuple[float, float] | None = None

    def __call__(self, done: float, message: str) -> None:
        """Show how far the run is; plain lines come at most every few seconds."""
        if self.quiet:
            return
        now = time.monotonic()
        left = self._left(done, now)
        if self.live:
            full = round(BAR * done)
            bar = "#" * full + "." * (BAR - full)
            text = f"[{bar}] {done:4.0%}  {left}  {message}"
            show(text[:110])
        elif now - self.last >= EVERY_SECONDS:
            tell(f"imr-sim: {done:.0%} done, {left}: {message}")
            self.last = now
        self.shown = True

    def finish(self) -> None:
        """Clear the live line, so that what follows starts on a clean one."""
        if self.live and self.shown:
            show("")

    def _left(self, done: float, now: float) -> str:
        if self.origin is None and done > 0:
            self.origin = (now, done)
        if self.origin is None or done <= self.origin[1]:
            return "time left not known yet"
        since, before = self.origin
        seconds = (now - since) * (1 - done) / (done - before)
        return (
            f"about {seconds:.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"
        )
