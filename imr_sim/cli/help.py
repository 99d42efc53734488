"""What `--help` prints; the keys and their defaults come from the requests and configurations."""

from __future__ import annotations

from textwrap import fill

COMMANDS = {
    "compare": "compare dissemination strategies from one policy date on (the main job)",
    "simulate": "simulate histories of IMR under one strategy",
    "describe": "describe the system, the parameters, the strategies, or the model's schedule",
}

EXAMPLES = {
    "compare": """\
  imr-sim compare
  imr-sim compare budget=5e6 horizon=120
  imr-sim compare strategies=[facilitation,champions,my_strategy.yaml] reference=none
  imr-sim compare system=small draws=20 out=first_look
  imr-sim compare parameters=prior parameters.media=0.1""",
    "simulate": """\
  imr-sim simulate
  imr-sim simulate strategy=facilitation policy_start=2015-01
  imr-sim simulate system=small draws=4 events=true out=small_history""",
    "describe": """\
  imr-sim describe system
  imr-sim describe system system=small out=my_system
  imr-sim describe parameters
  imr-sim describe strategies
  imr-sim describe schedule""",
}

USAGE = {
    "compare": "imr-sim compare [key=value ...]",
    "simulate": "imr-sim simulate [key=value ...]",
    "describe": "imr-sim describe system|parameters|strategies|schedule [key=value ...]",
}


def overview() -> str:
    """Text of `imr-sim --help`."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {what}" for name, what in COMMANDS.items())
    return f"""\
imr-sim: how Illness Management and Recovery (IMR) spreads across VA medical centers,
and what dissemination strategies would change.

Usage: imr-sim COMMAND [key=value ...]

Commands:
{commands}

  imr-sim COMMAND --help   keys and examples of a command
  imr-sim --version        version

Examples:
{EXAMPLES["compare"]}

Exit codes: 0 done, 1 failed, 2 the request was wrong, 130 interrupted."""


def command_help(command: str) -> str:
    """Text of `imr-sim COMMAND --help`."""
    from imr_sim.cli import requests

    kind = getattr(requests, f"{command.capitalize()}Request")
    defaults = _defaults(command)
    lines = []
    for name, field in kind.model_fields.items():
        text = f"{name}={defaults[name]}: {field.description}. {field.json_schema_extra['write']}"
        lines.append(fill(text, 96, initial_indent="  ", subsequent_indent=" " * 8))
    only = " (describe system only)" if command == "describe" else ""
    return f"""\
{USAGE[command]}
{COMMANDS[command][0].upper()}{COMMANDS[command][1:]}.

Keys{only}, with their defaults:
{chr(10).join(lines)}

Examples:
{EXAMPLES[command]}"""


def _defaults(command: str) -> dict[str, str]:
    """Defaults as a user would write them."""
    import yaml

    from imr_sim.paths import configs

    values: dict[str, object] = {}
    for name in ("common", command):
        values |= yaml.safe_load((configs() / "command" / f"{name}.yaml").read_text("utf-8"))
    parameters = values["parameters"]
    assert isinstance(parameters, dict)
    values["parameters"] = parameters["set"]
    return {name: _written(value) for name, value in values.items()}


def _written(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
