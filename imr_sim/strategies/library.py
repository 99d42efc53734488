"""Strategies in files: the named library, and users' own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imr_sim.errors import RequestError
from imr_sim.paths import configs
from imr_sim.strategies.asked import copied
from imr_sim.strategies.checked import keys_of, nearest, request_errors, shown
from imr_sim.strategies.component import Amount, Capacity, Component, When, Who
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.strategy import Strategy
from imr_sim.strategies.yaml_file import read_yaml

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
    "funding",
    "full_rollout",
    "funded_rollout",
    "stepped_support",
    "sensitive_period_response",
)
SUFFIXES = (".yaml", ".yml")
PAGE = "docs/strategies.md"
Words = Annotated[str, Field(min_length=1, max_length=600)]


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
    """Return a strategy by its name in the library, from a YAML file, or as it is now.

    An object is copied, so that what becomes of it later changes nothing that was asked for.

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
        return copied(given)
    if isinstance(given, type) and issubclass(given, Strategy):
        raise RequestError(
            f"the class {given.__name__}",
            where="strategy",
            why="it is no strategy yet",
            write=f"Write {given.__name__}(), with what it needs in the brackets.",
        )
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
    return strategy_from(read_yaml(path, where, "strategy", PAGE), where)


def strategy_from(content: object, where: str) -> ComposedStrategy:
    """A strategy from the plain values of a file; `where` says which, for messages.

    Raises
    ------
    RequestError
        When they say what cannot be.
    """
    if not isinstance(content, dict):
        raise RequestError(
            shown(content),
            where=where,
            why="a strategy file holds keys and values",
            write=f"Begin with name: my_strategy; see {PAGE}.",
        )
    try:
        file = StrategyFile.model_validate(content)
    except ValidationError as error:
        raise request_errors(error, where, KEYS) from None
    fields = {name: getattr(file, name) for name in StrategyFile.model_fields}
    return ComposedStrategy(**{**fields, "label": file.label or file.name}, where=where)
