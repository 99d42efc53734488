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

MOST_KINDS = 10
MOST_PLACES = 3

UNUSED = {"weight": "ties have no strength here", "strength": "ties have no strength here"}


class Defects:
    """Collects what is wrong with a file, so that a user hears of it all at once.

    Defects of one kind (the same column, reason and advice) are one message with a count.

    Parameters
    ----------
    file : str
        Name of the file, as the user knows it.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._kinds: dict[tuple[str, str, str], list[tuple[str, str]]] = {}

    def add(self, given: str, *, at: str, why: str, write: str) -> None:
        """Note one defect; ``at`` says the row, and the column after a comma."""
        column = at.partition(", ")[2]
        self._kinds.setdefault((column, why, write), []).append((given, at))

    def raise_if_any(self) -> None:
        """Raise RequestErrors if anything was noted: a message a kind, ten kinds at most."""
        errors = [self._said(*kind, found) for kind, found in self._kinds.items()]
        more = sum(map(len, list(self._kinds.values())[MOST_KINDS:]))
        if more:
            shown = f"only the first {MOST_KINDS} kinds are shown"
            errors[MOST_KINDS:] = [
                RequestError(
                    f"{more:,} more defects",
                    where=self.file,
                    why=shown,
                    write="Mend these and try again.",
                )
            ]
        if errors:
            raise RequestErrors(errors)

    def _said(
        self, column: str, why: str, write: str, found: list[tuple[str, str]]
    ) -> RequestError:
        given, at = found[0]
        where = f"{self.file}, {at}" if at else self.file
        if len(found) > 1:
            first = at.partition(", ")[0]
            places = dict.fromkeys(sorted((p.partition(", ")[0] for _, p in found), key=_number))
            others = [place for place in places if place != first]
            listed = f": also {', '.join(others[: MOST_PLACES - 1])}" if others else ""
            rest = len(others) - (MOST_PLACES - 1)
            more = f" and {rest:,} more" if rest > 0 else ""
            given = f"{given} ({len(found):,} alike{listed}{more})"
        return RequestError(given, where=where, why=why, write=write)


def _number(place: str) -> int:
    """Number of a row or edge, to sort by; 0 for a place without one."""
    number = place.rpartition(" ")[2]
    return int(number) if number.isdecimal() and len(number) < 12 else 0


def shortened(name: str) -> str:
    """A name in quotes, cut where it is long."""
    return repr(name if len(name) <= 100 else f"{name[:97]}...")


def read_text(path: Path) -> str:
    """Text of a UTF-8 file (a byte-order mark is allowed).

    Raises
    ------
    RequestError
        When it is missing, unreadable, not UTF-8, or empty.
    """
    try:
        content = path.read_bytes()
        if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
            raise RequestError(
                path.name,
                where=str(path),
                why="it is a spreadsheet or an archive, not text",
                write="Save the sheet as 'CSV UTF-8', and give that file.",
            )
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise RequestError(
            shortened(str(path)),
            where="system",
            why="there is no such file",
            write="Give an existing file.",
        ) from None
    except IsADirectoryError:
        why = "it cannot be read: it is a folder"
        raise RequestError(
            shortened(str(path)),
            where="system",
            why=why,
            write="Give a file, or the folder as the system.",
        ) from None
    except (OSError, ValueError) as error:  # a ValueError: a NUL in its name
        if isinstance(error, UnicodeDecodeError):
            raise RequestError(
                f"byte {error.start}",
                where=str(path),
                why="the file is not UTF-8 text",
                write="Save it again as UTF-8 (in a spreadsheet: 'CSV UTF-8').",
            ) from None
        why = f"it cannot be read ({getattr(error, 'strerror', None) or error})"
        raise RequestError(
            shortened(str(path)), where="system", why=why, write="Give a readable file."
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
    _check_separator(header, defects)
    for name in dict.fromkeys(header):
        if name not in known:
            if name in UNUSED:
                defects.add(
                    f"column {name!r}", at="row 1", why=UNUSED[name], write="Take the column out."
                )
                continue
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


def _check_separator(header: list[str], defects: Defects) -> None:
    """A file of one column whose header holds semicolons or tabs is separated by those."""
    for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and sign in header[0]:
            defects.add(
                f"{header[0]!r}",
                at="row 1",
                why=f"cells are separated by {word}, not by commas",
                write="Save it with commas (in a spreadsheet: 'CSV UTF-8'), decimals with a point.",
            )
    defects.raise_if_any()
