"""From a request for a sweep to the scenario that it means."""

from __future__ import annotations

from dataclasses import dataclass

from imr_sim.cli.commands.sweep.request import DESIGNS, SAMPLED, SweepRequest
from imr_sim.cli.inputs import Inputs, choose_parameters, choose_strategies, own_files
from imr_sim.errors import RequestError
from imr_sim.experiment import Design, Scenario, Store
from imr_sim.model.parameters import SPECS
from imr_sim.practice import load_practice
from imr_sim.strategies import load_strategy
from imr_sim.system import load_system

USUAL_POINTS = {"lhs": 100, "halton": 100, "sobol": 128, "posterior": 200}


@dataclass(kw_only=True)
class SweepInputs(Inputs):
    """What a sweep works on.

    Attributes
    ----------
    scenario : Scenario
    """

    scenario: Scenario


def load_sweep(request: SweepRequest) -> SweepInputs:
    """Load and check all that a request names.

    Raises
    ------
    RequestError
        From the part that cannot be loaded, or does not fit the others.
    """
    chosen = choose_strategies(request.strategies)
    if request.reference is not None and request.reference not in chosen:
        chosen = {request.reference: load_strategy(request.reference), **chosen}
    kind = request.design.kind
    asked = dict(request.parameters)
    if asked["set"] is None:
        asked["set"] = "posterior" if kind == "posterior" else "default"
    points = request.design.points if kind == "posterior" else None
    usual = USUAL_POINTS["posterior"] if kind == "posterior" else request.replicates
    practice = load_practice(request.practice)
    parameters = choose_parameters(asked, practice, points, usual, request.seed)
    own_luck = None if request.luck is None else request.luck == "own"
    if kind == "posterior":
        design, base = Design.draws(parameters), parameters.take(1)
        own_luck = True if own_luck is None else own_luck
    else:
        design, base = _design(request), parameters
    scenario = Scenario(
        system=load_system(request.system),
        design=design,
        parameters=base,
        strategies=tuple(chosen.values()),
        reference=None if request.reference is None else chosen[request.reference].name,
        practice=practice,
        start=request.start,
        policy_start=request.policy_start,
        horizon=request.horizon,
        at=request.at,
        outcomes=request.outcomes,
        replicates=request.replicates,
        seed=request.seed,
        budget=request.budget,
        common_luck=None if own_luck is None else not own_luck,
    )
    files = own_files(chosen, request.practice, asked["set"])
    if kind not in DESIGNS and request.resume is None:
        files["design"] = kind
    return SweepInputs(
        system=scenario.system,
        parameters=parameters,
        strategies=list(scenario.run.strategies),
        reference=scenario.reference or "",
        files=files,
        practice=practice,
        identity={"scenario": scenario.digest},
        scenario=scenario,
    )


def _design(request: SweepRequest) -> Design:
    """The design that is asked for; that of a sweep that goes on is read from its folder."""
    kind, points, ranges = request.design.kind, request.design.points, request.design.ranges
    if request.resume is not None:
        try:
            return Store(request.resume).design()
        except RequestError:  # damaged, or not yet written: it is made anew, unless it was read
            if kind not in DESIGNS:
                raise
    vary = request.vary
    if vary == "all" or (vary is None and not ranges):
        free = [name for name, spec in SPECS.items() if not spec.prior.is_fixed]
        vary = [name for name in free if name not in ranges and name not in request.parameters]
    if kind == "grid":
        return Design.grid(ranges, vary or (), points)
    if kind in SAMPLED:
        n = USUAL_POINTS[kind] if points is None else points
        return Design.sample(kind, n, ranges, vary or (), request.seed)
    return Design.read(kind)
