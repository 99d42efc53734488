"""A sweep on disk: shards of rows that are whole or absent, and all that can be read off them.

Which runs are finished is read off the shards themselves; nothing else keeps count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from imr_sim.errors import ImrSimError, RequestError
from imr_sim.experiment.scenario import RunId, Scenario

POINTS, ABOUT, SHARDS, LOCK = "points.parquet", "scenario.json", "shards", ".lock"
UNFINISHED = ".tmp"
KEY = "imr_sim"
ROWS_AT_ONCE = 50_000  # of a merged table
Task = tuple[int, int]  # first run, and the run after the last


def encode(table: pa.Table, digest: str, task: Task) -> bytes:
    """A shard as the bytes of a Parquet file that says which runs of which scenario it holds."""
    said = json.dumps({"scenario": digest, "first": task[0], "stop": task[1]})
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        use_dictionary=["strategy", "error"],
        write_statistics=False,
        store_schema=False,
    ) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({KEY: said})
    return sink.getvalue().to_pybytes()


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
        try:
            self.about: dict[str, Any] = json.loads((self.folder / ABOUT).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RequestError(
                str(folder),
                where="sweep",
                why=f"it holds no sweep that can be read ({ABOUT}: {type(error).__name__})",
                write="Write the folder of a sweep, as its last line named it.",
            ) from None

    @classmethod
    def begin(cls, folder: Path, scenario: Scenario) -> Store:
        """Begin a sweep in a folder, or go on with the one of the same scenario that is there.

        Raises
        ------
        RequestError
            When another scenario's sweep is there.
        """
        (folder / SHARDS).mkdir(parents=True, exist_ok=True)
        if (folder / ABOUT).exists():
            store = cls(folder)
            if store.about["scenario"] != scenario.digest:
                raise RequestError(
                    str(folder),
                    where="sweep",
                    why="its runs are of another scenario, or of another version of the model, "
                    "and would be mixed",
                    write="Write a new folder.",
                )
            return store
        points = pa.BufferOutputStream()
        frame = pa.Table.from_pandas(scenario.design.frame(), preserve_index=False)
        pq.write_table(frame, points, compression="zstd")
        write_whole(folder / POINTS, points.getvalue())
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
        }
        write_whole(folder / ABOUT, (json.dumps(about, indent=2) + "\n").encode())
        return cls(folder)

    @property
    def runs(self) -> int:
        """Runs of the sweep in all."""
        return self.about["points"] * self.about["replicates"]

    def run_id(self, run: int) -> RunId:
        """Identity of run number `run`."""
        return RunId(self.about["scenario"], *divmod(run, self.about["replicates"]))

    def write(self, task: Task, shard: bytes) -> None:
        """Add a shard: it is there whole, or not at all, whatever happens."""
        write_whole(self.folder / SHARDS / _name(task), shard)

    def clean(self) -> int:
        """Remove what an interrupted writer left, and damaged shards; the number of these."""
        damaged = 0
        for path in (self.folder / SHARDS).iterdir():
            if path.name.endswith(UNFINISHED):
                path.unlink()
            elif path.suffix == ".parquet" and self._task_of(path) is None:
                path.unlink()
                damaged += 1
        return damaged

    def finished(self) -> list[Task]:
        """Runs that are finished, as ascending ranges, one a shard."""
        paths = sorted((self.folder / SHARDS).glob("*.parquet"))
        tasks = [task for path in paths if (task := self._task_of(path)) is not None]
        for (_, stop), (first, _) in pairwise(tasks):
            if first < stop:
                raise ImrSimError(f"{self.folder / SHARDS}: run {first} stands in two shards")
        return tasks

    def missing(self, chunk: int, finished: list[Task] | None = None) -> Iterator[Task]:
        """Runs still to be done, in ranges of at most `chunk`; none goes over a finished one."""
        done = self.finished() if finished is None else finished
        begin = 0
        for first, stop in [*done, (self.runs, self.runs)]:
            for start in range(begin, first, chunk):
                yield start, min(start + chunk, first)
            begin = stop

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Rows of one shard after the other, in the order of the runs."""
        for task in self.finished():
            path = self.folder / SHARDS / _name(task)
            table = pq.ParquetFile(path).read(columns=columns)
            yield table.replace_schema_metadata(None)

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
        return pq.read_table(self.folder / POINTS).to_pandas()

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
        design = pq.read_table(self.folder / POINTS).drop_columns(["point"])
        part = path.with_name(path.name + UNFINISHED)
        writer, rows = None, 0
        try:
            for table in _regrouped(self.tables()):
                varied = design.take(table["point"])
                for i, name in enumerate(varied.column_names):
                    table = table.add_column(3 + i, name, varied[name])
                writer = writer or pq.ParquetWriter(part, table.schema, compression="zstd")
                writer.write_table(table)
                rows += len(table)
        finally:
            if writer is not None:
                writer.close()
        if writer is not None:
            with open(part, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(part, path)
        return rows

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, so that no two sweeps work in it at once.

        Raises
        ------
        RequestError
            When another process holds it.
        """
        with open(self.folder / LOCK, "wb") as file:
            if not _lock(file):
                raise RequestError(
                    str(self.folder),
                    where="sweep",
                    why="another process is working on this sweep",
                    write="Wait until it has ended, or end it.",
                )
            yield

    @property
    def busy(self) -> bool:
        """Whether some process is working on this sweep now."""
        try:
            with open(self.folder / LOCK, "rb") as file:
                return not _lock(file)
        except OSError:
            return False

    def _task_of(self, path: Path) -> Task | None:
        """The runs that a shard holds; None when it is damaged."""
        try:
            metadata: Mapping[bytes, bytes] = pq.read_metadata(path).metadata or {}
            said = json.loads(metadata[KEY.encode()])
            task = int(said["first"]), int(said["stop"])
        except (OSError, pa.ArrowException, KeyError, ValueError):
            return None
        good = said["scenario"] == self.about["scenario"] and path.name == _name(task)
        return task if good else None


def write_whole(path: Path, content: bytes | pa.Buffer) -> None:
    """Write a file that is there whole, or not at all, even when the machine stops."""
    part = path.with_name(path.name + UNFINISHED)
    with open(part, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    if hasattr(os, "O_DIRECTORY"):  # the name is safe only when the folder is
        folder = os.open(path.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _name(task: Task) -> str:
    """Names of shards stand in the order of their runs."""
    return f"{task[0]:012d}-{task[1]:012d}.parquet"


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


def _lock(file: BinaryIO) -> bool:
    """Take the lock of an open file if nobody holds it; the end of the process gives it back."""
    try:
        import fcntl
    except ImportError:  # Windows: two sweeps in one folder are not noticed there
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
