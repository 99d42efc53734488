"""From a request for a sensitivity study to the function that it means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from imr_sim.cli.commands.sensitivity.request import SensitivityRequest
from imr_sim.cli.inputs import Inputs, choose_parameters, own_files
from imr_sim.cli.request.keys import WHERE, wrong
from imr_sim.experiment.idle import idle_parameters
from imr_sim.model.parameters import Parameters, ParameterSet, as_set, check_name
from imr_sim.months import later, months_between
from imr_sim.practice import Practice, load_practice
from imr_sim.sensitivity.analysis import Settings
from imr_sim.sensitivity.factors import Factors, draw_factors, medians, prior_factors, varied
from imr_sim.sensitivity.known import FUNCTIONS, KnownFunction
from imr_sim.sensitivity.model import ModelFunction, needs_reference
from imr_sim.sensitivity.sample import pawn_sample
from imr_sim.strategies import load_strategy
from imr_sim.system import load_system

MARGIN_DRAWS = 4000  # of a prior that a practice has moved, to read its quantiles off
ALL = 10**9


@dataclass(kw_only=True)
class SensitivityInputs(Inputs):
    """What a sensitivity study works on.

    Attributes
    ----------
    function : ModelFunction or KnownFunction
        That of the model has no folder yet.
    plan : Settings
    """

    function: ModelFunction | KnownFunction
    plan: Settings


def load_sensitivity(request: SensitivityRequest) -> SensitivityInputs:
    """Load and check all that a request names.

    Raises
    ------
    RequestError
        From the part that cannot be loaded, or does not fit the others.
    """
    practice = load_practice(request.practice)
    strategy = load_strategy(request.strategy)
    reference = None if request.reference is None else load_strategy(request.reference)
    arms = [s for s in (reference, strategy) if s is not None]
    factors, base = _spread(request, practice, idle_parameters(arms, practice))
    if reference is None and needs_reference(tuple(request.outcomes)):
        why = "nothing is added where there is no strategy"
        write = "Add strategy=facilitation or another."
        raise wrong(f"outcomes={','.join(request.outcomes)}", why, write)
    date = str(request.date)
    policy = request.policy_start if request.supported else later(date, 1)
    model = ModelFunction(
        factors=factors,
        base=base,
        system=load_system(request.system),
        strategy=strategy,
        reference=reference,
        practice=practice,
        start=str(request.start),
        policy_start=policy,
        horizon=months_between(policy, date) + 1,
        outcomes=tuple(dict.fromkeys(request.outcomes)),
        replicates=request.replicates,
        budget=request.budget,
        seed=request.seed,
        folder=Path(),
        executor=request.executor,
        workers=request.workers,
        scheduler=request.scheduler,
    )
    model.scenario(pawn_sample(factors.names, 2, request.seed))  # says what cannot work
    chosen = {request.strategy: strategy}
    if reference is not None:
        chosen[str(request.reference)] = reference
    known = None if request.function is None else FUNCTIONS[request.function]()
    return SensitivityInputs(
        system=model.system,
        parameters=base,
        strategies=arms,
        reference=strategy.name if reference is None else reference.name,
        files=own_files(chosen, request.practice, request.parameters["set"]),
        practice=practice,
        function=known or model,
        plan=Settings(
            methods=tuple(request.methods),
            trajectories=request.trajectories,
            top=request.top,
            samples=request.samples,
            second_order=request.second_order,
            points=request.points,
            seed=request.seed,
        ),
    )


def _spread(
    request: SensitivityRequest, practice: Practice, idle: frozenset[str]
) -> tuple[Factors, ParameterSet]:
    """What is varied, and the values that all others have."""
    asked = dict(request.parameters)
    kind, fixed = asked["set"], [name for name in asked if name != "set"]
    for name in fixed:
        if name in request.ranges or name in (request.vary or ()):
            why = "it is to be held and varied at once"
            raise wrong(f"parameters.{name}={asked[name]}", why, "Leave one of the two out.")
    analytic = kind == "prior" and not practice.moves
    draws = None
    if not analytic:
        draws = choose_parameters(
            asked, practice, None, MARGIN_DRAWS if kind == "prior" else ALL, request.seed
        )
    vary = request.vary
    if vary == "all" or (vary is None and not request.ranges):
        vary = varied(draws, idle.union(fixed))
    vary = [name for name in vary or () if name not in request.ranges]
    for name in vary:
        check_name(name, WHERE)
    if draws is None:
        factors = prior_factors(request.ranges, vary)
        status, note = "prior", factors.note
        middle = as_set(Parameters(**medians(None))).replace(
            **{name: asked[name] for name in fixed}
        )
    else:
        factors = draw_factors(draws, request.ranges, vary)
        status, note = draws.status, f"{factors.note} ({draws.note})"
        middle = as_set(Parameters(**medians(draws)))
    count = f"{len(factors)} parameter{'s' if len(factors) > 1 else ''} varied {note}"
    base = replace(middle, status=status, note=count, practice=practice.name)
    return factors, base
