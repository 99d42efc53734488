"""What diffusion researchers measure, on simulated histories or on data of one's own."""

from imr_sim.diffusion.bass import BassFit, bass_curve, fit_bass
from imr_sim.diffusion.bootstrap import Bootstrap, network_bootstrap
from imr_sim.diffusion.categories import adopter_categories, category_table, valente_categories
from imr_sim.diffusion.equivalence import equivalence_weights, positional_distance
from imr_sim.diffusion.excess import excess_exposure, mean_threshold
from imr_sim.diffusion.export import (
    node_table,
    to_networkx,
    write_graphml,
    write_person_periods,
    write_r,
)
from imr_sim.diffusion.exposure import exposure, thresholds
from imr_sim.diffusion.geodesics import geodesics
from imr_sim.diffusion.infection import infectiousness, susceptibility
from imr_sim.diffusion.leaders import (
    ego_alter_changes,
    leadership,
    mentor_matching,
    opinion_leaders,
)
from imr_sim.diffusion.moran import Moran, geodesic_weights, morans_i
from imr_sim.diffusion.network import DiffusionNetwork
from imr_sim.diffusion.read import diffusion_network, read_diffusion
from imr_sim.diffusion.rebuild import Rebuilt, rebuild
from imr_sim.diffusion.regression import HazardRegression, hazard_regression, person_periods
from imr_sim.diffusion.simulated import from_history
from imr_sim.diffusion.structure_test import StructureTest, structure_test
from imr_sim.diffusion.survival import cumulative_adopters, hazard
from imr_sim.diffusion.transmission import Cascades, cascades, transmissions

__all__ = [
    "BassFit",
    "Bootstrap",
    "Cascades",
    "DiffusionNetwork",
    "HazardRegression",
    "Moran",
    "Rebuilt",
    "StructureTest",
    "adopter_categories",
    "bass_curve",
    "cascades",
    "category_table",
    "cumulative_adopters",
    "diffusion_network",
    "ego_alter_changes",
    "equivalence_weights",
    "excess_exposure",
    "exposure",
    "fit_bass",
    "from_history",
    "geodesic_weights",
    "geodesics",
    "hazard",
    "hazard_regression",
    "infectiousness",
    "leadership",
    "mean_threshold",
    "mentor_matching",
    "morans_i",
    "network_bootstrap",
    "node_table",
    "opinion_leaders",
    "person_periods",
    "positional_distance",
    "read_diffusion",
    "rebuild",
    "structure_test",
    "susceptibility",
    "thresholds",
    "to_networkx",
    "transmissions",
    "valente_categories",
    "write_graphml",
    "write_person_periods",
    "write_r",
]
