"""The same sites and staff with other generated ties: to see what leans on the ties."""

from __future__ import annotations

from dataclasses import fields, replace

from imr_sim.errors import RequestError
from imr_sim.system.account import Account
from imr_sim.system.cache import cached_ties
from imr_sim.system.staffing import Staff
from imr_sim.system.system import System
from imr_sim.system.ties_build import USUAL, TieShape


def with_generated_ties(system: System, seed: int = 2012, shape: TieShape = USUAL) -> System:
    """A system whose ties are drawn anew; sites and staff stay as they are.

    Parameters
    ----------
    system : System
    seed : int
        Seed of the ties, at least 0; with the usual shape, that of `load_system`.
    shape : TieShape
        How many ties, and where they lead.

    Returns
    -------
    System
        Its note says which ties it has.

    Raises
    ------
    RequestError
        When the seed is negative.
    """
    if seed < 0:
        raise RequestError(
            f"seed={seed}",
            where="ties",
            why="a seed is a whole number, not negative",
            write="Write a whole number like 2012.",
        )
    staff = Staff(system.site, system.role, system.smi, system.staff_ids())
    ties = cached_ties(staff, system.sites["visn"].to_numpy(), seed, shape)
    told = ", ".join(f"{f.name} {getattr(shape, f.name):g}" for f in fields(shape))
    note = f"{system.note} Ties generated anew (assumption), seed {seed}: {told}."
    account = system.account + Account(invented=(f"other ties, seed {seed}: {told}",))
    return replace(system, ties=ties, note=note, account=account)
