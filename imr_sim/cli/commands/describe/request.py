"""What `imr-sim describe system` may be asked."""

from __future__ import annotations

from imr_sim.cli.request.keys import Request
from imr_sim.cli.request.shared import OUT, SYSTEM


class DescribeRequest(Request):
    """A system, and where to export it to."""

    system: str = SYSTEM
    out: str | None = OUT
