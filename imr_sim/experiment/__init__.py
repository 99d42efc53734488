"""Running histories: one strategy, or several side by side."""

from imr_sim.experiment.compare import compare
from imr_sim.experiment.simulate import simulate

__all__ = ["compare", "simulate"]
