"""Luck as a pure function of (seed, draw, replicate, month, entity, decision).

The generator is Philox-4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405). Because a draw
depends on nothing but its key, two strategies with the same seed meet the same luck, and no result
depends on order, threads or batches.

Counter words: entity; month | decision << 16 | chunk << 24; replicate; draw. Key: the 64-bit seed.
``chunk`` 0 gives one entity's own draw; chunks 1 to 4 give the eight *leading binary digits* of
the draws of 64 staff posts at once, digit j of post i being bit i of word j. A post's uniform is
u = (digits + v) / 256, with v its own draw. Most events are rare, so the digits alone settle
almost every post and v is only drawn where it matters: the value of u never depends on that.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from imr_sim.model.compiled import entry, inlined, rule

Luck = namedtuple("Luck", "k0 k1 replicate draw")

DIGITS = 8
SCALE = float(1 << DIGITS)
CHUNK = 128  # words of posts handled together: their digits stay in the nearest cache
BLOCK = 256  # own draws made together, for the same reason
DIGITS_MAX = (1 << DIGITS) - 1
SURELY = SCALE * (1.0 - 1e-9)  # leaves room for rounding

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _32 = np.uint64(0xFFFFFFFF), np.uint64(32)
_16, _24 = np.uint64(16), np.uint64(24)
_S1, _S2, _S4, _FF = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(0xFF)
_55, _33, _0F = (np.uint64(n * ((1 << 64) // 255)) for n in (0x55, 0x33, 0x0F))
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
NONE = np.uint64(0)
ONE = np.uint64(1)

# Decisions. A number here is part of the key and never changes its meaning.
LEAVE, HEAR, FORGET, SUPPORT, LOSE, CHAMPION = 1, 2, 3, 4, 5, 6
TIRE, TEAM, TRAIN, REPLACE, IMPORT, SOURCE, BRIEF = 7, 8, 9, 10, 11, 12, 13
LEADER, LEADER_VALUE, PROGRAMME, DECIDE, START, STOP, GIVE_UP = 20, 21, 22, 23, 24, 25, 26
FACTORS, PRRC = 30, 35
# Planners' own luck cannot disturb a run: the survey of leadership, that of awareness, and the
# order left to chance; once for strategies, once for the support that is part of a practice.
POLICY = (40, 41, 42)
SUPPORT_OF_PRACTICE = (43, 44, 45)


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Philox-4x32-10 on uint64 variables that hold 32-bit words."""
    for _ in range(10):
        p0 = _M0 * (c0 & _LOW)
        p1 = _M1 * (c2 & _LOW)
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1, (p0 >> _32) ^ c3 ^ k1, p0
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0 & _LOW, c1 & _LOW, c2 & _LOW, c3 & _LOW  # upper halves were never looked at


@rule
def _code(month, decision, chunk):
    return np.uint64(month) | (np.uint64(decision) << _16) | (np.uint64(chunk) << _24)


@rule
def unit(x):
    """A 32-bit word as a number strictly between 0 and 1."""
    return (float(x) + 0.5) * 2.0**-32


@rule
def uniforms(luck, month, decision, entity):
    """Four uniforms of one entity, month and decision."""
    code = _code(month, decision, 0)
    x = philox(np.uint64(entity), code, luck.replicate, luck.draw, luck.k0, luck.k1)
    return unit(x[0]), unit(x[1]), unit(x[2]), unit(x[3])


@rule
def uniform(luck, month, decision, entity):
    """One uniform of one entity, month and decision."""
    return uniforms(luck, month, decision, entity)[0]


@rule
def normals(luck, month, decision, entity):
    """Two independent standard normals (Box and Muller 1958)."""
    a, b, _, _ = uniforms(luck, month, decision, entity)
    radius = math.sqrt(-2.0 * math.log(a))
    return radius * math.cos(2.0 * math.pi * b), radius * math.sin(2.0 * math.pi * b)


