"""A shard: rows of neighbouring runs, as one Parquet file whose name holds runs and checksum."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from imr_sim.durable import Damaged, checksum

KEY = "imr_sim"
NAME = re.compile(r"(\d{12})-(\d{12})-([0-9a-f]{16})\.parquet")
Task = tuple[int, int]  # first run, and the run after the last


def encode(table: pa.Table, digest: str, task: Task) -> bytes:
    """A shard as the bytes of a Parquet file that says which runs of which scenario it holds."""
    about = json.dumps({"scenario": digest, "first": task[0], "stop": task[1]})
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
        writer.add_key_value_metadata({KEY: about})
    return sink.getvalue().to_pybytes()


def name_of(task: Task, shard: bytes) -> str:
    """Names stand in the order of the runs, and end with a checksum of the content."""
    return f"{task[0]:012d}-{task[1]:012d}-{checksum(shard)[:16]}.parquet"


def read(path: Path, scenario: str) -> tuple[Task, bytes]:
    """The runs that a shard of a scenario holds, and its bytes.

    Raises
    ------
    Damaged
        When it is not as it was written, or of another scenario.
    """
    named = NAME.fullmatch(path.name)
    try:
        content = path.read_bytes() if named else b""
        if named is None or checksum(content)[:16] != named[3]:
            raise Damaged(f"{path.name} is not as it was written")
        metadata: Mapping[bytes, bytes] = pq.read_metadata(pa.BufferReader(content)).metadata
        about = json.loads(metadata[KEY.encode()])
        task = int(about["first"]), int(about["stop"])
        if about["scenario"] != scenario or task != (int(named[1]), int(named[2])):
            raise Damaged(f"{path.name} holds rows of another sweep")
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise Damaged(str(error)) from error
    return task, content


def table_of(shard: bytes, columns: list[str] | None) -> pa.Table:
    """The rows of a shard, all columns or some."""
    table = pq.ParquetFile(pa.BufferReader(shard)).read(columns=columns)
    return table.replace_schema_metadata(None)
