"""Words of 64 people."""

from __future__ import annotations

import numba
import numpy as np

from imr_sim.model.compiled import rule
from imr_sim.model.rng import ONE

_1, _2, _4, _56 = (np.uint64(n) for n in (1, 2, 4, 56))
_55, _33, _0F, _01 = (
    np.uint64(n)
    for n in (
        0x55 * ((1 << 64) // 255),
        0x33 * ((1 << 64) // 255),
        0x0F * ((1 << 64) // 255),
        (1 << 64) // 255,
    )
)


@rule
def count(word):
    """How many of 64 flags are set (LLVM turns this into one instruction)."""
    word = word - ((word >> _1) & _55)
    word = (word & _33) + ((word >> _2) & _33)
    word = (word + (word >> _4)) & _0F
    return int((word * _01) >> _56)


def _count_in_python(word):
    return int(word).bit_count()


if numba.config.DISABLE_JIT:  # NumPy scalars would warn of the overflow that `count` makes use of
    count = _count_in_python


@rule
def lowest(word):
    """The lowest flag of a word that is not zero, as a word of its own."""
    return word & (~word + ONE)


@rule
def position(flag):
    """Index of the one flag set in `flag`."""
    return count(flag - ONE)


@rule
def list_posts(flags, w, posts, n):
    """Append the posts flagged in word w to `posts`, which holds n; returns how many it holds."""
    while flags:
        flag = lowest(flags)
        flags ^= flag
        posts[n] = w * 64 + position(flag)
        n += 1
    return n


@rule
def bit(index):
    """A word with one flag set."""
    return ONE << np.uint64(index)


@rule
def has(word, index):
    """Whether flag `index` of `word` is set."""
    return (word >> np.uint64(index)) & ONE != np.uint64(0)
