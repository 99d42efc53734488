"""How large or small a request may be: each limit once, for Python and the command line alike.

A limit bounds what one run is asked for, so that a slip of the keyboard is told from a wish. Those
of parameters stand with the parameters.
"""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """The lowest and the highest whole number that are accepted.

    ``whole_number(name, value, *LIMIT)`` holds a value against it, and so does a field of a
    request with ``ge=LIMIT.low, le=LIMIT.high``.
    """

    low: int
    high: int

    def __str__(self) -> str:
        return f"a whole number from {self.low:,} to {self.high:,}"


SEED = Limit(0, 2**64 - 1)  # two 32-bit halves are the key of all luck
IDENTITY = Limit(0, 2**32 - 1)  # number of a draw or replicate: 32 bits of that key
MONTHS = Limit(1, 2400)  # of a history in all; two centuries
HORIZON = Limit(1, MONTHS.high)  # months after the policy date
SWEEP_HORIZON = Limit(0, HORIZON.high)  # 0 ends the histories of a sweep at the policy date
REPLICATES = Limit(1, 1_000_000)
DRAWS = Limit(1, 10_000_000)  # of a parameter set
LUCK_DRAWS = Limit(0, DRAWS.high)
POINTS = Limit(1, DRAWS.high)  # of a design
BUDGET = Limit(0, 10**12)  # US$; beyond what any programme costs
THREADS = Limit(1, 4096)
WORKERS = THREADS
CHUNK_RUNS = Limit(1, 1_000_000)  # of a sweep, handed out and kept at once
