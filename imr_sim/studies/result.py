"""The table that a study would publish, with its spread over histories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd

Z90 = 1.6448536269514722  # two-sided 90% of a normal
COLUMNS = ["study", "date", "item", "group", "quantity", "mean", "lo", "hi", "histories"]
Key = tuple[str, str, str]


@dataclass(frozen=True)
class StudyResult:
    """What a study found in each of H histories.

    Attributes
    ----------
    study, date : str
    title : str
        What was done, in a line.
    values : mapping of (item, group, quantity) to ndarray, shape (H,)
        Numbers (NaN where a study could not have any), or bool for what happened or not.
    notes : tuple of str
        How to read the table.
    hidden : frozenset of str
        Items of the table that the text leaves out.
    """

    study: str
    date: str
    title: str
    values: Mapping[Key, np.ndarray]
    notes: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()

    def table(self) -> pd.DataFrame:
        """One row a number.

        Returns
        -------
        DataFrame
            ``study, date, item, group, quantity, mean, lo, hi, histories``: the mean and the
            central 90% over the histories that have the number, and how many these are. For what
            happened or not, `mean` is the share of histories, and `lo` to `hi` the 90% interval of
            that share (Wilson 1927, doi 10.1080/01621459.1927.10502953).
        """
        rows = [
            (self.study, self.date, *key, *_summary(values)) for key, values in self.values.items()
        ]
        return pd.DataFrame(rows, columns=COLUMNS)

    def text(self) -> str:
        """The table for a terminal: a block for items that have the same columns."""
        shown = [(k, v) for k, v in self.values.items() if k[0] not in self.hidden]
        items = [(item, list(g)) for item, g in groupby(shown, key=lambda pair: pair[0][0])]
        lines = [self.title]
        for heads, block in groupby(items, key=lambda pair: [k[1:] for k, _ in pair[1]]):
            rows = [(item, [_cell(k[2], v) for k, v in cells]) for item, cells in block]
            width = max(24, *(len(item) for item, _ in rows)) + 2
            names = [_heading(*head) for head in heads]
            wide = [
                max(len(name), *(len(cells[i]) for _, cells in rows)) + 2
                for i, name in enumerate(names)
            ]
            lines += ["", " " * width + _across(names, wide)]
            lines += [f"{item:<{width}}" + _across(cells, wide) for item, cells in rows]
        return "\n".join([*lines, "", *self.notes])


def _across(cells: list[str], widths: list[int]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _heading(group: str, quantity: str) -> str:
    quantity = quantity.replace("_", " ").removesuffix(" share")
    return quantity if group == "all" else f"{group}, {quantity}" if quantity else group


def _summary(values: np.ndarray) -> tuple[float, float, float, int]:
    if values.dtype == bool:
        n, share = len(values), float(values.mean())
        centre = (share + Z90**2 / (2 * n)) / (1 + Z90**2 / n)
        half = Z90 / (1 + Z90**2 / n) * np.sqrt(share * (1 - share) / n + Z90**2 / (4 * n * n))
        return share, max(0.0, float(centre - half)), min(1.0, float(centre + half)), n
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan, np.nan, 0
    low, high = np.quantile(known, [0.05, 0.95])
    return float(known.mean()), float(low), float(high), len(known)


def _cell(quantity: str, values: np.ndarray) -> str:
    mean, low, high, known = _summary(values)
    if not known:
        return "-"
    if values.dtype == bool or quantity.endswith("share"):
        return f"{mean:.0%} [{100 * low:.0f}, {100 * high:.0f}]"
    digits = 2 if quantity in ("p_value", "chi2_per_df") else 0
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
