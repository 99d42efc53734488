"""Staff as Mesa agents: views of the engine's flags, without behaviour of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.mesa_model.fixture import Fixture
from imr_sim.mesa_model.vamc import VAMC
from imr_sim.model.state import (
    AWARE,
    CHAMPION,
    DELIVERING,
    EXPERIENCED,
    FLAG_NAMES,
    IMPORTED,
    SUPPORTIVE,
    TRAINED,
)
from imr_sim.months import month_index

if TYPE_CHECKING:
    from imr_sim.mesa_model.model import IMRModel


def _flag(flag: int, meaning: str) -> property:
    def get(staff: Staff) -> bool:
        return staff.model.live.has(staff._post, flag)

    def change(staff: Staff, value: bool) -> None:
        staff._check(flag, value)
        staff.model.live.change(staff._post, flag, bool(value))

    return property(get, change, doc=meaning)


class Staff(Fixture):
    """Whoever holds a post of mental-health staff; `IMRModel` makes them, in the system's order.

    Posts stay, people in them change: after a departure the agent shows the successor. The flags
    can be set, and the rules go on from there in the next month. What a flag presupposes is set
    with it, and what presupposes it is cleared with it: support and championing take awareness,
    championing takes support, delivering takes awareness and makes experienced.

    Parameters
    ----------
    model : IMRModel
    vamc : VAMC
    post : int
        Place in the engine's arrays.
    staff_id, role : str
    smi : bool
    """

    def __init__(
        self, model: IMRModel, vamc: VAMC, post: int, staff_id: str, role: str, smi: bool
    ) -> None:
        super().__init__(model)
        self._vamc, self._post = vamc, post
        self._staff_id, self._role, self._smi = staff_id, role, smi
        vamc._staff.append(self)

    def __repr__(self) -> str:
        return f"<Staff {self._staff_id}, {self._role}>"

    aware = _flag(AWARE, "Knows of IMR; bool, can be set.")
    supportive = _flag(SUPPORTIVE, "Knows of IMR and is in favour; bool, can be set.")
    champion = _flag(CHAMPION, "Champions IMR; bool, can be set for SMI-programme members.")
    experienced = _flag(EXPERIENCED, "Has delivered IMR anywhere; bool, can be set.")
    imported = _flag(IMPORTED, "Knew of IMR when hired; bool, can be set.")
    trained = _flag(TRAINED, "Is trained in IMR; bool, can be set.")
    delivering = _flag(
        DELIVERING, "Delivers IMR; bool, can be set for SMI-programme members of providing sites."
    )

    @property
    def staff_id(self) -> str:
        """Name of the post: station and number."""
        return self._staff_id

    @property
    def role(self) -> str:
        """One of ``imr_sim.system.ROLES``."""
        return self._role

    @property
    def smi(self) -> bool:
        """Member of a serious-mental-illness programme: only these champion or deliver IMR."""
        return self._smi

    @property
    def vamc(self) -> VAMC:
        """The medical center of the post."""
        return self._vamc

    @property
    def importer_champion(self) -> bool:
        """Champions IMR and knew of it when hired."""
        return self.champion and self.imported

    @property
    def hired(self) -> pd.Timestamp:
        """Month of hire; the history's first month for those who were there at its start."""
        live = self.model.live
        return month_index(live.batch.setting.start + int(live.hired[self._post]), 1)[0]

    @property
    def ties(self) -> list[Staff]:
        """Colleagues, here and elsewhere, from whom this one hears."""
        return [self.model.staff_in(post) for post in self.model.live.heard_from(self._post)]

    def _check(self, flag: int, value: object) -> None:
        """Raise RequestError when a flag would make a person that the rules do not know."""
        why = ""
        if not isinstance(value, bool | np.bool_):
            why, write = "it is not True or False", "Write True or False."
        elif value and flag in (CHAMPION, DELIVERING) and not self._smi:
            why = "only members of serious-mental-illness programmes champion or deliver IMR"
            write = "Choose among staff whose .smi is True."
        elif value and flag == DELIVERING and not self._vamc.providing:
            why = "the site does not provide IMR"
            write = "Choose among staff whose .vamc.providing is True."
        if why:
            given = f"{FLAG_NAMES[flag].lower()} = {value!r}"
            raise RequestError(given, where=repr(self), why=why, write=write)
