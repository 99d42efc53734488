"""A queue for something scarce: hours, seats, money; in whole hundredths, so sums are exact."""

from __future__ import annotations

import numpy as np

HUNDREDTHS = 100


def hundredths(amount: np.ndarray) -> np.ndarray:
    """Amounts (US$, hours, seats) in whole hundredths; int64."""
    return np.rint(amount * HUNDREDTHS).astype(np.int64)


def admit(need: np.ndarray, room: np.ndarray, kept: np.ndarray, priority: np.ndarray) -> np.ndarray:
    """Sites that get what they need, in order, until the next one's need no longer fits.

    Parameters
    ----------
    need : ndarray of int64, shape (B, S)
        What each site needs, in hundredths. A site that needs nothing is always admitted.
    room : ndarray of int64, shape (B,)
        What there is in each history, in hundredths.
    kept : ndarray of bool, shape (B, S)
        Sites that are served before all others, among themselves in the order of the queue.
    priority : ndarray of float, shape (B, S)
        Higher comes first; equal ones in the order of the sites.

    Returns
    -------
    ndarray of bool, shape (B, S)
        The needs of those admitted add up to at most `room`.
    """
    admitted = np.ones(need.shape, dtype=bool)
    short = need.sum(axis=1) > room
    if not short.any():
        return admitted
    queue = np.argsort(-priority[short], axis=1, kind="stable")
    need, kept = (np.take_along_axis(a[short], queue, axis=1) for a in (need, kept))
    of_kept = np.where(kept, need, 0).cumsum(axis=1)
    of_new = of_kept[:, -1:] + np.where(kept, 0, need).cumsum(axis=1)
    fits = (need == 0) | (np.where(kept, of_kept, of_new) <= room[short, None])
    in_site_order = np.empty_like(fits)
    np.put_along_axis(in_site_order, queue, fits, axis=1)
    admitted[short] = in_site_order
    return admitted


def scale_strength(at_once: np.ndarray, penalty: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Strength left to facilitation: whole at two sites (E30), the penalty's at full scale.

    Parameters
    ----------
    at_once : ndarray
        Sites facilitated in a month.
    penalty, scale : ndarray, shapes that broadcast
        `facilitation_scale_penalty` and `facilitation_scale_sites`.
    """
    return 1 - (1 - penalty) * np.clip((at_once - 2) / (scale - 2), 0, 1)
