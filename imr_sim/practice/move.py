"""How a parameter differs for another practice, in every draw."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, Strict, model_validator

from imr_sim.strategies.checked import checked, wrong

Number = Annotated[float, Strict()]
Factor = Annotated[float, Strict(), Field(ge=0)]


@checked
class Move:
    """What becomes of a parameter; one of the three.

    `scale` and `shift` move every draw alike, so that the draws keep their spread; `value` does
    away with it.

    Attributes
    ----------
    value : float or None
        One value in every draw.
    scale : float or None
        Every draw times this.
    shift : float or None
        Every draw plus this, in the parameter's unit.
    """

    value: Number | None = None
    scale: Factor | None = None
    shift: Number | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Move:
        if sum(v is not None for v in (self.value, self.scale, self.shift)) != 1:
            why = "it does not say one thing to do"
            raise wrong(why, "Write a number, {scale: 2} or {shift: 0.5}.")
        return self

    @property
    def changes_nothing(self) -> bool:
        """Whether every draw stays as it is."""
        return self.scale == 1 or self.shift == 0

    def of(self, draws: np.ndarray) -> np.ndarray:
        """Draws of one parameter, moved."""
        if self.scale is not None:
            return draws * self.scale
        if self.shift is not None:
            return draws + self.shift
        return np.full_like(draws, self.value)

    def __str__(self) -> str:
        if self.scale is not None:
            return f"x {self.scale:g}"
        if self.shift is not None:
            return f"{'-' if self.shift < 0 else '+'} {abs(self.shift):g}"
        return f"= {self.value:g}"
