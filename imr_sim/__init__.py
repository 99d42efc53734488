"""How IMR spreads, stalls and stops across VA medical centers, and what strategies change.

The names below are loaded when they are first used, so that ``import imr_sim`` is quick. Editors
and type checkers read the first list, Python the second; a test holds them equal.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imr_sim import calibration as calibration
    from imr_sim import studies as studies
    from imr_sim import trials as trials
    from imr_sim.errors import OtherModelWarning as OtherModelWarning
    from imr_sim.errors import RequestError as RequestError
    from imr_sim.experiment.compare import compare as compare
    from imr_sim.experiment.design import Design as Design
    from imr_sim.experiment.scenario import Scenario as Scenario
    from imr_sim.experiment.simulate import simulate as simulate
    from imr_sim.experiment.sweep import sweep as sweep
    from imr_sim.mesa_model import VAMC as VAMC
    from imr_sim.mesa_model import IMRModel as IMRModel
    from imr_sim.mesa_model import Staff as Staff
    from imr_sim.model.history import History as History
    from imr_sim.model.parameters import Parameters as Parameters
    from imr_sim.model.parameters import ParameterSet as ParameterSet
    from imr_sim.model.parameters import prior as prior
    from imr_sim.model.shipped import posterior as posterior
    from imr_sim.model.shipped import read_draws as read_draws
    from imr_sim.practice import Practice as Practice
    from imr_sim.practice import load_practice as load_practice
    from imr_sim.strategies import Strategy as Strategy
    from imr_sim.strategies import Wish as Wish
    from imr_sim.strategies import load_strategy as load_strategy
    from imr_sim.strategies import strategy_names as strategy_names
    from imr_sim.system import System as System
    from imr_sim.system import load_system as load_system
    from imr_sim.system import save_system as save_system
    from imr_sim.trials import load_trial as load_trial
    from imr_sim.trials import trial as trial
    from imr_sim.trials import trial_names as trial_names

__version__ = version("imr-sim")

_NAMES = {
    "imr_sim.errors": ("OtherModelWarning", "RequestError"),
    "imr_sim.experiment": ("Design", "Scenario", "compare", "simulate", "sweep"),
    "imr_sim.mesa_model": ("IMRModel", "Staff", "VAMC"),
    "imr_sim.model.history": ("History",),
    "imr_sim.model.parameters": ("ParameterSet", "Parameters", "prior"),
    "imr_sim.model.shipped": ("posterior", "read_draws"),
    "imr_sim.practice": ("Practice", "load_practice"),
    "imr_sim.strategies": ("Strategy", "Wish", "load_strategy", "strategy_names"),
    "imr_sim.system": ("System", "load_system", "save_system"),
    "imr_sim.trials": ("load_trial", "trial", "trial_names"),
}
_PACKAGES = ("calibration", "studies", "trials")
_HOME = {name: module for module, names in _NAMES.items() for name in names}
_ALL = ["__version__", *_HOME, *_PACKAGES]

if not TYPE_CHECKING:  # to a type checker, __getattr__ would say that any name exists
    __all__ = _ALL

    def __getattr__(name: str) -> Any:
        if name in _PACKAGES:
            return import_module(f"imr_sim.{name}")
        if name not in _HOME:
            raise AttributeError(f"module 'imr_sim' has no attribute {name!r}")
        return getattr(import_module(_HOME[name]), name)

    def __dir__() -> list[str]:
        return _ALL
