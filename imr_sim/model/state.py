"""The state of a batch of histories, as arrays with the history as first axis.

People are bits: one 64-bit word holds one flag of 64 staff posts of one site. Sites are records.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from imr_sim.model.layout import World
from imr_sim.model.parameters import NAMES

# Flags of a person, in the order of the planes of `flags`.
AWARE, SUPPORTIVE, CHAMPION, EXPERIENCED, IMPORTED, TRAINED, DELIVERING = range(7)
FLAG_NAMES = (
    "AWARE",
    "SUPPORTIVE",
    "CHAMPION",
    "EXPERIENCED",
    "IMPORTED",
    "TRAINED",
    "DELIVERING",
)
N_FLAGS = 7

NOT_PROVIDING, PREPARING, PROVIDING = 0, 1, 2
STATUS_NAMES = ("NOT_PROVIDING", "PREPARING", "PROVIDING")

# Bits of the events of a site in a month.
STARTED, STOPPED, RESTARTED, LEADER_CHANGED, PROGRAMME_CHANGED, SENSITIVE, HAS_PRRC, GAVE_UP = (
    1 << position for position in range(8)
)

NEVER = -1_000_000  # a month that has not come

SITE = np.dtype(
    [
        # latent factors, standard-normal units
        ("culture", "f8"),
        ("leader", "f8"),  # the leader's own part of autonomy-supporting leadership
        ("veteran", "f8"),
        ("recovery", "f8"),
        ("ebp", "f8"),
        ("fit", "f8"),
        ("time", "f8"),
        ("leadership", "f8"),  # as felt this month: culture, leader, lever terms
        ("boost_kept", "f8"),  # gain kept from engaging leadership
        ("fidelity", "f8"),  # IMR Fidelity Scale 1-5; 0 while not providing
        # months (year * 12 + month - 1)
        ("prrc_month", "i4"),
        ("leader_month", "i4"),
        ("programme_month", "i4"),
        ("first_month", "i4"),
        ("stop_month", "i4"),
        ("restart_month", "i4"),
        # head counts
        ("aware", "i4"),
        ("key_aware", "i4"),  # SMI-programme members and chief
        ("smi_aware", "i4"),
        ("supportive", "i4"),
        ("champions", "i4"),
        ("importer_champions", "i4"),
        ("delivering", "i4"),
        ("trained", "i4"),  # trained and delivering
        ("sensitive_left", "i2"),  # months of the sensitive period still to come
        ("starts", "i2"),
        ("asked", "u2"),  # levers that have put the question: bit i for lever i of LEVERS
        ("status", "u1"),
        ("events", "u1"),
    ],
    align=True,
)

RECORD = np.dtype(
    [
        ("fidelity", "f4"),
        ("leadership", "f4"),
        ("aware", "u2"),
        ("key_aware", "u2"),
        ("supportive", "u2"),
        ("champions", "u2"),
        ("importer_champions", "u2"),
        ("trained", "u2"),
        ("delivering", "u2"),
        ("status", "u1"),
        ("events", "u1"),
    ],
    align=True,
)

PARAMETERS = np.dtype([(name, "f8") for name in NAMES])

# flags (B, 7, words) uint64; within, between, peers (B, slots) of the type of World.degree: ties
# that are aware in the same site, aware in other sites, supportive; hired (B, slots) int16: month
# of hire since the first month, 0 for those there at the start; sites (B, S) SITE; replicate, draw
# (B,) uint64.
State = namedtuple("State", "flags within between peers hired sites replicate draw")

# What is given in one month of one history: the system as laid out, the record of its parameters,
# the key of its luck, the number of this month and of the first (year * 12 + month - 1), the doses
# (S, levers), the log of events.
Given = namedtuple("Given", "world p luck month start dose log")

# Who acts in it. Staff: flags (7, words) at the start of the month (`now`) and after it (`new`),
# the posts vacated this month (`left`, (words,) uint64), and their rows of State. Sites: records at
# the start of the month (`before`) and after it (`after`). Every phase reads `now` and `before`,
# and writes `new` and `after`; whoever leaves this month does nothing else in it.
Agents = namedtuple("Agents", "now new left within between peers hired before after")


def allocate(n_histories: int, world: World) -> State:
    """An empty state for `n_histories` histories."""
    slots, counter = len(world.degree), world.degree.dtype
    n_words, n_sites = len(world.word_site), world.n_sites
    return State(
        flags=np.zeros((n_histories, N_FLAGS, n_words), np.uint64),
        within=np.zeros((n_histories, slots), counter),
        between=np.zeros((n_histories, slots), counter),
        peers=np.zeros((n_histories, slots), counter),
        hired=np.zeros((n_histories, slots), np.int16),
        sites=np.zeros((n_histories, n_sites), SITE),
        replicate=np.zeros(n_histories, np.uint64),
        draw=np.zeros(n_histories, np.uint64),
    )


def copy_state(state: State) -> State:
    """A copy that can be run on by itself: how strategies share the history before them."""
    return State(*(array.copy() for array in state))


def parameter_records(values: np.ndarray) -> np.ndarray:
    """Rows of a (draws, parameters) array as records with named fields."""
    return np.ascontiguousarray(values, dtype=np.float64).view(PARAMETERS).reshape(len(values))
