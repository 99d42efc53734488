"""From a checked request to the things it names: system, parameter draws, strategies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from imr_sim.analysis import parameters_line
from imr_sim.cli.request.keys import WHERE
from imr_sim.cli.request.shared import RunRequest
from imr_sim.errors import RequestError
from imr_sim.experiment import run
from imr_sim.model.parameters import Parameters, ParameterSet, as_set, prior
from imr_sim.model.shipped import posterior, read_draws
from imr_sim.practice import Practice, load_practice, practice_names
from imr_sim.strategies import (
    DEFAULT_STRATEGIES,
    SiteFacts,
    Strategy,
    load_strategy,
    strategy_names,
)
from imr_sim.system import System, load_system

SETS = ("posterior", "prior", "default")


@dataclass
class Inputs:
    """What a run works on.

    Attributes
    ----------
    system : System
    parameters : ParameterSet
        Adapted to the practice.
    strategies : list of Strategy
        The reference among them.
    reference : str
        Its name; for a single strategy, that strategy's.
    files : dict of str
        Files of the user's own: what each is for, and its path.
    practice : Practice
    identity : dict of str
        What else the manifest says of the run, such as the digest of its scenario.
    """

    system: System
    parameters: ParameterSet
    strategies: list[Strategy]
    reference: str
    files: dict[str, str]
    practice: Practice = field(default_factory=lambda: load_practice("imr"))
    identity: dict[str, str] = field(default_factory=dict)

    def about(self) -> dict[str, Any]:
        """What the manifest says of them, but for files."""
        system, parameters = self.system, self.parameters
        return {
            "system": {
                "name": system.name,
                "digest": system.digest,
                "invented": system.invented,
                "account": system.account.as_dict(),
            },
            "practice": {"name": self.practice.name, "invented": self.practice.invented},
            "parameters": {
                "status": parameters.status,
                "note": parameters.note,
                "draws": len(parameters),
                "sha256": hashlib.sha256(parameters.values.astype("<f8").tobytes()).hexdigest(),
            },
            "strategies": [strategy.name for strategy in self.strategies],
        }

    @property
    def headline(self) -> str:
        """What a reader must know of all results: how the parameters came about."""
        line = parameters_line(self.parameters.status, self.parameters.note)
        return f"INVENTED PRACTICE. {line}" if self.practice.invented else line

    @property
    def sites(self) -> str:
        """How many sites of which kind."""
        kind = "INVENTED sites" if self.system.invented else "VAMCs"
        return f"{self.system.n_sites} {kind}"


def load_inputs(
    request: RunRequest, usual_draws: int, chosen: dict[str, Strategy], reference: str
) -> Inputs:
    """Load and check all that a request names.

    Parameters
    ----------
    request : RunRequest
    usual_draws : int
        Parameter draws when the request asks for no number.
    chosen : dict of str to Strategy
        Strategies by the name or path that was given for them.
    reference : str
        Name of the reference among them.

    Raises
    ------
    RequestError
        From the part that cannot be loaded, or does not fit the others.
    """
    practice = load_practice(request.practice)
    parameters = choose_parameters(
        request.parameters, practice, request.draws, usual_draws, request.seed
    )
    system = load_system(request.system)
    facts = SiteFacts.of(system)
    practice.check(facts)
    for strategy in chosen.values():
        strategy.check(facts)
    files = own_files(chosen, request.practice, request.parameters["set"])
    return Inputs(system, parameters, list(chosen.values()), reference, files, practice)


def own_files(
    chosen: dict[str, Strategy], practice: str, parameters: str | None = None
) -> dict[str, str]:
    """Files of the user's own among what was named: what each is for, and its path."""
    files = {f"strategy {s.name}": given for given, s in chosen.items() if given != s.name}
    if parameters is not None and parameters not in SETS:
        files["parameters"] = parameters
    if practice not in practice_names():
        files["practice"] = practice
    return files


def choose_parameters(
    asked: dict[str, Any], practice: Practice, draws: int | None, usual_draws: int, seed: int
) -> ParameterSet:
    """The first `draws` of the set that is asked for, adapted to a practice, with what is fixed."""
    fixed: dict[str, Any] = dict(asked)
    name = fixed.pop("set")
    if name == "prior":
        chosen = prior(draws or usual_draws, seed)
    elif name == "posterior":
        chosen = posterior()
    elif name == "default":
        chosen = as_set(Parameters())
    else:
        chosen = _read(name)
    return practice.adapt(chosen.take(draws or min(usual_draws, len(chosen)))).replace(**fixed)


def _read(name: object) -> ParameterSet:
    if not isinstance(name, str) or not Path(name).is_file():
        near = get_close_matches(str(name), SETS, n=1)
        raise RequestError(
            f"parameters={name}",
            where=WHERE,
            why="no parameter set or file has this name",
            write=f"Write {near[0] if near else 'posterior, prior, default'}, "
            "or the path of a Parquet file of draws.",
        )
    return read_draws(name)


def choose_strategies(asked: list[str] | str) -> dict[str, Strategy]:
    """Strategies by the name or path that was given for them."""
    names = {"default": DEFAULT_STRATEGIES, "all": strategy_names()}.get(str(asked), asked)
    if not names:
        raise RequestError(
            "strategies=[]",
            where=WHERE,
            why="there is nothing to compare",
            write="Name at least one strategy, e.g. strategies=[facilitation].",
        )
    chosen: dict[str, Strategy] = {}
    for given in names:
        _add(chosen, given)
    return chosen


def _add(chosen: dict[str, Strategy], given: str) -> Strategy:
    strategy = load_strategy(given)
    if given in chosen or strategy.name in {s.name for s in chosen.values()}:
        raise RequestError(
            f"strategies={', '.join([*chosen, given])}",
            where=WHERE,
            why=f"two of them are called {strategy.name!r}",
            write="Name each strategy once; give your own files names of their own.",
        )
    chosen[given] = strategy
    return strategy


def with_reference(chosen: dict[str, Strategy], reference: str) -> str:
    """Name of the reference; it joins the chosen strategies if it is not among them."""
    joined, name = run.with_reference(tuple(chosen.values()), reference, WHERE)
    if len(joined) > len(chosen):
        chosen[reference] = joined[0]
    assert name is not None
    return name
