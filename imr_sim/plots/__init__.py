"""Figures: one function a figure, each returning a matplotlib Figure; `save` writes PNG and SVG."""

from imr_sim.plots.adoption import plot_adoption
from imr_sim.plots.calibration import plot_parameters, plot_tempering
from imr_sim.plots.checks import plot_mechanisms, plot_ranks
from imr_sim.plots.cost import plot_cost
from imr_sim.plots.diffusion import plot_adopters, plot_infectiousness, plot_thresholds
from imr_sim.plots.diffusion_network import MOST_NODES, plot_cascade, plot_network
from imr_sim.plots.discovery import plot_discovery
from imr_sim.plots.fidelity import plot_fidelity
from imr_sim.plots.forecast import plot_forecast
from imr_sim.plots.forest import plot_forest
from imr_sim.plots.predictive import plot_predictive
from imr_sim.plots.sensitivity import (
    plot_convergence,
    plot_heat_map,
    plot_screening,
    plot_tornado,
)
from imr_sim.plots.site_map import plot_map
from imr_sim.plots.style import save
from imr_sim.plots.timeline import plot_timeline
from imr_sim.plots.trials import plot_trials

__all__ = [
    "MOST_NODES",
    "plot_adopters",
    "plot_adoption",
    "plot_cascade",
    "plot_convergence",
    "plot_cost",
    "plot_discovery",
    "plot_fidelity",
    "plot_forecast",
    "plot_forest",
    "plot_heat_map",
    "plot_infectiousness",
    "plot_map",
    "plot_mechanisms",
    "plot_network",
    "plot_parameters",
    "plot_predictive",
    "plot_ranks",
    "plot_screening",
    "plot_tempering",
    "plot_thresholds",
    "plot_timeline",
    "plot_tornado",
    "plot_trials",
    "save",
]
