"""Luck as docs/odd.md, section 7.1, tells it; in plain Python whole numbers."""

import math
from functools import lru_cache

LEAVE, HEAR, FORGET, SUPPORT, LOSE, CHAMPION = 1, 2, 3, 4, 5, 6
TIRE, TEAM, TRAIN, REPLACE, IMPORT, SOURCE, BRIEF = 7, 8, 9, 10, 11, 12, 13
LEADER, LEADER_VALUE, PROGRAMME, DECIDE, START, STOP, GIVE_UP = 20, 21, 22, 23, 24, 25, 26
FACTORS, PRRC = 30, 35

LOW = 2**32 - 1


def philox(counter, key):
    """Philox-4x32-10: four words of 32 bits from four and a key of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & LOW, (p0 >> 32) ^ c3 ^ k1, p0 & LOW
        k0 = (k0 + 0x9E3779B9) & LOW
        k1 = (k1 + 0xBB67AE85) & LOW
    return c0, c1, c2, c3


class Luck:
    """All draws of one history."""

    def __init__(self, seed, replicate, draw):
        self.key = (seed & LOW, seed >> 32)
        self.replicate = replicate
        self.draw = draw
        self.digits = lru_cache(maxsize=4096)(self.digits_of_word)

    def words(self, month, decision, entity, chunk):
        code = month + (decision << 16) + (chunk << 24)
        return philox((entity, code, self.replicate, self.draw), self.key)

    def lanes(self, month, decision, entity):
        """The four uniforms of an entity."""
        return [(x + 0.5) / 2**32 for x in self.words(month, decision, entity, 0)]

    def uniform(self, month, decision, entity):
        return self.lanes(month, decision, entity)[0]

    def normals(self, month, decision, entity):
        u1, u2, _, _ = self.lanes(month, decision, entity)
        radius = math.sqrt(-2.0 * math.log(u1))
        return radius * math.cos(2.0 * math.pi * u2), radius * math.sin(2.0 * math.pi * u2)

    def digits_of_word(self, month, decision, word):
        """Eight words of 64 binary digits, the most significant digit first."""
        found = []
        for chunk in (1, 2, 3, 4):
            x0, x1, x2, x3 = self.words(month, decision, word, chunk)
            found += [x0 + (x1 << 32), x2 + (x3 << 32)]
        return found

    def of_post(self, month, decision, slot):
        """The uniform of a post for decisions 1 to 6."""
        number = 0
        for digit in self.digits(month, decision, slot // 64):
            number = 2 * number + (digit >> (slot % 64) & 1)
        return (number + self.uniform(month, decision, slot)) / 256
