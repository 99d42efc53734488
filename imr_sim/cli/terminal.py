"""All that reaches the terminal goes through here; standard library only.

Names and cells of files are shown in messages and tables. Signs that a terminal would obey, such as
escape sequences or signs that turn the direction of writing, are shown as codes instead.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from contextlib import suppress
from typing import TextIO

MOST_LINES = 20  # of a message: a screen; a table or a description may be longer
MOST_CHARACTERS = 700  # of a line of a message
CLEAR = "\r\x1b[K"


class ReaderGone(Exception):
    """Whoever read standard output, such as `head`, has seen enough."""


def visible(text: str) -> str:
    """The text with each sign that a terminal would obey written as a code, but for line ends."""
    return "".join(sign if _is_plain(sign) else _code(sign) for sign in text)


def _is_plain(sign: str) -> bool:
    return sign == "\n" or sign.isprintable() or unicodedata.category(sign) == "Zs"


def _code(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def short(message: str) -> str:
    """A message of a screen at most: what is left out is counted."""
    lines = [_shorter(line) for line in visible(message).split("\n")]
    over = len(lines) - MOST_LINES
    if over > 0:
        lines = [*lines[:MOST_LINES], f"... and {over:,} more"]
    return "\n".join(lines)


def _shorter(line: str) -> str:
    over = len(line) - MOST_CHARACTERS
    if over <= 0:
        return line
    half = MOST_CHARACTERS // 2  # what was given stands in the middle, the advice at the end
    return f"{line[:half]} [... {over:,} characters ...] {line[-half:]}"


def say(text: str = "") -> None:
    """Print a result on standard output.

    Raises
    ------
    ReaderGone
        When nobody reads it any more.
    """
    try:
        _write(sys.stdout, visible(text) + "\n")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the end of the process
        raise ReaderGone from None


def tell(message: str) -> None:
    """Print a message on standard error; nobody may be there to read it."""
    with suppress(OSError, ValueError):
        _write(sys.stderr, short(message) + "\n")


def show(line: str) -> None:
    """Put a line in place of the last one on standard error, or clear it with an empty one."""
    with suppress(OSError, ValueError):
        _write(sys.stderr, CLEAR + visible(line))


def is_live() -> bool:
    """Whether standard error is a terminal."""
    try:
        return sys.stderr.isatty()
    except ValueError:
        return False


def last_words(message: str) -> None:
    """Print a message from a thread that ends the process, past all that holds the streams."""
    with suppress(OSError):
        start = "\n" if is_live() else ""
        os.write(2, f"{start}{short(message)}\n".encode())


def open_streams() -> None:
    """Open what the caller has closed (``2>&-``): the next file would get its number, and words."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")


def _write(stream: TextIO, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
