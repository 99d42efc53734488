"""`imr-sim sweep status FOLDER` and `imr-sim sweep merge FOLDER`: looking at a sweep."""

from __future__ import annotations

import json
import os
from pathlib import Path

from imr_sim.cli.overrides import WHERE
from imr_sim.cli.run_folder import MANIFEST
from imr_sim.errors import RequestError
from imr_sim.experiment import Store
from imr_sim.experiment.store import SHARDS

MERGED = "runs.parquet"


def status(argv: list[str]) -> int:
    """Print how far a sweep is; returns the exit code."""
    from imr_sim.cli.sweep_report import closing, summary

    store = _store("status", argv, most=1)
    found = summary(store)
    shards = list((store.folder / SHARDS).glob("*.parquet"))
    size = sum(path.stat().st_size for path in shards)
    a_run = f", {size / found.finished:,.0f} bytes a run" if found.finished else ""
    lines = [
        f"{store.folder}: {_state(store, found.finished)}",
        f"{found.finished:,} of {store.runs:,} runs finished "
        f"({found.finished / store.runs:.0%}); {size:,} bytes{a_run}",
        *closing(store, found)[:-1],
    ]
    if found.finished < store.runs:
        lines.append(f"It goes on with: imr-sim sweep resume={store.folder}")
    print("\n".join(lines))
    return 0


def merge(argv: list[str]) -> int:
    """Write all rows to one Parquet file; returns the exit code."""
    store = _store("merge", argv, most=2)
    path = store.folder / MERGED
    if len(argv) == 2:
        path = Path(argv[1].removeprefix("out="))
        if os.path.lexists(path) or not path.absolute().parent.is_dir():
            raise RequestError(
                argv[1],
                where=WHERE,
                why="it exists already, or its folder does not",
                write="Write out=<a new file in a folder that is there>.",
            )
    done = sum(stop - first for first, stop in store.finished())
    if not done:
        raise RequestError(
            str(store.folder),
            where=WHERE,
            why="no run of it is finished yet",
            write=f"Write imr-sim sweep resume={store.folder} first.",
        )
    rows = store.merge(path)
    print(f"{done:,} of {store.runs:,} runs, {rows:,} rows, written to {path}")
    return 0


def _store(what: str, argv: list[str], most: int) -> Store:
    if not 1 <= len(argv) <= most or "=" in argv[0]:
        form = "FOLDER [out=FILE]" if what == "merge" else "FOLDER"
        raise RequestError(
            " ".join(["sweep", what, *argv]),
            where=WHERE,
            why="it does not name one sweep",
            write=f"Write imr-sim sweep {what} {form}.",
        )
    return Store(argv[0])


def _state(store: Store, finished: int) -> str:
    if store.busy:
        return "running"
    if finished == store.runs:
        return "done"
    try:
        said = json.loads((store.folder / MANIFEST).read_text("utf-8"))["status"]
    except (OSError, ValueError, KeyError):
        return "stopped"
    return "killed" if said == "running" else str(said)
