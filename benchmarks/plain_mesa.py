"""The plain Mesa program that tells the same histories as the engine (`tests/oracle`).

One object a person, lists and ifs, luck from its own generator in plain Python. Each round it is
put into the state that history 0 of the engine has in another month, evenly spread over the
history, and steps one month, which is then compared with the engine's.

A second version takes its luck from Python's own generator. Its histories are its own; it shows
what such a program costs when luck need not be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace

import worlds
from histories import SEED, START, histories
from oracle.philox import Luck
from oracle.world import OracleModel

from imr_sim.model.batch import Batch, Setting
from imr_sim.model.parameters import Parameters
from imr_sim.strategies import LEVERS


class PythonsLuck(Luck):
    """Luck from Python's own generator instead of a function of its key."""

    def __init__(self):
        super().__init__(SEED, 0, 0)
        self.random = Random(SEED).random

    def lanes(self, month, decision, entity):
        return [self.random() for _ in range(4)]

    def uniform(self, month, decision, entity):
        return self.random()

    def of_post(self, month, decision, slot):
        return self.random()


@dataclass
class Twin:
    """The Mesa program, and the months of history 0 that it is to repeat, in ascending order."""

    setting: Setting
    months: list[int]
    python_luck: bool = False
    compared: int = 0
    different: int = 0
    model: OracleModel = field(init=False)
    snapshots: list[tuple[Batch, Batch]] = field(init=False)

    def __post_init__(self):
        system, values = self.setting.system, dict(Parameters())
        self.model = OracleModel(system, values, START, SEED, replicate=0, draw=0)
        if self.python_luck:
            self.model.luck = PythonsLuck()
        for vamc in self.model.vamcs:
            vamc.dose = dict.fromkeys(LEVERS, 0.0)
        batch = histories(self.setting, 1)
        self.snapshots = []
        for month in self.months:
            batch.advance(self.setting.start + month - batch.month)
            before = batch.branch()
            batch.advance(1)
            self.snapshots.append((before, batch.branch()))

    def prepare(self, number: int) -> Batch:
        """Put the model into the state before the month; the state after it."""
        before, after = self.snapshots[number]
        model, state = self.model, before.state
        model.month = before.month
        for name, has_it in worlds.flags(before).items():
            for person, flag in zip(model.staff, has_it[0].tolist(), strict=True):
                (person.new.add if flag else person.new.discard)(name)
        for person, hired in zip(model.staff, self._hired(before), strict=True):
            person.hired = hired
        names = state.sites.dtype.names
        for vamc, record in zip(model.vamcs, state.sites[0].tolist(), strict=True):
            vamc.new = SimpleNamespace(**dict(zip(names, record, strict=True)))
        return after

    def step(self, _) -> None:
        """One month."""
        self.model.step()

    def check(self, after: Batch, _) -> None:
        """Count the values of staff and sites in which the two programs differ."""
        staff, vamcs = self.model.staff, self.model.vamcs
        pairs = [(self._hired(after), [person.hired for person in staff])]
        for name, has_it in worlds.flags(after).items():
            pairs.append((has_it[0].tolist(), [name in person.new for person in staff]))
        for name in after.state.sites.dtype.names:
            pairs.append(
                (after.state.sites[0][name].tolist(), [getattr(v.new, name) for v in vamcs])
            )
        for found, expected in pairs:
            self.compared += len(found)
            self.different += sum(a != b for a, b in zip(found, expected, strict=True))

    @staticmethod
    def _hired(batch: Batch) -> list[int]:
        return batch.state.hired[0][batch.setting.slot].tolist()
