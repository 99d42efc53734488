"""Sites, staff and ties: the health system that a practice spreads through."""

from imr_sim.system.account import Account, account_lines
from imr_sim.system.describe import describe_system
from imr_sim.system.export import save_system
from imr_sim.system.load import load_system
from imr_sim.system.other_ties import with_generated_ties
from imr_sim.system.statistics import network_statistics
from imr_sim.system.system import ROLES, System, Ties
from imr_sim.system.ties_build import TieShape

__all__ = [
    "ROLES",
    "Account",
    "System",
    "TieShape",
    "Ties",
    "account_lines",
    "describe_system",
    "load_system",
    "network_statistics",
    "save_system",
    "with_generated_ties",
]
