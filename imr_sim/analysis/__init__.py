"""Pure functions on labelled results: comparison, cost, equity, sites.

Nothing here knows the model; everything reads arrays whose first two axes are (draw, replicate).
"""

from imr_sim.analysis.comparison import Arm, Comparison
from imr_sim.analysis.planner import parameters_line, planner_table, setting, support_line

__all__ = ["Arm", "Comparison", "parameters_line", "planner_table", "setting", "support_line"]
