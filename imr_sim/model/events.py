"""The optional event log: who learned from whom or what, who championed, which site started.

Statuses, the aware and the champions of every month follow from it (`imr_sim.diffusion.rebuild`).
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from imr_sim.model.compiled import rule

HEARD, HIRED_KNOWING, CHAMPIONED, TIRED, DECIDED, STARTED, RESTARTED, STOPPED = range(8)
LEFT_KNOWING, FORGOT, GAVE_UP = 8, 9, 10
KIND_NAMES = (
    "heard",
    "hired knowing IMR",
    "became champion",
    "champion tired",
    "site decided",
    "site started",
    "site restarted",
    "site stopped",
    "left knowing IMR",
    "forgot IMR",
    "site gave up preparing",
)
HEARD_FROM = ("", "media", "site or lever", "tie inside", "tie outside")
FROM_SITE = HEARD_FROM.index("site or lever")
DECIDED_BY = ("own accord", "asked")

# Arrays of one length, 0 when nothing is logged; `n` (1,) is the number of events so far.
Log = namedtuple("Log", "n month kind site slot detail source")


def new_log(capacity: int) -> Log:
    """An empty log for at most `capacity` events; 0 logs nothing."""
    return Log(
        np.zeros(1, np.int64),
        np.zeros(capacity, np.int32),
        np.zeros(capacity, np.uint8),
        np.zeros(capacity, np.int32),
        np.zeros(capacity, np.int32),
        np.zeros(capacity, np.uint8),
        np.zeros(capacity, np.int32),
    )


@rule
def log_event(log, month, kind, site, slot, detail, source):
    """Append one event, if anything is logged; `slot` and `source` are posts or -1."""
    n = log.n[0]
    if n < len(log.kind):
        log.month[n] = month
        log.kind[n] = kind
        log.site[n] = site
        log.slot[n] = slot
        log.detail[n] = detail
        log.source[n] = source
        log.n[0] = n + 1
