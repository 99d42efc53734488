"""From a checked request to the things it names: system, parameter draws, strategies."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from imr_sim.cli.requests import CompareRequest, RunRequest, SimulateRequest
from imr_sim.errors import RequestError
from imr_sim.model.parameters import Parameters, ParameterSet, as_set, prior
from imr_sim.model.shipped import posterior, read_draws
from imr_sim.strategies import DEFAULT_STRATEGIES, Strategy, load_strategy, strategy_names
from imr_sim.system import System, load_system

SETS = ("posterior", "prior", "default")


@dataclass
class Inputs:
    """What a run works on; `files` are those of the user's own that it read."""

    system: System
    parameters: ParameterSet
    strategies: list[Strategy]
    files: dict[str, str] = field(default_factory=dict)


def load_inputs(request: CompareRequest | SimulateRequest, usual_draws: int) -> Inputs:
    """Load all that a request names.

    Raises
    ------
    RequestError
        From the part that cannot be loaded.
    """
    files: dict[str, str] = {}
    strategies = _strategies(request, files)
    parameters = _parameters(request, usual_draws, files)
    return Inputs(load_system(request.system), parameters, strategies, files)


def _parameters(request: RunRequest, usual_draws: int, files: dict[str, str]) -> ParameterSet:
    fixed: dict[str, Any] = dict(request.parameters)
    name = fixed.pop("set", None)
    draws = request.draws
    if name == "prior":
        chosen = prior(draws or usual_draws, request.seed)
    elif name == "posterior":
        chosen = posterior()
    elif name == "default":
        chosen = as_set(Parameters())
    else:
        chosen = _read(name)
        files["parameters"] = str(name)
    return chosen.replace(**fixed).take(draws or min(usual_draws, len(chosen)))


def _read(name: object) -> ParameterSet:
    if not isinstance(name, str) or not Path(name).is_file():
        near = get_close_matches(str(name), SETS, n=1)
        raise RequestError(
            f"parameters={name}",
            where="command line",
            why="no parameter set or file has this name",
            write=f"Write {near[0] if near else 'posterior, prior, default'}, "
            "or the path of a Parquet file of draws.",
        )
    return read_draws(name)


def _strategies(request: CompareRequest | SimulateRequest, files: dict[str, str]) -> list[Strategy]:
    if isinstance(request, SimulateRequest):
        names = [request.strategy]
    elif request.strategies == "default":
        names = list(DEFAULT_STRATEGIES)
    elif request.strategies == "all":
        names = list(strategy_names())
    else:
        names = list(request.strategies)
    if not names:
        raise RequestError(
            "strategies=[]",
            where="command line",
            why="there is nothing to compare",
            write="Name at least one strategy, e.g. strategies=[facilitation].",
        )
    strategies = [load_strategy(name) for name in names]
    seen: dict[str, str] = {}
    for given, strategy in zip(names, strategies, strict=True):
        if strategy.name in seen:
            raise RequestError(
                f"strategies={seen[strategy.name]},{given}",
                where="command line",
                why=f"two strategies are called {strategy.name!r}",
                write="Name each strategy once; give your own files names of their own.",
            )
        seen[strategy.name] = given
        if given not in strategy_names():
            files[f"strategy {strategy.name}"] = given
    return strategies
