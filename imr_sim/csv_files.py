"""The one way in which this project writes CSV, and how its cells are read back."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a text that begins so for code
SHIELD = "'"  # a spreadsheet takes what follows for text, and shows it without the sign


def write_csv(frame: pd.DataFrame, path: Path, digits: str | None = None) -> None:
    """Write UTF-8 CSV with the same line ends on every machine, harmless to spreadsheets.

    Parameters
    ----------
    frame : DataFrame
        Its index is left out. Text that a spreadsheet would run as a formula gets an apostrophe
        in front; numbers are written as they are.
    path : Path
    digits : str, optional
        Format of numbers, e.g. ``"%.4g"``; all their digits by default.
    """
    safe = frame.copy(deep=False)
    safe.columns = [shielded(name) for name in frame.columns]
    quoting: Literal[0, 2] = csv.QUOTE_MINIMAL
    for i, kind in enumerate(frame.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            cells = [shielded(cell) for cell in frame.iloc[:, i]]
            safe.isetitem(i, np.array(cells, dtype=object))
            if any(isinstance(cell, str) and "\r" in cell for cell in cells):
                quoting = csv.QUOTE_NONNUMERIC  # or the cell would end its row
    safe.to_csv(
        path,
        index=False,
        float_format=digits,
        quoting=quoting,
        encoding="utf-8",
        lineterminator="\n",
    )


def shielded(cell: object) -> object:
    """A cell with an apostrophe in front of text that a spreadsheet would run."""
    if isinstance(cell, str) and cell.lstrip(SHIELD).startswith(FORMULA):
        return SHIELD + cell
    return cell


def unshielded(cell: str) -> str:
    """A cell as it was before `shielded`."""
    return cell[1:] if cell.startswith(SHIELD) and cell.lstrip(SHIELD).startswith(FORMULA) else cell
