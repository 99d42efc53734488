"""A sweep on disk: shards of rows that are whole or absent, and all that can be read off them.

Which runs are finished is read off the shards themselves; nothing else keeps count. Shards, the
design and the sweep's account of itself carry checksums, so that no damage is believed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from imr_sim import durable
from imr_sim.durable import UNFINISHED, Damaged
from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment import shard
from imr_sim.experiment.design import ABOUT_POINTS, KEYS, Design, read_points
from imr_sim.experiment.scenario import RunId, Scenario
from imr_sim.experiment.shard import Task
from imr_sim.model.parameters import NAMES

POINTS, ABOUT, SHARDS, LOCK = "points.parquet", "scenario.json", "shards", ".lock"
POINTS_CHECKSUM = "points_sha256"
NEEDED = {"scenario", "points", "replicates", "strategies", "reference", "columns", POINTS_CHECKSUM}
ROWS_AT_ONCE = 50_000  # of a merged table


class Store:
    """The folder of a sweep.

    Parameters
    ----------
    folder : Path
        One that a sweep was begun in.

    Attributes
    ----------
    about : dict
        ``scenario`` (digest), ``points``, ``replicates``, ``strategies``, ``reference``,
        ``columns``, ``note`` on the design, and status and note of the parameters.

    Raises
    ------
    RequestError
        When the folder holds no sweep.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._sound: dict[str, tuple[int, int, Task]] = {}  # by name: time, bytes, runs
        try:
            self.about: dict[str, Any] = durable.read_json(self.folder / ABOUT)
            if missing := sorted(NEEDED - set(self.about)):
                raise Damaged(f"it lacks {missing[0]}")
        except (OSError, ValueError) as error:
            why = f"{ABOUT} is not there" if isinstance(error, OSError) else str(error)
            raise RequestError(
                str(folder),
                where="sweep",
                why=f"it holds no sweep that this version can read ({why})",
                write="Write the folder of a sweep, as its last line named it; resume= mends one "
                "that was damaged.",
            ) from None

    @classmethod
    def begin(cls, folder: Path, scenario: Scenario) -> Store:
        """Begin a sweep in a folder, or go on with the one of the same scenario that is there.

        What the folder says of itself is written anew where it is damaged: shards say themselves
        whose they are.

        Raises
        ------
        RequestError
            When another scenario's sweep is there.
        """
        (folder / SHARDS).mkdir(parents=True, exist_ok=True)
        store = _begun(folder)
        if store is not None and store.about["scenario"] != scenario.digest:
            raise RequestError(
                str(folder),
                where="sweep",
                why="its runs are of another scenario, or of another version of the model, "
                "and would be mixed",
                write="Write a new folder.",
            )
        if store is None or not store._points_are_sound():
            _write_about(folder, scenario)
        return cls(folder)

    @property
    def runs(self) -> int:
        """Runs of the sweep in all."""
        return self.about["points"] * self.about["replicates"]

    def run_id(self, run: int) -> RunId:
        """Identity of run number `run`."""
        return RunId(self.about["scenario"], *divmod(run, self.about["replicates"]))

    def write(self, task: Task, content: bytes) -> None:
        """Add a shard: it is there whole, or not at all, whatever happens."""
        with _disk(self.folder):
            durable.write_whole(self.folder / SHARDS / shard.name_of(task, content), content)

    def clean(self) -> int:
        """Remove what an interrupted writer left, and damaged shards; the number of these."""
        for path in (self.folder / SHARDS).glob(f"*{UNFINISHED}"):
            path.unlink()
        damaged = self.damaged()
        for path in damaged:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return len(damaged)

    def damaged(self) -> list[Path]:
        """Shards that are not as they were written, or of another sweep."""
        return [path for path, task in self._shards() if task is None]

    def finished(self) -> list[Task]:
        """Runs that are finished, as ascending ranges, one a shard."""
        tasks = [task for _, task in self._shards() if task is not None]
        for (_, stop), (first, _) in pairwise(tasks):
            if first < stop:
                raise ImrSimError(f"{self.folder / SHARDS}: run {first} stands in two shards")
        return tasks

    def _shards(self) -> list[tuple[Path, Task | None]]:
        """Every shard, and the runs that it holds, None when it is damaged; each is read once."""
        found: list[tuple[Path, Task | None]] = []
        for path in sorted((self.folder / SHARDS).glob("*.parquet")):
            stat = path.stat()
            known = self._sound.get(path.name)
            if known is None or known[:2] != (stat.st_mtime_ns, stat.st_size):
                try:
                    task, _ = shard.read(path, self.about["scenario"])
                except Damaged:
                    found.append((path, None))
                    continue
                known = (stat.st_mtime_ns, stat.st_size, task)
                self._sound[path.name] = known
            found.append((path, known[2]))
        return found

    def missing(self, chunk: int, finished: list[Task] | None = None) -> Iterator[Task]:
        """Runs still to be done, in ranges of at most `chunk`; none goes over a finished one."""
        done = self.finished() if finished is None else finished
        begin = 0
        for first, stop in [*done, (self.runs, self.runs)]:
            for start in range(begin, first, chunk):
                yield start, min(start + chunk, first)
            begin = stop

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Rows of one shard after the other, in the order of the runs.

        Raises
        ------
        RequestError
            When a shard is damaged.
        """
        self.finished()
        for path, _ in self._shards():
            try:
                _, content = shard.read(path, self.about["scenario"])
            except Damaged as error:
                raise RequestError(
                    str(path),
                    where="sweep",
                    why=f"it is damaged ({error})",
                    write=f"Write imr-sim sweep resume={self.folder}: its runs are done again.",
                ) from None
            yield shard.table_of(content, columns)

    def frame(self, columns: list[str] | None = None) -> pd.DataFrame:
        """All rows, in the order of the runs: ``point``, ``replicate``, ``strategy``, outcomes,
        ``error`` (None where the run worked).
        """
        tables = list(self.tables(columns))
        if not tables:
            names = columns or ["point", "replicate", "strategy", *self.about["columns"], "error"]
            return pd.DataFrame(columns=names)
        return pa.concat_tables(tables).to_pandas()

    def array(self, outcome: str, strategy: str) -> np.ndarray:
        """One column of outcomes under one strategy; shape (points, replicates), NaN if failed."""
        values = np.full((self.about["points"], self.about["replicates"]), np.nan)
        for table in self.tables(["point", "replicate", "strategy", outcome]):
            rows = table.filter(pc.equal(table["strategy"], strategy))
            at = rows["point"].to_numpy(), rows["replicate"].to_numpy()
            values[at] = rows[outcome].to_numpy()
        return values

    def points(self) -> pd.DataFrame:
        """The design: ``point``, and the values of the parameters that it varies."""
        return self._points().to_pandas().drop(columns="draw", errors="ignore")

    def design(self) -> Design:
        """The design as it was begun with, with the luck of its points."""
        self._points()
        return replace(read_points(self.folder / POINTS), note=self.about["design"])

    def _points(self) -> pa.Table:
        if not self._points_are_sound():
            raise RequestError(
                str(self.folder / POINTS),
                where="sweep",
                why="it is damaged: not as it was written",
                write=f"Write imr-sim sweep resume={self.folder}, which writes it anew.",
            )
        return pq.read_table(self.folder / POINTS)

    def _points_are_sound(self) -> bool:
        try:
            content = (self.folder / POINTS).read_bytes()
        except OSError:
            return False
        return durable.checksum(content) == self.about[POINTS_CHECKSUM]

    def failures(self) -> Iterator[tuple[RunId, str | None, str]]:
        """Runs that failed: identity, strategy (None: before any), message."""
        for table in self.tables(["point", "replicate", "strategy", "error"]):
            rows = table.filter(pc.is_valid(table["error"]))
            for row in rows.to_pylist():
                run = RunId(self.about["scenario"], row["point"], row["replicate"])
                yield run, row["strategy"], row["error"]

    def merge(self, path: Path) -> int:
        """Write all rows to one Parquet file, with the varied parameters beside them.

        The same runs give the same bytes, however they were cut into shards. Returns the rows.
        """
        points = self._points()
        design = points.select([name for name in points.column_names if name not in KEYS])
        part = path.with_name(path.name + UNFINISHED)
        writer, rows = None, 0
        try:
            with _disk(path.parent):
                for table in _regrouped(self.tables()):
                    varied = design.take(table["point"])
                    for i, name in enumerate(varied.column_names):
                        table = table.add_column(3 + i, name, varied[name])
                    writer = writer or pq.ParquetWriter(part, table.schema, compression="zstd")
                    writer.write_table(table)
                    rows += len(table)
                if writer is not None:
                    writer.close()
                    with open(part, "rb+") as file:
                        os.fsync(file.fileno())
                    os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        return rows

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, so that no two sweeps work in it at once.

        Raises
        ------
        RequestError
            When another process holds it.
        """
        with durable.held(self.folder / LOCK, "sweep"):
            yield

    @property
    def busy(self) -> bool:
        """Whether some process is working on this sweep now."""
        return durable.is_held(self.folder / LOCK)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """A disk that is full or gone ends the work with one message."""
    try:
        yield
    except OSError as error:
        raise ImrSimError(
            f"{folder} cannot be written to ({error.strerror or error}). What is done is kept"
        ) from error


