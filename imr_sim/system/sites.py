"""The site table: its columns, and reading one from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from imr_sim.system import cells
from imr_sim.system.assumptions import ENCOUNTERS_PER_USER, USERS_PER_PATIENT
from imr_sim.system.csv_table import Defects, read_csv

RURALITIES = ("urban", "rural", "highly rural", "insular")
COMPLEXITIES = ("1a", "1b", "1c", "2", "3")

NEEDED: dict[str, Callable[[str], object]] = {
    "station": cells.station,
    "state": cells.state,
    "visn": cells.whole(1, 99),
    "latitude": cells.number(-90, 90),
    "longitude": cells.number(-180, 180),
    "rurality": cells.choice(RURALITIES),
    "complexity": cells.choice(COMPLEXITIES),
    "patients": cells.whole(1, 10_000_000),
}
OPTIONAL: dict[str, Callable[[str], object]] = {
    "name": cells.text,
    "city": cells.text,
    "visn_2019": cells.whole(1, 99),
    "mh_users": cells.whole(1, 10_000_000),
    "inpatient": cells.flag,
    "residential": cells.flag,
    "prrc": cells.prrc,
    "workload": cells.whole(1, 100_000_000),
    "imputed": cells.text,
    "mh_staff": cells.whole(2, 100_000),
    "invented": cells.flag,
}
COLUMNS = (
    "station",
    "name",
    "city",
    "state",
    "visn",
    "visn_2019",
    "latitude",
    "longitude",
    "rurality",
    "complexity",
    "patients",
    "mh_users",
    "inpatient",
    "residential",
    "prrc",
    "workload",
    "imputed",
)


class SiteFile(NamedTuple):
    """What a site file says: the site table, staff counts where given, invented or not."""

    sites: pd.DataFrame
    mh_staff: pd.Series
    invented: bool


def read_sites(path: Path) -> SiteFile:
    """Read and check a site file.

    Parameters
    ----------
    path : Path
        CSV with the columns of ``NEEDED`` and any of ``OPTIONAL``. A missing optional column or
        blank cell means: name = station, city and visn_2019 unknown, no inpatient or residential
        unit, prrc ``unknown``, mental-health users and workload imputed from patients (named in
        the column ``imputed``), staff from workload, not invented.

    Returns
    -------
    SiteFile
        ``sites`` sorted by station with the columns ``COLUMNS``; ``mh_staff`` (Int64, NA where
        not given) in the same order.

    Raises
    ------
    RequestError
        For every kind of defect, with row and column; up to ten at once.
    """
    raw = read_csv(path, tuple(NEEDED), tuple(OPTIONAL))
    defects = Defects(str(path))
    readers = NEEDED | OPTIONAL
    frame = pd.DataFrame({name: _read(raw, name, readers[name], defects) for name in readers})
    _check_unique(frame["station"], defects)
    defects.raise_if_any()
    frame = frame.sort_values("station").reset_index(drop=True)
    return SiteFile(
        _with_defaults(frame),
        frame["mh_staff"].astype("Int64"),
        bool(frame["invented"].eq(True).any()),
    )


def _read(
    raw: pd.DataFrame, name: str, read: Callable[[str], object], defects: Defects
) -> pd.Series:
    values: list[object] = []
    for row, cell in raw.get(name, pd.Series("", index=raw.index)).items():
        value = None
        if cell or name in NEEDED:
            try:
                value = read(cell)
            except cells.BadCell as bad:
                given = repr(cell) if cell else "an empty cell"
                defects.add(given, at=f"row {row}, column {name}", why=bad.why, write=bad.write)
        values.append(value)
    return pd.Series(values, index=raw.index, dtype=object)


def _check_unique(stations: pd.Series, defects: Defects) -> None:
    first: dict[object, object] = {}
    for row, station in stations.dropna().items():
        if station in first:
            defects.add(
                f"station {station!r}",
                at=f"row {row}, column station",
                why=f"row {first[station]} has it already",
                write="Give each site its own station number.",
            )
        first.setdefault(station, row)


def _with_defaults(frame: pd.DataFrame) -> pd.DataFrame:
    likely = (frame["patients"].astype(float) * USERS_PER_PATIENT).round().clip(lower=1)
    users = frame["mh_users"].astype(float).fillna(likely)
    workload = frame["workload"].astype(float).fillna((users * ENCOUNTERS_PER_USER).round())
    imputed = frame["imputed"].fillna("")
    for name in ("mh_users", "workload"):
        imputed = imputed.where(frame[name].notna(), imputed + " " + name)
    return pd.DataFrame(
        {
            "station": frame["station"].astype(str),
            "name": frame["name"].fillna(frame["station"]).astype(str),
            "city": frame["city"].fillna("").astype(str),
            "state": frame["state"].astype(str),
            "visn": frame["visn"].astype("int64"),
            "visn_2019": frame["visn_2019"].astype("Int64"),
            "latitude": frame["latitude"].astype(float),
            "longitude": frame["longitude"].astype(float),
            "rurality": frame["rurality"].astype(str),
            "complexity": frame["complexity"].astype(str),
            "patients": frame["patients"].astype("int64"),
            "mh_users": users.astype("int64"),
            "inpatient": frame["inpatient"].eq(True),
            "residential": frame["residential"].eq(True),
            "prrc": frame["prrc"].fillna("unknown").astype(str),
            "workload": workload.astype("int64"),
            "imputed": imputed.str.strip().astype(str),
        },
        columns=list(COLUMNS),
    )
