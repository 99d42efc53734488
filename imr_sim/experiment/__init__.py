"""Running histories: one strategy, several side by side, or sweeps over designs of parameters."""

from imr_sim.experiment.compare import compare
from imr_sim.experiment.design import Design
from imr_sim.experiment.scenario import RunId, Scenario
from imr_sim.experiment.simulate import simulate
from imr_sim.experiment.store import Store
from imr_sim.experiment.sweep import sweep

__all__ = ["Design", "RunId", "Scenario", "Store", "compare", "simulate", "sweep"]