def _begun(folder: Path) -> Store | None:
    """The sweep in a folder, if there is one that can be read."""
    try:
        return Store(folder)
    except RequestError:
        return None


def _write_about(folder: Path, scenario: Scenario) -> None:
    """Write the design, and what the sweep says of itself."""
    sink = pa.BufferOutputStream()
    frame = pa.Table.from_pandas(scenario.design.frame(), preserve_index=False)
    about_points: dict[str, Any] = {"own_luck": not scenario.common_luck}
    if len(scenario.base) == 1:  # what the points do not vary, so that they are whole parameters
        about_points["base"] = dict(zip(NAMES, scenario.base.values[0].tolist(), strict=True))
        about_points["practice"] = scenario.run.practice.name
    metadata = {**(frame.schema.metadata or {}), ABOUT_POINTS: json.dumps(about_points)}
    pq.write_table(frame.replace_schema_metadata(metadata), sink, compression="zstd")
    points = sink.getvalue().to_pybytes()
    durable.write_whole(folder / POINTS, points)
    about = {
        "scenario": scenario.digest,
        "points": len(scenario.design),
        "replicates": scenario.replicates,
        "strategies": [strategy.name for strategy in scenario.run.strategies],
        "reference": scenario.reference,
        "columns": scenario.columns,
        "design": scenario.design.note,
        "parameters_status": scenario.base.status,
        "parameters_note": scenario.base.note,
        POINTS_CHECKSUM: durable.checksum(points),
    }
    durable.write_json(folder / ABOUT, about)


def _regrouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of `ROWS_AT_ONCE`, so that shards leave no trace."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        while sum(map(len, held)) >= ROWS_AT_ONCE:
            whole = pa.concat_tables(held)
            yield whole.slice(0, ROWS_AT_ONCE).combine_chunks()
            held = [whole.slice(ROWS_AT_ONCE)]
    if sum(map(len, held)):
        yield pa.concat_tables(held).combine_chunks()
