"""Which studies what a strategy gains rests on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

JUDGEMENT = "judgement"
MOVED = 0.2  # standard deviations of the gain that leaving a study out must move its mean
FEWEST = 50  # effective draws that can tell


def moved_without(gain: np.ndarray, by_study: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How far the mean gain moves when one study is left out, in standard deviations of the gain.

    Each draw is weighed by one over the study's likelihood, truncated (Ionides 2008, doi
    10.1198/106186008X320456).

    Parameters
    ----------
    gain : ndarray, shape (D,)
        Of a strategy against the reference, one value a draw.
    by_study : mapping of str to ndarray, shape (D,)
        Log likelihood of each study in these draws.

    Returns
    -------
    dict of str to float
        NaN where fewer than 50 draws would carry the answer.
    """
    spread = gain.std()
    found = {}
    for study, ll in by_study.items():
        w = np.exp(ll.min() - ll)
        w = np.minimum(w, w.mean() * np.sqrt(len(w)))
        w /= w.sum()
        if 1.0 / np.sum(w**2) < FEWEST:
            found[study] = float("nan")
        else:
            found[study] = float((w @ gain - gain.mean()) / spread) if spread > 0 else 0.0
    return found


def rests_on(gain: np.ndarray, by_study: Mapping[str, np.ndarray]) -> str:
    """Studies without which the mean gain moves by a fifth of its sd or more, else *judgement*.

    Parameters
    ----------
    gain, by_study
        As for `moved_without`.

    Returns
    -------
    str
        Names, those that move it most first; those that too few draws can do without are named
        and marked.
    """
    moved = moved_without(gain, by_study)
    named = sorted((s for s, m in moved.items() if abs(m) >= MOVED), key=lambda s: -abs(moved[s]))
    unsure = [f"{study} (too few draws to tell)" for study, m in moved.items() if np.isnan(m)]
    return ", ".join(named + unsure) or JUDGEMENT
