"""How IMR spreads, stalls and stops across VA medical centers, and what strategies change.

The names below are loaded when they are first used, so that ``import imr_sim`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import Any

__version__ = version("imr-sim")

_WHERE = {
    "load_system": "imr_sim.system",
    "save_system": "imr_sim.system",
    "System": "imr_sim.system",
    "Parameters": "imr_sim.model.parameters",
    "ParameterSet": "imr_sim.model.parameters",
    "prior": "imr_sim.model.parameters",
    "posterior": "imr_sim.model.shipped",
    "read_draws": "imr_sim.model.shipped",
    "History": "imr_sim.model.history",
    "Practice": "imr_sim.practice",
    "load_practice": "imr_sim.practice",
    "Strategy": "imr_sim.strategies",
    "Wish": "imr_sim.strategies",
    "load_strategy": "imr_sim.strategies",
    "strategy_names": "imr_sim.strategies",
    "simulate": "imr_sim.experiment",
    "compare": "imr_sim.experiment",
    "trial": "imr_sim.trials",
    "load_trial": "imr_sim.trials",
    "trial_names": "imr_sim.trials",
    "Design": "imr_sim.experiment",
    "Scenario": "imr_sim.experiment",
    "sweep": "imr_sim.experiment",
    "IMRModel": "imr_sim.mesa_model",
    "VAMC": "imr_sim.mesa_model",
    "Staff": "imr_sim.mesa_model",
    "RequestError": "imr_sim.errors",
    "OtherModelWarning": "imr_sim.errors",
}
_PARTS = ("calibration", "studies", "trials")
__all__ = ["__version__", *_WHERE, *_PARTS]


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return import_module(f"imr_sim.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module 'imr_sim' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__
