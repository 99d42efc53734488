"""A user's folder: which of its files make a system, and which are passed over."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from imr_sim.errors import RequestError
from imr_sim.system.account import Account
from imr_sim.system.sites import NEEDED

KNOWN = ("sites.csv", "staff.csv", "ties.csv", "network.graphml")
OURS = {"README.txt"}  # written beside a saved system
MOST = 10
# Words that others have for our files, by their stems.
ALIASES = {
    "sites.csv": ("site", "sites", "nodes", "node", "facilities", "stations", "hospitals", "vamcs"),
    "staff.csv": ("staff", "staffs", "people", "persons", "employees", "agents"),
    "ties.csv": ("ties", "tie", "edges", "edge", "edgelist", "links", "network", "graph"),
}


class Folder(NamedTuple):
    """Files of a system in a folder; `ignored` says what else lies there."""

    sites: Path
    staff: Path | None
    ties: Path | None
    ignored: Account


def read_folder(folder: Path) -> Folder:
    """Find the files of a system.

    Raises
    ------
    RequestError
        When the folder cannot be read, or has no sites.csv; the message says what to write.
    """
    try:
        there = sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))
    except OSError as error:
        raise RequestError(
            repr(str(folder)),
            where="system",
            why=f"the folder cannot be read ({error.strerror})",
            write="Give a folder that you may read.",
        ) from None
    if "sites.csv" not in there:
        raise _no_sites(folder, there)
    staff, table, graph = (name if name in there else None for name in KNOWN[1:])
    ties = table or graph
    ignored = [f"{graph}: ties.csv is read instead"] if table and graph else []
    others = [name for name in there if name not in KNOWN and name not in OURS]
    for name in others[:MOST]:
        near = meant(name)
        why = f"; if it was meant, call it {near}" if near else ", no part of a system"
        ignored.append(f"{name}: not read{why}")
    if len(others) > MOST:
        ignored.append(f"{len(others) - MOST:,} more files: not read")
    return Folder(
        folder / "sites.csv",
        folder / staff if staff else None,
        folder / ties if ties else None,
        Account(ignored=tuple(ignored)),
    )


def meant(name: str) -> str | None:
    """The file of a system that a name is likely meant for."""
    if name.lower().endswith(".graphml"):
        return "network.graphml"
    stem = Path(name).stem.lower()
    for known, words in ALIASES.items():
        if stem in words or get_close_matches(stem, [Path(known).stem], 1, 0.75):
            return known
    return None


def _no_sites(folder: Path, there: list[str]) -> RequestError:
    why = "the folder has no sites.csv"
    columns = ",".join(NEEDED)
    write = f"Write a sites.csv with one row a site and the columns {columns}"
    like = [name for name in there if meant(name) == "sites.csv"]
    ties = [n for n in there if n in KNOWN[2:] or meant(n) in ("ties.csv", "network.graphml")]
    if like:
        write = f"Call {like[0]} sites.csv; its columns are {columns}"
    elif ties:
        why += f"; ties ({ties[0]}) alone do not say where people work"
        write += (
            ", and a staff.csv with the columns staff_id,station,role,smi, which says at which "
            "station each id of the ties works"
        )
    return RequestError(
        repr(str(folder)),
        where="system",
        why=why,
        write=f"{write}. To start from an example, write imr-sim describe system system=small "
        "out=NEW_FOLDER.",
    )
