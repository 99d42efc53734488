"""VAMCs as Mesa agents: views of the engine's site records, without behaviour of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.agent import AgentSet

from imr_sim.mesa_model.fixture import Fixture
from imr_sim.model.state import PROVIDING, STATUS_NAMES

if TYPE_CHECKING:
    from imr_sim.mesa_model.model import IMRModel
    from imr_sim.mesa_model.staff import Staff


def _fact(column: str, meaning: str) -> property:
    def get(vamc: VAMC) -> Any:
        return vamc._facts[column]

    return property(get, doc=meaning)


def _head_count(field: str, meaning: str) -> property:
    def get(vamc: VAMC) -> int:
        return int(vamc._now[field])

    return property(get, doc=meaning)


class VAMC(Fixture):
    """A VA medical center; `IMRModel` makes them, in the order of ``system.sites``.

    Everything can be read and nothing set: sites change by the model's rules alone.

    Parameters
    ----------
    model : IMRModel
    index : int
        Row in ``system.sites``.
    facts : mapping
        That row.
    """

    def __init__(self, model: IMRModel, index: int, facts: Mapping[Any, Any]) -> None:
        super().__init__(model)
        self._index, self._facts = index, facts
        self._staff: list[Staff] = []

    def __repr__(self) -> str:
        return f"<VAMC {self.station}>"

    station = _fact("station", "Station number, str.")
    name = _fact("name", "Name of the medical center.")
    city = _fact("city", "City.")
    state = _fact("state", "State, two letters.")
    visn = _fact("visn", "Veterans Integrated Service Network in 2012, int.")
    latitude = _fact("latitude", "Degrees north.")
    longitude = _fact("longitude", "Degrees east.")
    rurality = _fact("rurality", '"urban", "rural", "highly rural" or "insular".')
    complexity = _fact("complexity", 'Complexity level, e.g. "1a".')
    patients = _fact("patients", "Veterans treated in a year, head count.")
    mh_users = _fact("mh_users", "Users of mental-health care in a year, head count.")

    aware = _head_count("aware", "Staff who know of IMR.")
    supportive = _head_count("supportive", "Staff who know of IMR and are in favour.")
    champions = _head_count("champions", "Staff who champion IMR.")
    importer_champions = _head_count("importer_champions", "Champions who came knowing IMR.")
    delivering = _head_count("delivering", "Staff who deliver IMR.")
    trained = _head_count("trained", "Staff who deliver IMR and are trained in it.")

    @property
    def staff(self) -> AgentSet:
        """The people who hold this site's posts."""
        return AgentSet(self._staff, random=self.model.random)

    @property
    def status(self) -> str:
        """``"NOT_PROVIDING"``, ``"PREPARING"`` or ``"PROVIDING"``."""
        return STATUS_NAMES[self._now["status"]]

    @property
    def providing(self) -> bool:
        """Whether the site provides IMR."""
        return bool(self._now["status"] == PROVIDING)

    @property
    def fidelity(self) -> float:
        """IMR Fidelity Scale, 1 to 5; NaN while the site does not provide IMR."""
        return float(self._now["fidelity"]) if self.providing else float("nan")

    @property
    def prrc(self) -> bool:
        """Whether a PRRC (psychosocial rehabilitation and recovery center) has opened."""
        return bool(0 <= self._now["prrc_month"] < self.model.live.batch.month)

    @property
    def sensitive(self) -> bool:
        """Whether the site is in a sensitive period."""
        return bool(self._now["sensitive_left"] > 0)

    @property
    def leadership(self) -> float:
        """Autonomy-supporting leadership as felt, standard-normal units.

        Latent: no planner sees it, so no strategy may; a survey measures it with error.
        """
        return float(self._now["leadership"])

    @property
    def _now(self) -> np.void:
        return self.model.live.site(self._index)
