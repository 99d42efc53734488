"""Figures: one function a figure, each returning a matplotlib Figure; `save` writes PNG and SVG."""

from imr_sim.plots.adoption import plot_adoption
from imr_sim.plots.cost import plot_cost
from imr_sim.plots.forest import plot_forest
from imr_sim.plots.site_map import plot_map
from imr_sim.plots.style import save
from imr_sim.plots.timeline import plot_timeline

__all__ = ["plot_adoption", "plot_cost", "plot_forest", "plot_map", "plot_timeline", "save"]
