"""What is said of a command: its purpose and how it is called; standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command; its folder holds the rest.

    Attributes
    ----------
    purpose, usage, examples : str
        As `--help` prints them.
    request : str
        Class in the folder's `request.py` that says which keys there are.
    actions : tuple of str
        Words that may stand in place of keys, such as ``status`` in ``imr-sim sweep status``:
        functions of the folder's `actions.py`, which take the arguments after the word and return
        the exit code.
    runs : bool
        Whether the folder's `command.py` does work in a folder (`imr_sim.cli.runner.Work`).
    resumes_done : bool
        Whether a run that is done may be resumed: its folder holds all parts, and damaged ones are
        made again.
    names : str or None
        Key that may be written as words before the others: ``imr-sim trial NAME FILE`` for
        ``trials=[NAME,FILE]``.
    keys : str
        Heading of the list of keys.
    """

    purpose: str
    usage: str
    examples: str
    request: str
    actions: tuple[str, ...] = ()
    runs: bool = True
    resumes_done: bool = False
    names: str | None = None
    keys: str = "Keys, with their defaults:"
