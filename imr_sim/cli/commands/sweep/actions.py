"""`imr-sim sweep status FOLDER` and `imr-sim sweep merge FOLDER`: looking at a sweep."""

from __future__ import annotations

import os
from pathlib import Path

from imr_sim.cli.request.keys import wrong
from imr_sim.cli.run_folder import read_run
from imr_sim.cli.terminal import say
from imr_sim.experiment import Store
from imr_sim.experiment.store import SHARDS

MERGED = "runs.parquet"


def status(argv: list[str]) -> int:
    """Print how far a sweep is; returns the exit code."""
    from imr_sim.cli.commands.sweep.report import closing, summary

    store = _store("status", argv, most=1)
    so_far = summary(store)
    shards = list((store.folder / SHARDS).glob("*.parquet"))
    size = sum(path.stat().st_size for path in shards)
    a_run = f", {size / so_far.finished:,.0f} bytes a run" if so_far.finished else ""
    lines = [
        f"{store.folder}: {_state(store, so_far.finished)}",
        f"{so_far.finished:,} of {store.runs:,} runs finished "
        f"({so_far.finished / store.runs:.0%}); {size:,} bytes{a_run}",
        *closing(store, so_far)[:-1],
    ]
    if so_far.finished < store.runs:
        lines.append(f"It goes on with: imr-sim sweep resume={store.folder}")
    say("\n".join(lines))
    return 0


def merge(argv: list[str]) -> int:
    """Write all rows to one Parquet file; returns the exit code."""
    store = _store("merge", argv, most=2)
    path = store.folder / MERGED
    if len(argv) == 2:
        path = Path(argv[1].removeprefix("out="))
        if os.path.lexists(path) or not path.absolute().parent.is_dir():
            why = "it exists already, or its folder does not"
            raise wrong(argv[1], why, "Write out=<a new file in a folder that is there>.")
    done = sum(stop - first for first, stop in store.finished())
    if not done:
        write = f"Write imr-sim sweep resume={store.folder} first."
        raise wrong(str(store.folder), "no run of it is finished yet", write)
    rows = store.merge(path)
    say(f"{done:,} of {store.runs:,} runs, {rows:,} rows, written to {path}")
    return 0


def _store(what: str, argv: list[str], most: int) -> Store:
    if not 1 <= len(argv) <= most or "=" in argv[0]:
        form = "FOLDER [out=FILE]" if what == "merge" else "FOLDER"
        given = " ".join(["sweep", what, *argv])
        raise wrong(given, "it does not name one sweep", f"Write imr-sim sweep {what} {form}.")
    return Store(argv[0])


def _state(store: Store, finished: int) -> str:
    if store.busy:
        return "running"
    if finished == store.runs:
        return "done"
    try:
        manifest, _ = read_run(store.folder)
    except ValueError:
        return "stopped"
    ended = str(manifest.get("status", "stopped"))
    return "killed" if ended == "running" else ended
