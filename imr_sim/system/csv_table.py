"""Strict reading of a user's CSV file: every defect named by file, row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from imr_sim.csv_files import unshielded
from imr_sim.errors import RequestError, RequestErrors

MOST_ERRORS = 10


class Defects:
    """Collects what is wrong with a file, so that a user hears of it all at once.

    Parameters
    ----------
    file : str
        Name of the file, as the user knows it.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._errors: list[RequestError] = []
        self._more = 0

    def add(self, given: str, *, at: str, why: str, write: str) -> None:
        """Note one defect; ``at`` says the row and column."""
        if len(self._errors) < MOST_ERRORS:
            where = f"{self.file}, {at}" if at else self.file
            self._errors.append(RequestError(given, where=where, why=why, write=write))
        else:
            self._more += 1

    def raise_if_any(self) -> None:
        """Raise RequestErrors (at most 10, and a count of the others) if anything was noted."""
        if self._more:
            self._errors.append(
                RequestError(
                    f"{self._more} more defects",
                    where=self.file,
                    why="only the first ten are shown",
                    write="Mend these and try again.",
                )
            )
        if self._errors:
            raise RequestErrors(self._errors)


def read_text(path: Path) -> str:
    """Text of a UTF-8 file (a byte-order mark is allowed).

    Raises
    ------
    RequestError
        When it is missing, unreadable, not UTF-8, or empty.
    """
    try:
        content = path.read_bytes()
        if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise RequestError(
                path.name,
                where=str(path),
                why="it is a spreadsheet file, not text",
                write="Save it as CSV (in a spreadsheet: 'CSV UTF-8').",
            )
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise RequestError(
            str(path), where="system", why="there is no such file", write="Give an existing file."
        ) from None
    except OSError as error:
        why = f"it cannot be read ({error.strerror})"
        raise RequestError(
            str(path), where="system", why=why, write="Give a readable file."
        ) from None
    except UnicodeDecodeError as error:
        raise RequestError(
            f"byte {error.start}",
            where=str(path),
            why="the file is not UTF-8 text",
            write="Save it again as UTF-8 (in a spreadsheet: 'CSV UTF-8').",
        ) from None
    if not text.strip():
        raise RequestError(
            "an empty file", where=str(path), why="it has no header row", write="Fill it."
        )
    return text


def read_csv(
    path: Path, needed: Sequence[str], optional: Sequence[str] = (), *, rows_needed: bool = True
) -> pd.DataFrame:
    """Rows of a CSV file as stripped text.

    Parameters
    ----------
    path : Path
        A UTF-8, comma-separated file with a header row.
    needed, optional : sequence of str
        Known columns; any other column is an error.
    rows_needed : bool
        A file with only a header is an error.

    Returns
    -------
    DataFrame of str
        Index: the row of the file (the header is row 1). Blank rows are dropped.

    Raises
    ------
    RequestError
        When the file cannot be read, a column is missing, unknown or repeated, a row is too long
        or too short, or there are no rows
        where there must be.
    """
    defects = Defects(str(path))
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    numbers: list[int] = []
    rows: list[list[str]] = []
    try:
        header = [cell.strip() for cell in next(reader)]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                numbers.append(reader.line_num)
                rows.append(cells)
    except csv.Error as error:
        defects.add(
            f"row {reader.line_num}",
            at="",
            why=f"it is no CSV row ({error})",
            write="Mend the row.",
        )
    defects.raise_if_any()
    _check_header(header, needed, optional, defects)
    for number, cells in zip(numbers, rows, strict=True):
        if len(cells) != len(header):
            defects.add(
                f"{len(cells)} cells",
                at=f"row {number}",
                why=f"the header has {len(header)} columns",
                write='Give one cell a column; put text with commas in "quotes".',
            )
    if rows_needed and not rows:
        defects.add("no rows", at="", why="there is only a header", write="Add a row.")
    defects.raise_if_any()
    stripped = [[unshielded(cell.strip()) for cell in cells] for cells in rows]
    return pd.DataFrame(stripped, columns=header, index=numbers, dtype=object)


def _check_header(
    header: list[str], needed: Sequence[str], optional: Sequence[str], defects: Defects
) -> None:
    known = [*needed, *optional]
    for name in dict.fromkeys(header):
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"Write {near[0]!r}, or" if near else "Known are " + ", ".join(known) + ";"
            defects.add(
                f"column {name!r}",
                at="row 1",
                why="no column has this name",
                write=f"{hint} take the column out.",
            )
        elif header.count(name) > 1:
            defects.add(
                f"column {name!r}", at="row 1", why="it stands there twice", write="Keep one."
            )
    for name in needed:
        if name not in header:
            defects.add(
                f"no column {name!r}",
                at="row 1",
                why="it is required",
                write="Add it; required are " + ", ".join(needed) + ".",
            )
    defects.raise_if_any()
