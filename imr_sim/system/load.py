"""`load_system`: a shipped system by name, or the user's own files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from imr_sim.errors import RequestError
from imr_sim.system.account import Account, counted
from imr_sim.system.cache import cached_ties
from imr_sim.system.csv_table import shortened
from imr_sim.system.folder import read_folder
from imr_sim.system.sites import SiteFile, read_sites
from imr_sim.system.staff_file import read_staff
from imr_sim.system.staffing import Staff, generate_staff
from imr_sim.system.system import System, Ties
from imr_sim.system.ties_file import read_ties

DATA = Path(__file__).parent / "data"
SHIPPED = {"va": DATA / "vamc_sites.csv", "small": DATA / "small_sites.csv"}
NOTES = {
    "va": "139 VA medical centers from public facility lists and workload sheets (2012-2019); "
    "staff apportioned and ties generated (assumptions).",
    "small": "12 invented sites for tests and tutorials; they stand for no real place.",
}


class _Files(NamedTuple):
    name: str
    sites: Path
    staff: Path | None = None
    ties: Path | None = None
    ignored: Account = Account()


def load_system(
    name_or_folder: str | Path = "va",
    *,
    sites: str | Path | None = None,
    staff: str | Path | None = None,
    ties: str | Path | None = None,
    seed: int = 2012,
) -> System:
    """Load a health system.

    Parameters
    ----------
    name_or_folder : str or Path
        ``"va"`` (139 VA medical centers), ``"small"`` (12 invented sites), or a folder with
        ``sites.csv`` and, if known, ``staff.csv`` and ``ties.csv`` or ``network.graphml``
        (``ties.csv`` is read when both are there).
    sites : str or Path, optional
        A site file, instead of a name or folder.
    staff, ties : str or Path, optional
        Single files, instead of those of the named system. What is not given is generated.
    seed : int
        Seed of generated ties, at least 0. Staffing is not random.

    Returns
    -------
    System
        Its `account` says what was read, ignored, folded together and made up.

    Raises
    ------
    RequestError
        When a name, file or cell cannot be used; the message says which, why, and what to write.

    Examples
    --------
    >>> load_system("small")
    <System 'small': 12 sites, 489 staff>
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise RequestError(
            f"seed={seed!r}",
            where="load_system",
            why="a seed is a whole number, not negative",
            write="Write a whole number like 2012.",
        )
    files = _files(name_or_folder, sites)
    site_file = read_sites(files.sites)
    staff_path = Path(staff) if staff is not None else files.staff
    people = _people(site_file, staff_path)
    ties_path = Path(ties) if ties is not None else files.ties
    layers, of_ties = _layers(site_file, people, staff_path, ties_path, int(seed))
    shipped = files.sites in SHIPPED.values()
    passed_over = Account(
        ignored=tuple(
            f"{found.name} of {files.name}: {kind}= names another file"
            for kind, given, found in (("staff", staff, files.staff), ("ties", ties, files.ties))
            if given is not None and found is not None
        )
    )
    return System(
        name=files.name,
        sites=site_file.sites,
        site=people.site,
        role=people.role,
        smi=people.smi,
        ties=layers,
        invented=site_file.invented,
        note=_note(files, staff_path, ties_path),
        ids=tuple(people.ids) if staff_path is not None else None,
        account=_of_sites(site_file, files, shipped)
        + _of_staff(people, staff_path)
        + of_ties
        + files.ignored
        + passed_over,
    )


def _files(name_or_folder: str | Path, sites: str | Path | None) -> _Files:
    name = str(name_or_folder)
    if sites is not None:
        if name != "va":
            raise RequestError(
                f"{name!r} and sites={str(sites)!r}",
                where="load_system",
                why="a system has one site table",
                write="Give a name or folder, or sites=, not both.",
            )
        return _Files(Path(sites).stem, Path(sites))
    if name in SHIPPED:
        return _Files(name, SHIPPED[name])
    folder = Path(name_or_folder)
    try:
        there, is_file = folder.is_dir(), folder.is_file()
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise RequestError(
            shortened(name),
            where="system",
            why=f"it cannot be looked for ({error.strerror})",
            write="Write va, small, or a folder that holds sites.csv.",
        ) from None
    if not there:
        raise RequestError(
            shortened(name),
            where="system",
            why="it is a file, not a folder"
            if is_file
            else "it is neither a shipped system nor a folder",
            write="Write va, small, or a folder that holds sites.csv.",
        )
    found = read_folder(folder)
    return _Files(folder.resolve().name, found.sites, found.staff, found.ties, found.ignored)


def _people(site_file: SiteFile, path: Path | None) -> Staff:
    if path is None:
        return generate_staff(site_file.sites, site_file.mh_staff)
    return read_staff(path, site_file.sites["station"], site_file.mh_staff)


def _layers(
    site_file: SiteFile, people: Staff, staff: Path | None, path: Path | None, seed: int
) -> tuple[Mapping[str, Ties], Account]:
    if path is None:
        ties = cached_ties(people, site_file.sites["visn"].to_numpy(), seed)
        number = sum(layer.n_ties for layer in ties.values())
        said = (
            f"{counted(number, 'tie')}, drawn with seed {seed}, imitating those measured elsewhere"
        )
        return ties, Account(invented=(said,))
    return read_ties(path, people, staff is not None)


def _of_sites(site_file: SiteFile, files: _Files, shipped: bool) -> Account:
    """What was read of the site file, and which of its cells were filled in."""
    sites = site_file.sites
    read = "" if shipped else f"{files.sites.name}: "
    imputed = sites["imputed"].str.split().explode().dropna().value_counts()
    invented = [
        f"{column} of {counted(int(n), 'site')}"
        for column, n in sorted(imputed.items(), key=lambda item: str(item[0]))
    ]
    drawn = int((sites["prrc"] == "unknown").sum())
    if drawn:
        invented.append(
            f"whether and when {counted(drawn, 'site')} has a PRRC: drawn anew in each history"
        )
    return Account((f"{read}{counted(len(sites), 'site')}",), invented=tuple(invented))


def _of_staff(people: Staff, path: Path | None) -> Account:
    number = len(people.site)
    if path is not None:
        return Account((f"{path.name}: {counted(number, 'staff member')}",))
    said = f"{counted(number, 'staff post')}, in number by workload where mh_staff is not given"
    return Account(invented=(f"{said}, in roles and programmes by assumed shares",))


def _note(files: _Files, staff: Path | None, ties: Path | None) -> str:
    note = NOTES.get(files.name) if files.sites in SHIPPED.values() else None
    parts = [note or f"Sites read from {files.sites.name}."]
    parts.append(f"Staff read from {staff.name}." if staff else "Staff generated (assumption).")
    parts.append(f"Ties read from {ties.name}." if ties else "Ties generated (assumption).")
    return " ".join(parts)
