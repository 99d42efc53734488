"""The table of commands; standard library only, so that `--help` answers at once.

A command is a folder here and its line in `NAMES`; its defaults are `configs/command/<name>.yaml`.
The folder's `__init__.py` says what the command is (`ABOUT`), `request.py` holds the class that
checks its keys, `command.py` the work (`imr_sim.cli.runner.Work`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from imr_sim.cli.commands.about import Command

if TYPE_CHECKING:
    from imr_sim.cli.request.keys import Request

NAMES = (
    "compare",
    "simulate",
    "sweep",
    "sensitivity",
    "discover",
    "trial",
    "diffusion",
    "calibrate",
    "forecast",
    "validate",
    "describe",
)


def part_of(command: str, part: str = "") -> Any:
    """The folder of a command, or one of its modules, imported only now."""
    return import_module(f"{__name__}.{command}{'.' if part else ''}{part}")


def request_class(command: str) -> type[Request]:
    """Class that checks the keys of a command."""
    kind: type[Request] = getattr(part_of(command, "request"), COMMANDS[command].request)
    return kind


COMMANDS: dict[str, Command] = {name: part_of(name).ABOUT for name in NAMES}
