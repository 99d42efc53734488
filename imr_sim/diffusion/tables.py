"""Text tables as programs write them: separators, encodings, decimal commas, names of columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from imr_sim.csv_files import unshielded
from imr_sim.errors import RequestError

SEPARATORS = (",", ";", "\t", "|")
SHEETS = (".xlsx", ".xls", ".ods", ".numbers")
BINARY = (".rda", ".rdata", ".rds", ".sav", ".dta", ".pkl", ".pickle", ".npy", ".npz", ".##h")


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1252, or RequestError."""
    ending = path.suffix.lower()
    if ending in SHEETS or ending in BINARY:
        kind = "a spreadsheet" if ending in SHEETS else "a file of another program"
        raise _refused(path, f"it is {kind}", "Save it as CSV (UTF-8) and name that file.")
    try:
        data = path.read_bytes()
    except IsADirectoryError as failure:
        raise _refused(path, "it is a folder", "Name a file.") from failure
    except OSError as failure:
        why = f"it cannot be read ({failure.strerror})"
        raise _refused(path, why, "Name a file that exists.") from failure
    if not data.strip():
        raise _refused(path, "it is empty", "Name a file with a table.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise _refused(path, "it is not text", "Save it as CSV (UTF-8) and name that file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_rows(text: str, where: object) -> list[list[str]]:
    """Rows of cells, stripped; the separator is the one that most rows have in common."""
    lines = [line for line in text.split("\n") if line.strip()]
    if lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        separator, lines = lines[0].strip()[4], lines[1:]
    else:
        separator = _separator(lines)
    if separator == " ":
        return [line.split() for line in lines]
    try:
        stream = io.StringIO("\n".join(lines))
        rows = list(csv.reader(stream, delimiter=separator, skipinitialspace=True))
    except csv.Error as failure:
        raise _refused(where, f"it is no table ({failure})", "Save it as CSV (UTF-8).") from failure
    rows = [[unshielded(cell.strip()) for cell in row] for row in rows]
    return [row for row in rows if any(row)]


def as_table(rows: list[list[str]], where: object, *, header: bool) -> pd.DataFrame:
    """A table of text from rows; RequestError for rows of differing length or columns twice."""
    if not rows or (header and len(rows) < 2):
        raise _refused(where, "it has no rows", "Name a file with a table.")
    names = rows[0] if header else [str(i) for i in range(len(rows[0]))]
    body = rows[1:] if header else rows
    if header and names[-1] == "" and all(len(row) < len(names) or not row[-1] for row in body):
        names, body = names[:-1], [row[: len(names) - 1] for row in body]
    for number, row in enumerate(body, 2 if header else 1):
        if len(row) != len(names):
            raise _refused(
                where,
                f"row {number} has {len(row)} cells, the first {len(names)}",
                "Give every row the same cells; quote those that hold the separator.",
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _refused(where, f"two columns are called {twice!r}", "Give each its own name.")
    return pd.DataFrame(body, columns=names, dtype=object)


def column(
    table: pd.DataFrame, given: str | None, known: tuple[str, ...], where: str, what: str
) -> str | None:
    """The column named by the user, or the one with a known name; None when there is none."""
    if given is not None:
        if given not in table:
            shown = ", ".join(map(str, table.columns[:15]))
            raise RequestError(
                f"{what}={given!r}",
                where=where,
                why="there is no column of this name",
                write=f"The columns are {shown}.",
            )
        return given
    by_name = {str(name).strip().lower(): name for name in table.columns}
    found = [by_name[name] for name in known if name in by_name]
    return found[0] if found else None


def number(text: object) -> float:
    """A number with a decimal point or comma; NaN for anything else."""
    try:
        return float(str(text))
    except ValueError:
        try:
            return float(str(text).replace(",", "."))
        except ValueError:
            return float("nan")


def clean_id(value: object) -> str:
    """A node's name as text: 7.0 from a spreadsheet is 7."""
    text = str(value).strip()
    head, _, tail = text.partition(".")
    return head if tail and not tail.strip("0") and head.lstrip("-").isdigit() else text


def _separator(lines: list[str]) -> str:
    sample = lines[:50]
    best, most = " ", 0
    for separator in SEPARATORS:
        count = sample[0].count(separator)
        same = sum(line.count(separator) == count for line in sample)
        if count and same > most:
            best, most = separator, same
    return best


def _refused(where: object, why: str, write: str) -> RequestError:
    return RequestError(Path(str(where)).name, where=str(where), why=why, write=write)
