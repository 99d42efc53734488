"""Practices: what spreads. IMR is one; another is a file with the same keys."""

from imr_sim.practice.library import load_practice, practice_names
from imr_sim.practice.move import Move
from imr_sim.practice.practice import Practice, Support

__all__ = ["Move", "Practice", "Support", "load_practice", "practice_names"]
