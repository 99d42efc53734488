"""Sites, staff and ties: the health system that a practice spreads through."""

from imr_sim.system.describe import describe_system
from imr_sim.system.export import save_system
from imr_sim.system.load import load_system
from imr_sim.system.statistics import network_statistics
from imr_sim.system.system import ROLES, System, Ties

__all__ = [
    "ROLES",
    "System",
    "Ties",
    "describe_system",
    "load_system",
    "network_statistics",
    "save_system",
]