@rule
def uniforms_of(luck, month, decision, entities, n, out):
    """Fill `out` (float64, (4, >= n)) with the four uniforms of each of the first n `entities`."""
    code = _code(month, decision, 0)
    for i in range(n):
        x0, x1, x2, x3 = philox(
            np.uint64(entities[i]), code, luck.replicate, luck.draw, luck.k0, luck.k1
        )
        out[0, i], out[1, i], out[2, i], out[3, i] = unit(x0), unit(x1), unit(x2), unit(x3)


@rule
def uniforms_from(luck, month, decision, first, n, out):
    """Fill `out` (float64, (4, >= n)) with the four uniforms of the n entities from `first` on."""
    code = _code(month, decision, 0)
    for i in range(n):
        x0, x1, x2, x3 = philox(
            np.uint64(first + i), code, luck.replicate, luck.draw, luck.k0, luck.k1
        )
        out[0, i], out[1, i], out[2, i], out[3, i] = unit(x0), unit(x1), unit(x2), unit(x3)


@rule
def leading_digits(luck, month, decision, first, n, digits):
    """Fill `digits` (uint64, (8, >= n)) for the n words of 64 posts that begin at word `first`."""
    for chunk in range(DIGITS // 2):
        code = _code(month, decision, chunk + 1)
        high = digits[2 * chunk]
        low = digits[2 * chunk + 1]
        for i in range(n):
            x0, x1, x2, x3 = philox(
                np.uint64(first + i), code, luck.replicate, luck.draw, luck.k0, luck.k1
            )
            high[i] = x0 | (x1 << _32)
            low[i] = x2 | (x3 << _32)


@inlined
def level_of(bound):
    """The leading digits of a probability: no uniform with larger ones lies below `bound`."""
    return np.uint64(min(int(bound * SCALE), DIGITS_MAX))


@rule
def keep_possible(digits, levels, others, which, posts, n):
    """Of the `posts` of n words keep those whose uniform may lie below the bound of their word.

    A word has two bounds: `levels` for the posts in `which`, `others` for all others. Compares 64
    times n numbers digit by digit, from the first one on. `digits` is left sorted by post, as
    `leading` reads it. The loop vectorises.
    """
    for i in range(n):
        level, other = levels[i], others[i]
        low, high = which[i], ~which[i]
        below = NONE
        equal = ALL
        for j in range(DIGITS):
            digit = digits[j, i]
            shift = np.uint64(DIGITS - 1 - j)
            wanted = low & (NONE - ((level >> shift) & ONE))  # all bits or none
            wanted |= high & (NONE - ((other >> shift) & ONE))
            below |= equal & ~digit & wanted
            equal &= ~(digit ^ wanted)
        posts[i] &= below | equal
    _sort_by_post(digits, n)


@inlined
def _exchange(a, b, shift, mask):
    """Exchange the bits of a under `mask << shift` with those of b under `mask`."""
    t = ((a >> shift) ^ b) & mask
    return a ^ (t << shift), b ^ t


@rule
def _sort_by_post(digits, n):
    """Turn each 8 x 8 block of bits: byte g of row k then holds the eight digits of post 8 g + k.

    Warren, Hacker's Delight (2nd ed. 2013), section 7-3.
    """
    for i in range(n):
        a7, a6, a5, a4 = digits[0, i], digits[1, i], digits[2, i], digits[3, i]
        a3, a2, a1, a0 = digits[4, i], digits[5, i], digits[6, i], digits[7, i]
        a0, a1 = _exchange(a0, a1, _S1, _55)
        a2, a3 = _exchange(a2, a3, _S1, _55)
        a4, a5 = _exchange(a4, a5, _S1, _55)
        a6, a7 = _exchange(a6, a7, _S1, _55)
        a0, a2 = _exchange(a0, a2, _S2, _33)
        a1, a3 = _exchange(a1, a3, _S2, _33)
        a4, a6 = _exchange(a4, a6, _S2, _33)
        a5, a7 = _exchange(a5, a7, _S2, _33)
        a0, a4 = _exchange(a0, a4, _S4, _0F)
        a1, a5 = _exchange(a1, a5, _S4, _0F)
        a2, a6 = _exchange(a2, a6, _S4, _0F)
        a3, a7 = _exchange(a3, a7, _S4, _0F)
        digits[0, i], digits[1, i], digits[2, i], digits[3, i] = a0, a1, a2, a3
        digits[4, i], digits[5, i], digits[6, i], digits[7, i] = a4, a5, a6, a7


@inlined
def leading(digits, i, bit):
    """The leading digits of post `bit` of word i as a whole number, after `keep_possible`."""
    return int((digits[bit & 7, i] >> np.uint64(bit & 56)) & _FF)


@inlined
def happens(luck, month, decision, slot, digits, i, bit, p):
    """Whether the uniform of post `slot` (bit `bit` of word i) lies below `p`."""
    prefix = leading(digits, i, bit)
    scaled = p * SCALE
    below = prefix + 1 <= scaled
    if not below and prefix < scaled:
        below = prefix + uniform(luck, month, decision, slot) < scaled
    return below


@rule
def keep_below(luck, month, decision, digits, first, posts, chances, n):
    """Of n listed posts keep those whose uniform lies below their own of `chances`.

    `posts` lists slots in the words from `first` on; both lists are changed in place. Returns how
    many are left.
    """
    possible = 0
    for k in range(n):
        slot, scaled = posts[k], chances[k] * SCALE
        posts[possible], chances[possible] = slot, scaled
        possible += int(leading(digits, (slot >> 6) - first, slot & 63) < scaled)
    kept = 0
    for k in range(possible):
        slot, scaled = posts[k], chances[k]
        prefix = leading(digits, (slot >> 6) - first, slot & 63)
        below = prefix + 1 <= scaled
        if not below:
            below = prefix + uniform(luck, month, decision, slot) < scaled
        posts[kept] = slot
        kept += int(below)
    return kept


@rule
def keep_struck(luck, month, decision, digits, first, posts, rates, n):
    """Of n listed posts keep those that an event with a hazard of `rates` per year strikes.

    `posts` lists slots in the words from `first` on; both lists are changed in place. The
    probability 1 - exp(-x), x = rate / 12, lies between x - x x / 2 and x, which settles most
    cases. Returns how many are left.
    """
    possible = 0
    for k in range(n):
        slot, x = posts[k], rates[k] / 12.0
        posts[possible], rates[possible] = slot, x
        possible += int(leading(digits, (slot >> 6) - first, slot & 63) < x * SCALE)
    struck = 0
    for k in range(possible):
        slot, x = posts[k], rates[k]
        prefix = leading(digits, (slot >> 6) - first, slot & 63)
        below = prefix + 1 <= x * (1.0 - 0.5 * x) * SURELY
        if not below:
            scaled = -math.expm1(-x) * SCALE
            below = prefix + 1 <= scaled
            if not below and prefix < scaled:
                below = prefix + uniform(luck, month, decision, slot) < scaled
        posts[struck] = slot
        struck += int(below)
    return struck


def luck_of(seed: int, replicate: int, draw: int) -> Luck:
    """The key of one history."""
    low, high = seed & 0xFFFFFFFF, seed >> 32
    return Luck(np.uint64(low), np.uint64(high), np.uint64(replicate), np.uint64(draw))


@entry
def uniform_table(seeds, replicates, draws, month, decision, n):
    """Uniforms of entities 0..n-1 of many histories, shape (histories, n)."""
    out = np.empty((len(replicates), n))
    for b in range(len(replicates)):
        luck = Luck(seeds[0], seeds[1], replicates[b], draws[b])
        for i in range(n):
            out[b, i] = uniform(luck, month, decision, i)
    return out
