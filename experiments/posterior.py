"""Make the posterior that ships with imr-sim: calibrate the model on all that was observed.

    python experiments/posterior.py

With the settings of ``configs/experiment/posterior.yaml``. A run that is killed goes on where it
was when the command is given again; the result is the same.
"""

from __future__ import annotations

from pathlib import Path

import hydra
import pandas as pd
from omegaconf import DictConfig, OmegaConf

from imr_sim.calibration import files as fit_files
from imr_sim.calibration.calibrate import calibrate
from imr_sim.calibration.likelihood import Likelihood
from imr_sim.calibration.simulator import Simulator
from imr_sim.calibration.smc import Settings
from imr_sim.calibration.space import Space
from imr_sim.cli.progress import Progress
from imr_sim.csv_files import write_csv
from imr_sim.system import load_system


@hydra.main(config_path="../configs/experiment", config_name="posterior", version_base="1.3")
def main(config: DictConfig) -> None:
    """Calibrate, and write the draws where the package looks for them."""
    system = load_system()
    likelihood = Likelihood(system, config.start, tuple(config.targets))
    simulator = Simulator(system, Space.of(), likelihood, config.start, config.seed)
    settings = Settings(**OmegaConf.to_container(config.sampler), seed=config.seed)  # type: ignore
    progress = Progress()
    checkpoint = Path(config.checkpoint)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    found = calibrate(simulator, settings, config.bank, checkpoint=checkpoint, progress=progress)
    progress.finish()
    files = fit_files.Files.shipped()
    files.points.parent.mkdir(exist_ok=True)
    command = {"command": "python experiments/posterior.py"}
    fit_files.write(found, files, fit_files.about(found, config.bank, None) | command)
    write_csv(pd.DataFrame(found.trace), files.points.parent / "trace.csv")
    checkpoint.unlink()


if __name__ == "__main__":
    main()
