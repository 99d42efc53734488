"""What VAMCs and staff have in common: they are part of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesa import Agent

from imr_sim.errors import RequestError

if TYPE_CHECKING:
    from imr_sim.mesa_model.model import IMRModel


class Fixture(Agent):
    """An agent that is part of the system, for as long as the model runs."""

    model: IMRModel

    def remove(self) -> None:
        """Refuse: the rules would go on with a site or post that Mesa no longer shows.

        Raises
        ------
        RequestError
            Always.
        """
        raise RequestError(
            repr(self),
            where="remove()",
            why="sites and posts stand for the whole history; people in posts come and go",
            write="Load a system without it instead.",
        )
