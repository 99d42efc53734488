"""Every error a user can meet, in one place.

An error says four things: what was given, where, why it cannot work, and what to write instead.
"""

from __future__ import annotations


class ImrSimError(Exception):
    """Base of all errors raised on purpose; ``exit_code`` is what the command line returns."""

    exit_code = 1


class RequestError(ImrSimError):
    """The request was wrong (exit code 2).

    Parameters
    ----------
    given : str
        What was given, e.g. ``"beta_within=-3"``.
    where : str
        Where it stands: a file and row, a configuration key, an argument.
    why : str
        Why it cannot work.
    write : str
        What to write instead.
    """

    exit_code = 2

    def __init__(self, given: str, *, where: str, why: str, write: str) -> None:
        self.given, self.where, self.why, self.write = given, where, why, write
        super().__init__(f"{where}: {given}: {why}. {write}")


class RequestErrors(RequestError):
    """Several things wrong with one request, reported together."""

    def __init__(self, errors: list[RequestError]) -> None:
        self.errors = errors
        first = errors[0]
        super().__init__(first.given, where=first.where, why=first.why, write=first.write)
        self.args = ("\n".join(str(e) for e in errors),)


class OtherModelWarning(UserWarning):
    """The shipped posterior was fitted to another version of the model than the one that runs."""


class NoCacheWarning(UserWarning):
    """Compiled code cannot be kept, so that each process compiles the model anew."""
