"""How many VAMCs that have nothing start within two years under each named strategy.

    python experiments/starts.py [draws]

Each strategy is a trial with one arm: every VAMC that neither provides nor prepares in January
2027. Writes ``docs/data/trials/starts.csv``; ``starts_before.csv`` beside it is the same table as
the model made it when levers multiplied the passive hazard.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from imr_sim.cli.progress import Progress
from imr_sim.cli.tables import write_csv
from imr_sim.model.shipped import posterior
from imr_sim.strategies import load_strategy, strategy_names
from imr_sim.system import load_system
from imr_sim.trials import trial, trial_from

TABLES = Path(__file__).resolve().parents[1] / "docs" / "data" / "trials"
PASSIVE, FOLLOWED = 276, 24  # months: January 2004 to January 2027, and two years from there
DRAWS, SEED = 200, 1


def starts(draws: int, sites: int, progress: Progress) -> pd.DataFrame:
    """One row a strategy: share that starts, mean and central 90% over draws and chance."""
    parameters = posterior().take(draws)
    rows = []
    for i, name in enumerate(strategy_names()):
        progress(i / len(strategy_names()), name)
        content = {
            "name": f"starts_{name}",
            "practice": "imr",
            "sites": {"from": "va", "chosen": "not_started"},
            "passive": {"months": PASSIVE},
            "arms": [{"name": "all", "sites": sites, "strategy": name}],
            "outcomes": [{"name": "started", "kind": "started", "months": [FOLLOWED]}],
        }
        result = trial(trial_from(content, name), parameters, seed=SEED, sites=sites)
        share = result.shares.value[:, 0]
        low, high = pd.Series(share).quantile([0.05, 0.95])
        row = {"strategy": name, "label": load_strategy(name).label}
        rows.append({**row, "started": share.mean(), "q05": low, "q95": high})
    return pd.DataFrame(rows)


def main() -> None:
    """Run all strategies and write the table."""
    progress = Progress()
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    table = starts(draws, load_system().n_sites, progress)
    progress.finish()
    TABLES.mkdir(parents=True, exist_ok=True)
    write_csv(table, TABLES / "starts.csv")
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
