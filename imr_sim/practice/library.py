"""Practices in files: those that ship, and users' own."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from imr_sim.errors import RequestError
from imr_sim.model.parameters import NAMES
from imr_sim.paths import configs
from imr_sim.practice.move import Move
from imr_sim.practice.practice import Practice, Support
from imr_sim.strategies import Strategy, load_strategy, strategy_from, strategy_names
from imr_sim.strategies.checked import keys_of, nearest, request_errors, shown
from imr_sim.strategies.yaml_file import read_yaml

SUFFIXES = (".yaml", ".yml")
PAGE = "docs/practices.md"
KEYS = {
    **dict.fromkeys(NAMES, keys_of(Move)),
    "": keys_of(Practice),
    "support": keys_of(Support),
}


def practice_names() -> tuple[str, ...]:
    """Names of the practices that ship, IMR first."""
    here = {path.stem for path in (configs() / "practice").glob("*.yaml")}
    return ("imr", *sorted(here - {"imr"}))


def load_practice(given: str | Path | Practice) -> Practice:
    """Return a practice by its name, from a YAML file, or as it is.

    Parameters
    ----------
    given : str, Path or Practice
        A name (`imr-sim describe practices`), the path of a file that ends in .yaml, or an object.

    Raises
    ------
    RequestError
        When there is no such practice, or its file says what cannot be.
    """
    if isinstance(given, Practice):
        return given
    if isinstance(given, str) and given in practice_names():
        return _read(configs() / "practice" / f"{given}.yaml", f"practice {given}")
    if str(given).endswith(SUFFIXES):
        return _read(Path(given), str(given))
    raise RequestError(
        repr(str(given)),
        where="practice",
        why="no practice has this name",
        write=f"{nearest(given, practice_names())} Or give the path of a .yaml file.",
    )


def _read(path: Path, where: str) -> Practice:
    content = read_yaml(path, where, "practice", PAGE)
    if not isinstance(content, dict):
        raise RequestError(
            shown(content),
            where=where,
            why="a practice file holds keys and values",
            write=f"Begin with name: My practice; see {PAGE}.",
        )
    support = content.get("support")
    if isinstance(support, dict) and "strategy" in support:
        strategy = _strategy(support["strategy"], f"{where}, support.strategy")
        content = {**content, "support": {**support, "strategy": strategy}}
    try:
        return TypeAdapter(Practice).validate_python(content)
    except ValidationError as error:
        raise request_errors(error, where, KEYS) from None


def _strategy(given: object, where: str) -> Strategy:
    """A strategy of the library by its name, or one whose keys stand in the file itself."""
    if isinstance(given, dict):
        return strategy_from({"name": "support", **given}, where)
    if given in strategy_names():
        return load_strategy(str(given))
    raise RequestError(
        shown(given),
        where=where,
        why="it is neither a strategy of the library nor the keys of one",
        write="Write the keys of a strategy file below it, so that one file says all.",
    )
