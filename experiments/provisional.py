"""Make the provisional parameter set: prior draws that satisfy coarse bounds of P1, P2 and P4.

    python experiments/provisional.py

Each prior draw is run once on the national system to the end of 2017 and kept when every quantity
of ``configs/experiment/provisional.yaml`` lies within its bounds. This is a screen, not a
calibration: nothing weighs how well a draw fits, and the luck of one history decides.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import hydra
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from omegaconf import DictConfig, OmegaConf

import imr_sim
from imr_sim.model.batch import Batch, Stage
from imr_sim.model.history import read_record
from imr_sim.model.parameters import NAMES, prior

START = "2004-01"
BATCH = 512


def month(year: int, number: int = 4) -> int:
    """Months from the start to the end of April, when the facility survey is taken."""
    return (year - 2004) * 12 + number


def share(record: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
    """Share of VAMCs providing at the end of each month, over all or `among` (B, M, S)."""
    providing = read_record(record, "providing")
    if among is None:
        return providing.mean(axis=2)
    return (providing & among).sum(axis=2) / np.maximum(among.sum(axis=2), 1)


def late(record: np.ndarray) -> dict[str, np.ndarray]:
    """What is bounded after 2010; `record` begins after April 2010."""
    at = [month(year) - month(2010) - 1 for year in (2014, 2015, 2016, 2017)]
    in_2012 = month(2012) - month(2010) - 1
    prrc = read_record(record, "prrc")
    having, lacking, everywhere = share(record, prrc), share(record, ~prrc), share(record)
    teams = record[:, in_2012]
    trained = teams["trained"].sum(axis=1) / np.maximum(teams["delivering"].sum(axis=1), 1)
    return {
        "share_2014_2017": everywhere[:, at].mean(axis=1),
        "with_prrc_2014_2017": having[:, at].mean(axis=1),
        "without_prrc_2014_2017": lacking[:, at].mean(axis=1),
        "share_2012": everywhere[:, in_2012],
        "with_prrc_2012": having[:, in_2012],
        "trained_2012": trained,
    }


def screen(stage: Stage, values: np.ndarray, first: int, bounds: dict) -> np.ndarray:
    """Which rows of `values` satisfy every bound; bool, shape (B,)."""

    def holds(name: str, x: np.ndarray) -> np.ndarray:
        low, high = bounds[name]
        return (x >= low) & (x <= high)

    numbers = np.arange(first, first + len(values))
    batch = Batch(stage, values, numbers, np.zeros(len(values), int))
    kept = holds("share_2010", share(batch.advance_quietly(month(2010)))[:, -1])
    if not kept.any():
        return kept
    record = batch.only(kept).advance_quietly(month(2017) - month(2010))
    kept[kept] = np.logical_and.reduce([holds(n, x) for n, x in late(record).items()])
    return kept


@hydra.main(version_base="1.3", config_path="../configs/experiment", config_name="provisional")
def main(config: DictConfig) -> None:
    """Screen prior draws until enough are kept, and write them with their manifest."""
    settings = OmegaConf.to_container(config, resolve=True)
    assert isinstance(settings, dict)
    system = imr_sim.load_system("va")
    stage = Stage.of(system, settings["seed"], START)
    kept: list[np.ndarray] = []
    tried = found = 0
    while found < settings["draws"] and tried < settings["most"]:
        values = prior(BATCH, seed=settings["seed"] + tried).values
        kept.append(values[screen(stage, values, tried, settings["bounds"])])
        tried, found = tried + BATCH, found + len(kept[-1])
        print(f"{found} kept of {tried}", flush=True)
    values = np.concatenate(kept)[: settings["draws"]]
    if len(values) < settings["draws"]:
        raise SystemExit(f"only {len(values)} of {tried} prior draws satisfy the bounds")
    write(values, found / tried, tried, settings, system.digest)


def write(values: np.ndarray, rate: float, tried: int, settings: dict, digest: str) -> None:
    """Write the draws and say what they are."""
    folder = Path(hydra.utils.to_absolute_path(settings["out"]))
    table = pa.table({name: values[:, i] for i, name in enumerate(NAMES)})
    pq.write_table(table, folder / "parameters.parquet")
    manifest = {
        "status": "provisional",
        "note": (
            f"{len(values)} prior draws kept by coarse bounds of P1, P2 and P4 "
            f"({rate:.1%} of {tried} passed); a screen, not a calibration"
        ),
        "command": "python experiments/provisional.py",
        "imr_sim": imr_sim.__version__,
        "system_digest": digest,
        "tried": tried,
        "acceptance": rate,
        "settings": {k: v for k, v in settings.items() if k != "out"},
        "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "parameters.json").write_text(text, encoding="utf-8")
    print(f"wrote {folder / 'parameters.parquet'}: {manifest['note']}")


if __name__ == "__main__":
    main()
