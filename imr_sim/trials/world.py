"""The sites of a trial as a system: invented ones that do not talk to each other, or real ones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.strategies import SiteFacts
from imr_sim.system import System, TieShape, load_system
from imr_sim.system.assumptions import ENCOUNTERS_PER_USER
from imr_sim.system.sites import COLUMNS
from imr_sim.system.staffing import generate_staff
from imr_sim.system.ties_build import build_ties
from imr_sim.trials.form import Trial

DEFAULT_STAFF = 30  # posts of an invented site; assumption
PATIENTS_PER_POST = 200  # only orders sites of unequal size, and these are all alike; assumption
TIES_SEED = 2012
APART = TieShape(between_degree=0.0, coordinator_national_degree=0.0)
KEPT = 64  # systems kept for the next batch of draws


def system_of(trial: Trial, sites: int) -> System:
    """The system in which an arm of `sites` sites is run.

    Raises
    ------
    RequestError
        When a named system has fewer sites than the arm, or does not exist.
    """
    source = trial.sites.source
    if source == "invented":
        return invented(sites, trial.sites.staff or DEFAULT_STAFF)
    system = _loaded(source)
    if system.n_sites < sites:
        raise RequestError(
            f"arms: sites={sites}",
            where=trial.where,
            why=f"the system {source} has {system.n_sites} sites",
            write=f"Write at most {system.n_sites}, or sites: {{from: invented}}.",
        )
    return system


def check_sites(trial: Trial) -> None:
    """Raise RequestError when the sites of a trial do not exist, or its strategies do not fit."""
    together = sum(arm.sites for arm in trial.arms)
    if trial.sites.source != "invented":
        facts = SiteFacts.of(system_of(trial, together))
        given = [arm.strategy for arm in trial.arms]
        for strategy in (*given, trial.run_in.strategy if trial.run_in else None):
            if strategy is not None:
                strategy.check(facts)


@lru_cache(KEPT)
def _loaded(source: str) -> System:
    return load_system(source)


@lru_cache(KEPT)
def invented(sites: int, staff: int) -> System:
    """Sites of equal size, staffed and tied inside as usual (*assumptions*), each by itself.

    No site has a PRRC, and no tie leads from one to another.
    """
    users = round(PATIENTS_PER_POST * staff / 4)
    values = {
        "station": [f"T{i + 1:05d}" for i in range(sites)],
        "name": [f"Site {i + 1}" for i in range(sites)],
        "city": "",
        "state": "XX",
        "visn": np.arange(sites) + 1,
        "visn_2019": np.arange(sites) + 1,
        "latitude": 0.0,
        "longitude": 0.0,
        "rurality": "urban",
        "complexity": "2",
        "patients": PATIENTS_PER_POST * staff,
        "mh_users": users,
        "inpatient": False,
        "residential": False,
        "prrc": "never",
        "workload": round(users * ENCOUNTERS_PER_USER),
        "imputed": "",
    }
    table = pd.DataFrame(values, columns=list(COLUMNS)).astype({"visn_2019": "Int64"})
    people = generate_staff(table, pd.Series(staff, index=table.index, dtype="Int64"))
    return System(
        name=f"{sites} invented sites",
        sites=table,
        site=people.site,
        role=people.role,
        smi=people.smi,
        ties=build_ties(people, table["visn"].to_numpy(), TIES_SEED, APART),
        invented=True,
        note="Invented sites of a trial; they stand for no real place.",
    )
