"""Reading and checking a user's staff file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from imr_sim.system import cells
from imr_sim.system.csv_table import Defects, read_csv
from imr_sim.system.staffing import Staff
from imr_sim.system.system import CHIEF, COORDINATOR, ROLES


def read_staff(path: Path, stations: pd.Series, mh_staff: pd.Series) -> Staff:
    """Read a staff file.

    Every site needs exactly one coordinator and one chief, because the rules of the model give
    these two posts work that is a site's, not a person's.

    Parameters
    ----------
    path : Path
        CSV with the columns staff_id, station, role (one of ``ROLES``) and smi (True or False).
    stations : Series of str
        Stations of the site table, in its order.
    mh_staff : Series of Int64
        Staff counts the site table states; where stated, they must agree.

    Returns
    -------
    Staff
        Sorted by site, within a site by id (numbers in ids by their size), so that the order of
        the rows does not matter.

    Raises
    ------
    RequestError
        For every kind of defect, with row and column; up to ten at once.
    """
    raw = read_csv(path, ("staff_id", "station", "role", "smi"))
    defects = Defects(str(path))
    site = raw["station"].map({station: i for i, station in enumerate(stations)})
    role = raw["role"].map({role: i for i, role in enumerate(ROLES)})
    smi = raw["smi"].map(flag_or_none)
    _note_bad(raw, "station", site.isna(), "the site table has no such station", defects)
    _note_bad(raw, "role", role.isna(), "no role has this name", defects, known=ROLES)
    _note_bad(raw, "smi", smi.isna(), "it is neither true nor false", defects, ("True", "False"))
    _note_bad(raw, "staff_id", raw["staff_id"].eq(""), "each person needs a name", defects)
    repeated = raw["staff_id"].duplicated() & raw["staff_id"].ne("")
    _note_bad(raw, "staff_id", repeated, "an earlier row has it already", defects)
    defects.raise_if_any()
    ids = raw["staff_id"].tolist()
    order = np.array(sorted(range(len(ids)), key=lambda i: (site.iloc[i], _natural(ids[i]))))
    staff = Staff(
        site.to_numpy(dtype=np.int32)[order],
        role.to_numpy(dtype=np.uint8)[order],
        smi.to_numpy(dtype=bool)[order],
        raw["staff_id"].iloc[order].tolist(),
    )
    _check_posts(staff, stations, mh_staff, defects)
    return staff


def _natural(staff_id: str) -> tuple[list[tuple[int, str]], str]:
    """Key that sorts p2 before p10."""
    parts = re.split(r"([0-9]+)", staff_id)  # words stand at even places, numbers at odd ones
    parts[1::2] = [number.lstrip("0") for number in parts[1::2]]
    return [(len(p) if i % 2 else 0, p) for i, p in enumerate(parts)], staff_id


def flag_or_none(cell: str) -> bool | None:
    """What a cell says of True or False; None where it says neither."""
    try:
        return cells.flag(cell)
    except cells.BadCell:
        return None


def _note_bad(
    raw: pd.DataFrame,
    column: str,
    bad: pd.Series,
    why: str,
    defects: Defects,
    known: tuple[str, ...] = (),
) -> None:
    write = "Write one of " + ", ".join(known) + "." if known else "Mend the cell."
    for row, cell in raw.loc[bad, column].items():
        given = repr(cell) if cell else "an empty cell"
        defects.add(given, at=f"row {row}, column {column}", why=why, write=write)


def _check_posts(staff: Staff, stations: pd.Series, mh_staff: pd.Series, defects: Defects) -> None:
    n_sites = len(stations)
    for role in (COORDINATOR, CHIEF):
        counts = np.bincount(staff.site[staff.role == role], minlength=n_sites)
        for index in np.flatnonzero(counts != 1):
            defects.add(
                f"{counts[index]} staff with role {ROLES[role]!r}",
                at=f"station {stations[index]}",
                why="each site has exactly one",
                write=f"Give the role {ROLES[role]!r} to one person of the site.",
            )
    counts = np.bincount(staff.site, minlength=n_sites)
    for index in np.flatnonzero(mh_staff.notna() & (mh_staff.fillna(0) != counts)):
        defects.add(
            f"{counts[index]} staff",
            at=f"station {stations[index]}",
            why=f"the site table says mh_staff={mh_staff[index]}",
            write="Make them agree, or leave mh_staff out.",
        )
    defects.raise_if_any()
