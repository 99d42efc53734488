"""Sites, staff and ties: the health system that a practice spreads through."""

from imr_sim.system.load import load_system
from imr_sim.system.system import ROLES, System, Ties

__all__ = ["ROLES", "System", "Ties", "load_system"]
