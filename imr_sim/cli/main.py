"""Entry point of `imr-sim`: finds the command, and turns every ending into an exit code.

Only the standard library is imported here, so that `--help` and `--version` answer at once.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib.metadata import version
from itertools import takewhile
from pathlib import Path

from imr_sim.cli.commands import COMMANDS, part_of
from imr_sim.cli.help import command_help, overview
from imr_sim.cli.session import Session
from imr_sim.cli.terminal import ReaderGone, open_streams, say, tell
from imr_sim.errors import ImrSimError, OtherModelWarning, RequestError, RequestErrors

DONE, FAILED, WRONG_REQUEST = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; those of the process by default.

    Returns
    -------
    int
        0 done, 1 failed, 2 the request was wrong; 130 (interrupted) ends the process from within.
    """
    open_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    with Session() as session, warnings.catch_warnings():
        warnings.simplefilter("always", OtherModelWarning)
        warnings.showwarning = _show_warning
        logging.getLogger("MESA").setLevel(logging.WARNING)
        try:
            return _dispatch(arguments, session)
        except ReaderGone:
            return DONE
        except RequestError as error:
            if session.folder is not None:
                session.folder.discard()
            tell("imr-sim: " + "\n         ".join(_lines(error)))
            return WRONG_REQUEST
        except Exception as error:
            return _failed(error, session)


def _lines(error: RequestError) -> list[str]:
    """Each thing that is wrong in a line of its own, under each other in one message."""
    errors = error.errors if isinstance(error, RequestErrors) else [error]
    return [str(e).replace("\n", "\\n") for e in errors]


def _show_warning(message: Warning | str, *where: object, **more: object) -> None:
    tell(f"imr-sim: warning: {message}")


def _dispatch(arguments: list[str], session: Session) -> int:
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        say(overview())
        return DONE
    if arguments[0] == "--version":
        say(f"imr-sim {version('imr-sim')}")
        return DONE
    command, rest = arguments[0], arguments[1:]
    if command not in COMMANDS:
        near = get_close_matches(command, COMMANDS, n=1)
        nearest = f" (nearest: {near[0]})" if near else ""
        raise RequestError(
            command,
            where="command line",
            why="there is no such command",
            write=f"Write one of {', '.join(COMMANDS)}{nearest}; see imr-sim --help.",
        )
    if "--help" in rest or "-h" in rest:
        say(command_help(command))
        return DONE
    about = COMMANDS[command]
    if rest and rest[0] in about.actions:
        act: Callable[[list[str]], int] = getattr(part_of(command, "actions"), rest[0])
        return act(rest[1:])
    if about.names is not None:
        rest = _with_names(about.names, rest)
    if "--multirun" in rest or "-m" in rest:
        from imr_sim.cli.multirun import multirun

        return multirun(command, rest, session)
    if not about.runs:
        near = get_close_matches(rest[0] if rest else "", about.actions, n=1)
        raise RequestError(
            " ".join([command, *rest]),
            where="command line",
            why=f"it does not say what to {command}",
            write=f"Write imr-sim {command} {near[0] if near else '|'.join(about.actions)}.",
        )
    from imr_sim.cli.runner import prepare, run_job

    return run_job(prepare(command, rest), session)


def _with_names(key: str, rest: list[str]) -> list[str]:
    """Words before the first key as the list that `key` holds."""
    words = list(takewhile(lambda word: "=" not in word and not word.startswith("-"), rest))
    if not words:
        return rest
    escaped = (word.replace("\\", "\\\\").replace("'", "\\'") for word in words)
    listed = ",".join(f"'{word}'" for word in escaped)
    return [f"{key}=[{listed}]", *rest[len(words) :]]


def _failed(error: Exception, session: Session) -> int:
    """Keep the details in a file; the terminal gets one line."""
    try:
        kept = f"details in {_keep(''.join(traceback.format_exception(error)), session)}"
    except OSError as also:  # a full disk, most likely: what failed first is what counts
        kept = f"the details could not be kept ({also.strerror})"
    kind = "" if isinstance(error, ImrSimError) else f"{type(error).__name__}: "
    reason = (str(error).strip() or "no reason given").splitlines()[0]
    tell(f"imr-sim: failed: {kind}{reason}; {kept}")
    return FAILED


def _keep(details: str, session: Session) -> Path:
    if session.folder is not None:
        return session.folder.fail(details)
    handle, name = tempfile.mkstemp(prefix="imr-sim-error-", suffix=".txt", text=True)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(details)
    return Path(name)


if __name__ == "__main__":
    sys.exit(main())
