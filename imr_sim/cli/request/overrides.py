"""From `key=value` arguments to one plain, resolved dictionary, by Hydra's compose API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import OmegaConf

from imr_sim.cli.commands import request_class
from imr_sim.cli.request.keys import (
    LITERAL,
    NAMES,
    WHERE,
    Request,
    advice,
    fields_of,
    how_to_write,
    is_number,
    marked,
    meant_number,
    nested,
    wrong,
)
from imr_sim.errors import RequestError, RequestErrors
from imr_sim.paths import configs

LONGEST = 20_000  # characters of an argument
PLAIN = "Write the value itself."
PRESET = "preset"  # Hydra's group for values that were chosen together


def compose_request(
    command: str,
    argv: Sequence[str],
    preset: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Compose `configs/command/<command>.yaml` with the user's overrides.

    Parameters
    ----------
    command : str
        Name of the command, and of its configuration file.
    argv : sequence of str
        Overrides such as ``horizon=120`` or ``parameters.media=0.1``.
    preset : mapping, optional
        Values that come before those of the file, and after the overrides.

    Returns
    -------
    dict
        Plain values; nothing is left to interpolate and nothing is ever instantiated.

    Raises
    ------
    RequestErrors
        For every argument that is no override, names no key of the command, or asks for code.
    """
    kind = request_class(command)
    errors, overrides = [], []
    for argument in argv:
        try:
            _check_plain(argument)
            text = _for_hydra(argument, kind)
            _check(_parse(text, argument, kind), argument, command, kind)
            overrides.append(text)
        except RequestErrors as several:
            errors += several.errors
        except RequestError as error:
            errors.append(error)
    if errors:
        raise RequestErrors(errors)
    try:
        with initialize_config_dir(str(configs() / "command"), version_base="1.3"):
            if preset is not None:
                ConfigStore.instance().store(
                    name="chosen", node=dict(preset), group=PRESET, package="_global_"
                )
                overrides.append(f"+{PRESET}=chosen")
            config = compose(command, overrides)
        container = OmegaConf.to_container(config, resolve=False, enum_to_str=True)
    except Exception as error:  # of libraries: whatever they raise here is about what was written
        raise RequestError(
            " ".join(argv),
            where=WHERE,
            why=f"these do not go together ({type(error).__name__})",
            write="Write plain values, e.g. horizon=60, each key once.",
        ) from error
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def _check_plain(argument: str) -> None:
    """Raise RequestError for what could mean something else than it says."""
    key = argument.partition("=")[0][:80]
    if "${" in argument:
        raise wrong(argument, "values are taken as they stand, nothing is filled in", PLAIN)
    if "\0" in argument:
        raise wrong(argument, "it holds a NUL, which no name or path can", f"Write {key} anew.")
    if len(argument) > LONGEST:
        why = f"it has {len(argument):,} characters, and {LONGEST:,} can be read"
        raise wrong(f"{key}=...", why, "Write it into a file, and give the file's path.")


def _for_hydra(argument: str, kind: type[Request]) -> str:
    """Rewrite what Hydra's grammar has no words for; names and paths are quoted.

    Otherwise it would read spaces, accents, commas or brackets of a path as signs of its own.
    """
    match = re.fullmatch(r"\+{0,2}([\w.]+)=(.*)", argument, re.DOTALL)
    if not match:
        return argument
    key, value = match.groups()
    plus = ""
    if key in marked(kind, LITERAL) and value not in ("", "null") and value[0] not in "'\"":
        # A run of backslashes before a quote is doubled, as Hydra's quoted strings ask.
        value = re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + ("\\'" if m[2] else ""), value)
        value = f"'{value}'"
    if key in nested(kind):
        key = f"{key}.{nested(kind)[key]}"
    elif key.startswith(tuple(marked(kind, NAMES))):  # Hydra adds to a dictionary only so
        plus = "++"
    elif key.startswith("parameters."):
        from imr_sim.model.parameters import check_name

        check_name(key.removeprefix("parameters."), WHERE)
        plus = "++"
    return f"{plus}{key}={value}"


def _parse(text: str, argument: str, kind: type[Request]) -> Override:
    try:
        return OverridesParser.create().parse_override(text)
    except Exception as error:  # of the library's grammar: whatever it raises is about the argument
        key, _, value = argument.partition("=")
        if not value or argument.startswith("-"):
            write = "Write key=value without spaces around =."
            raise wrong(argument, "it cannot be read as key=value", write) from error
        if is_one_number(key, kind):
            raise _no_number(key, value, kind) from error
        write = "Close it, or quote odd signs twice: \"out='a,b'\"."
        if key in fields_of(kind):
            write = how_to_write(fields_of(kind)[key])
        why = "a bracket or quote in it is not closed, or a sign has a meaning of its own"
        raise wrong(argument, why, write) from error


def is_one_number(key: str, kind: type[Request]) -> bool:
    """Whether a key holds a single number."""
    field = fields_of(kind).get(key)
    return key.startswith("parameters.") or (field is not None and is_number(field))


def _no_number(key: str, value: str, kind: type[Request]) -> RequestError:
    fields, meant = fields_of(kind), meant_number(value)
    write = "Write a plain number." if meant is None else f"Write {key}={meant}."
    if key in fields:
        write = advice(key, value, fields)
    also = " For several runs write --multirun beside it." if "," in value else ""
    return wrong(f"{key}={value}", "it is not one number", write + also)


def _check(override: Override, argument: str, command: str, kind: type[Request]) -> None:
    key, keys = override.key_or_group, fields_of(kind)
    if "_target_" in argument:
        raise RequestError(
            argument,
            where=WHERE,
            why="a configuration holds values and never runs code",
            write="Leave _target_ out.",
        )
    outer, _, inner = key.partition(".")
    name = outer if outer == "parameters" or inner == nested(kind).get(outer) else key
    name = next((held for held in marked(kind, NAMES) if name.startswith(f"{held}.")), name)
    if name not in keys:
        near = get_close_matches(name, sorted(keys), n=1, cutoff=0.5)
        raise RequestError(
            argument,
            where=WHERE,
            why=f"{command} has no key {name!r}",
            write=f"Write {near[0]}=... instead." if near else f"Its keys: {', '.join(keys)}.",
        )
    if override.is_delete() or override.package is not None:
        raise RequestError(
            argument,
            where=WHERE,
            why="keys can be given a value, not removed or moved",
            write=f"Write {key}=value.",
        )
    if override.is_sweep_override():
        if is_one_number(argument.partition("=")[0].lstrip("+"), kind):
            written, _, value = argument.partition("=")
            raise _no_number(written.lstrip("+"), value, kind)
        listed = argument.split("=", 1)[1]
        raise RequestError(
            argument,
            where=WHERE,
            why="several values without brackets ask for several runs",
            write=f"Write {key}=[{listed}] for a list, one value, or --multirun beside it.",
        )
