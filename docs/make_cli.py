"""Writes the reference of all commands into `docs/cli.md`: python docs/make_cli.py

Made from the table of commands, their requests and what they say of their results.
"""

from __future__ import annotations

import re
from pathlib import Path

from imr_sim.cli.commands import COMMANDS, part_of, request_class
from imr_sim.cli.help import defaults_of
from imr_sim.cli.request.keys import fields_of, how_to_write

PAGE = Path(__file__).with_name("cli.md")
BEGIN, END = (
    "<!-- made by docs/make_cli.py: begin -->\n",
    "<!-- made by docs/make_cli.py: end -->\n",
)


def reference() -> str:
    """The commands, then the keys and the results of each."""
    rows = [f"| [`{name}`](#keys-of-{name}) | {c.purpose} |" for name, c in COMMANDS.items()]
    parts = ["\n".join(["| command | does |", "|---|---|", *rows])]
    for name, command in COMMANDS.items():
        parts.append(f"## Keys of `{name}`\n\n```text\n{command.usage}\n```")
        parts.append(keys(name))
        if command.runs:
            parts.append(f"What it leaves in its folder:\n\n{results(name)}")
    return "\n\n".join(parts) + "\n"


def keys(command: str) -> str:
    """Table of the keys of a command, with their defaults."""
    defaults = defaults_of(command)
    rows = ["| key | default | holds | how to write it |", "|---|---|---|---|"]
    for name, field in fields_of(request_class(command)).items():
        cells = (cell(str(field.description)), cell(how_to_write(field)))
        rows.append(f"| `{name}` | `{defaults[name]}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def results(command: str) -> str:
    """Table of what a command leaves; a figure goes by its stem."""
    contents = part_of(command, "command").CONTENTS.items()
    rows = [f"| `{name}` | {cell(holds)} |" for name, holds in contents]
    return "\n".join(["| file | holds |", "|---|---|", *rows])


def cell(text: str) -> str:
    """Text as it may stand in a table, with links to the pages that it names."""
    text = text.replace("|", "\\|").replace("<", "&lt;").replace("{practice}", "the practice")
    text = re.sub(r"([\w.]+=(\{.*?\}|\[.*?\]|[^\s,;)]*[^\s,;).]))", r"`\1`", text)
    return re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", text)


def renewed(page: str) -> str:
    """The page with its made part made again."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + reference() + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
