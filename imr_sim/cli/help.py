"""What `--help` prints; the keys and their defaults come from the requests and configurations."""

from __future__ import annotations

from textwrap import fill

from imr_sim.cli.commands import COMMANDS, request_class


def overview() -> str:
    """Text of `imr-sim --help`."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {c.purpose}" for name, c in COMMANDS.items())
    return f"""\
imr-sim: how Illness Management and Recovery (IMR) spreads across VA medical centers,
and what dissemination strategies would change.

Usage: imr-sim COMMAND [key=value ...]

Commands:
{commands}

  imr-sim COMMAND --multirun key=a,b   one run for each value (compare, simulate)
  imr-sim COMMAND --help   keys and examples of a command
  imr-sim --version        version

Examples:
{COMMANDS["compare"].examples}

Exit codes: 0 done, 1 failed, 2 the request was wrong, 130 interrupted."""


def command_help(command: str) -> str:
    """Text of `imr-sim COMMAND --help`."""
    from imr_sim.cli.request.keys import fields_of, how_to_write

    about = COMMANDS[command]
    defaults = defaults_of(command)
    lines = []
    for name, field in fields_of(request_class(command)).items():
        text = f"{name}={defaults[name]}: {field.description}. {how_to_write(field)}"
        lines.append(fill(text, 96, initial_indent="  ", subsequent_indent=" " * 8))
    return f"""\
{about.usage}
{about.purpose[0].upper()}{about.purpose[1:]}.

{about.keys}
{chr(10).join(lines)}

Examples:
{about.examples}"""


def defaults_of(command: str) -> dict[str, str]:
    """Defaults as a user would write them."""
    import yaml

    from imr_sim.cli.request.keys import nested
    from imr_sim.paths import configs

    def read(name: str) -> dict[str, object]:
        text = (configs() / "command" / f"{name}.yaml").read_text("utf-8")
        values: dict[str, object] = yaml.safe_load(text)
        return values

    values = read(command)
    if "common" in str(values.pop("defaults", "")):
        values = read("common") | values
    for outer, inner in nested(request_class(command)).items():
        within = values.pop(outer, None)
        if isinstance(within, dict):
            values[outer] = within.pop(inner)
            values |= {f"{outer}.{name}": value for name, value in within.items()}
    return {name: _written(value) for name, value in values.items()}


def _written(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{','.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
