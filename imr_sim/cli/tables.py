"""Tables as files: the same table always gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 CSV with the same line ends on every machine."""
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write Parquet; it holds no time of writing."""
    frame.to_parquet(path, index=False, compression="zstd")
