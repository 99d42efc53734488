"""Strategies in files: the named library, and users' own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imr_sim.errors import RequestError
from imr_sim.paths import configs
from imr_sim.strategies.checked import keys_of, nearest, request_errors, shown
from imr_sim.strategies.component import Amount, Capacity, Component, When, Who
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.strategy import Strategy

# What `compare` compares with `none` unless told otherwise.
DEFAULT_STRATEGIES = (
    "materials",
    "webinars",
    "consensus",
    "outreach",
    "champions",
    "leadership",
    "mandate",
    "training",
    "facilitation",
    "learning_collaborative",
    "train_the_trainer",
    "staff_exchange",
    "open_prrc",
    "full_rollout",
    "stepped_support",
    "sensitive_period_response",
)
SUFFIXES = (".yaml", ".yml")
Words = Annotated[str, Field(min_length=1, max_length=600)]


class _EachKeyOnce(yaml.SafeLoader):
    """Plain YAML, where a key that stands twice is an error instead of the last one counting."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for i, key in enumerate(keys):
            if key in keys[:i]:
                mark = node.value[i][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", mark)
        return super().construct_mapping(node, deep)


class StrategyFile(BaseModel):
    """The keys of a strategy file."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,59}$")]
    label: Words | None = None
    description: str = ""
    eric: tuple[Words, ...] = ()
    sources: tuple[Words, ...] = ()
    components: tuple[Component, ...]
    capacity: Capacity = Capacity()
    budget_usd: Amount | None = None


KEYS = {
    "": tuple(StrategyFile.model_fields),
    "components": keys_of(Component),
    "who": keys_of(Who),
    "when": keys_of(When),
    "capacity": keys_of(Capacity),
}


def strategy_names() -> tuple[str, ...]:
    """Names of the library's strategies: `none`, those compared by default, then the others."""
    here = {path.stem for path in (configs() / "strategy").glob("*.yaml")}
    first = ("none", *DEFAULT_STRATEGIES)
    return (*first, *sorted(here - set(first)))


def load_strategy(given: str | Path | Strategy) -> Strategy:
    """Return a strategy by its name in the library, from a YAML file, or as it is.

    Parameters
    ----------
    given : str, Path or Strategy
        A name (`imr-sim describe strategies`), the path of a file that ends in .yaml, or an object.

    Raises
    ------
    RequestError
        When there is no such strategy, or its file says what cannot be.
    """
    if isinstance(given, Strategy):
        _check_named(given)
        return given
    if isinstance(given, str) and given in strategy_names():
        return _read(configs() / "strategy" / f"{given}.yaml", f"strategy {given}")
    if str(given).endswith(SUFFIXES):
        return _read(Path(given), str(given))
    raise RequestError(
        repr(str(given)),
        where="strategy",
        why="no strategy has this name",
        write=f"{nearest(given, strategy_names())} Or give the path of a .yaml file.",
    )


def _check_named(strategy: Strategy) -> None:
    for key in ("name", "label"):
        if not getattr(strategy, key):
            kind = type(strategy).__name__
            raise RequestError(
                f"a strategy without {key}",
                where=f"class {kind}",
                why="results and figures call strategies by it",
                write=f'Write {key} = "..." in {kind}.',
            )


def _read(path: Path, where: str) -> ComposedStrategy:
    content = _yaml(path, where)
    if not isinstance(content, dict):
        raise RequestError(
            shown(content),
            where=where,
            why="a strategy file holds keys and values",
            write="Begin with name: my_strategy; see docs/strategies.md.",
        )
    try:
        file = StrategyFile.model_validate(content)
    except ValidationError as error:
        raise request_errors(error, where, KEYS) from None
    fields = {name: getattr(file, name) for name in StrategyFile.model_fields}
    return ComposedStrategy(**{**fields, "label": file.label or file.name}, where=where)


def _yaml(path: Path, where: str) -> object:
    """Content of a YAML file as plain values; nothing in it is executed."""
    try:
        return _EachKeyOnce(path.read_text(encoding="utf-8")).get_single_data()
    except OSError as error:
        why, write = f"it cannot be read ({error.strerror})", "Give the path of a strategy file."
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8 (byte {error.start})"
        write = "Save it as UTF-8 text."
    except yaml.constructor.ConstructorError as error:
        why, write = _at(error), "Write plain keys and values, each key once, without tags (!...)."
    except RecursionError:
        why, write = "it is nested too deep", "Write plain keys and values; see docs/strategies.md."
    except yaml.YAMLError as error:
        why, write = f"it is not YAML: {_at(error)}", "Mend the line; indent with spaces."
    raise RequestError(path.name, where=where, why=why, write=write)


def _at(error: yaml.YAMLError) -> str:
    """What YAML found, and in which line."""
    mark = getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or 'unreadable characters'}{line}"
