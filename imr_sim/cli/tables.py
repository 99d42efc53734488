"""Tables as Parquet files: the same table always gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write Parquet; it holds no time of writing."""
    write_parquet_parts([frame], path)


def write_parquet_parts(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """Write tables of the same columns as one Parquet file, holding one of them at a time."""
    writer = None
    try:
        for frame in frames:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
