"""The Mesa face: one history as a Mesa model of VAMCs and staff."""

from imr_sim.mesa_model.model import IMRModel
from imr_sim.mesa_model.staff import Staff
from imr_sim.mesa_model.vamc import VAMC

__all__ = ["VAMC", "IMRModel", "Staff"]
