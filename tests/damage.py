"""Damage to files, as disks do it."""

from __future__ import annotations

import numpy as np


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    """The same bytes but for one bit."""
    where, bit = divmod(int(rng.integers(8 * len(content))), 8)
    return content[:where] + bytes([content[where] ^ 1 << bit]) + content[where + 1 :]
