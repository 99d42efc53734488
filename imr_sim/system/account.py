"""What became of all that was given when a system was loaded: read, ignored, folded, invented."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, fields

WORDS = {
    "read": "read",
    "ignored": "IGNORED",
    "folded": "folded together",
    "invented": "made up where nothing was given",
}


@dataclass(frozen=True)
class Account:
    """An account of a load; each entry is a short sentence.

    Attributes
    ----------
    read : tuple of str
        Files, and what was found in them.
    ignored : tuple of str
        What lay there and was not used, and why.
    folded : tuple of str
        What was given more than once, or in more detail than the model has.
    invented : tuple of str
        What was not given, and how it was made up: assumptions.
    """

    read: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()

    def __add__(self, other: Account) -> Account:
        """Entries of both."""
        mine, theirs = self.as_dict(), other.as_dict()
        return Account(**{key: (*mine[key], *theirs[key]) for key in mine})

    def as_dict(self) -> dict[str, list[str]]:
        """Entries by what became of them, as a manifest gives them back."""
        return {field.name: list(getattr(self, field.name)) for field in fields(self)}

    def lines(self, width: int = 100, only: tuple[str, ...] = tuple(WORDS)) -> list[str]:
        """The account as text for a terminal, in lines of at most `width` characters."""
        found = []
        for key in only:
            for entry in self.as_dict()[key]:
                text = f"{WORDS[key]}: {_printable(entry)}"
                found += textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
        return found


def _printable(text: str) -> str:
    """Text without characters that would steer a terminal: names of files may hold any."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def account_lines(account: Account, width: int = 100) -> list[str]:
    """What somebody who runs a system must know: what was ignored or folded, if anything was."""
    return account.lines(width, only=("ignored", "folded"))


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun, e.g. ``"1 tie"`` and ``"54,000 ties"``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
