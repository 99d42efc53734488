"""Virtual studies of whole sites: trials and roll-outs of the past, and planned ones."""

from imr_sim.trials.form import Trial
from imr_sim.trials.library import load_trial, trial_from, trial_names
from imr_sim.trials.predict import TrialResult, trial

__all__ = ["Trial", "TrialResult", "load_trial", "trial", "trial_from", "trial_names"]
