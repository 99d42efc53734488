"""One history that is under way: what agents read from it and write to it between months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from imr_sim.experiment.driver import advance
from imr_sim.experiment.run import Period
from imr_sim.model.batch import Batch
from imr_sim.model.compiled import entry
from imr_sim.model.layout import World
from imr_sim.model.record_phase import count_staff, update_exposure
from imr_sim.model.state import AWARE, CHAMPION, DELIVERING, EXPERIENCED, SUPPORTIVE
from imr_sim.strategies import Campaign

# What each flag presupposes in every history of the engine: championing takes support, and so on.
PRESUPPOSES = {
    SUPPORTIVE: (AWARE,),
    CHAMPION: (AWARE, SUPPORTIVE),
    DELIVERING: (AWARE, EXPERIENCED),
}


@entry
def settle_accounts(
    world: World,
    counted: np.ndarray,
    flags: np.ndarray,
    within: np.ndarray,
    between: np.ndarray,
    peers: np.ndarray,
    sites: np.ndarray,
) -> None:
    """Update exposure and count heads after flags were changed."""
    update_exposure(world, counted, flags, within, between, peers)
    count_staff(world, flags, sites)


class Live:
    """The arrays of one history, kept consistent while agents change them.

    Counters of informed ties and head counts of sites follow late: they are settled by the
    engine's own rules before anything reads them, so that changing many people costs little.

    Parameters
    ----------
    batch : Batch
        A batch of one history.
    periods : sequence of Period
        What acts when, from the first month on.
    """

    def __init__(self, batch: Batch, periods: Sequence[Period]) -> None:
        self.batch = batch
        self.months_run = 0
        self.campaigns: list[tuple[Period, Campaign]] = []
        self._coming = [period for period in periods if period.stop > period.first]
        self._campaign: Campaign | None = None
        self.flags: np.ndarray = batch.state.flags[0]
        self.hired: np.ndarray = batch.state.hired[0]
        self._sites: np.ndarray = batch.state.sites[0]
        self._counted = self.flags.copy()
        self._unsettled = False

    def site(self, index: int) -> np.void:
        """Record of one site (`imr_sim.model.state.SITE`), with head counts that are right."""
        self.settle()
        return self._sites[index]

    def has(self, post: int, flag: int) -> bool:
        """Whether the person in a post has a flag."""
        return bool(int(self.flags[flag, post >> 6]) >> (post & 63) & 1)

    def change(self, post: int, flag: int, value: bool) -> None:
        """Set a flag and what it presupposes, or clear it and what presupposes it."""
        bit = np.uint64(1 << (post & 63))
        if value:
            self.flags[[flag, *PRESUPPOSES.get(flag, ())], post >> 6] |= bit
        else:
            dependent = [f for f, needed in PRESUPPOSES.items() if flag in needed]
            self.flags[[flag, *dependent], post >> 6] &= ~bit
        self._unsettled = True

    def heard_from(self, post: int) -> Iterator[int]:
        """Posts of the colleagues that the person in a post hears from."""
        world = self.batch.setting.world
        first, last = world.teller_ptr[post], world.teller_ptr[post + 1]
        return (int(teller) for teller in world.tellers[first:last])

    def settle(self) -> None:
        """Bring counters of exposure and head counts up to date with the flags."""
        if self._unsettled:
            world, state = self.batch.setting.world, self.batch.state
            counters = (state.within[0], state.between[0], state.peers[0])
            settle_accounts(world, self._counted, self.flags, *counters, self._sites)
            self._counted[:] = self.flags
            self._unsettled = False

    def advance(self) -> np.ndarray:
        """Run one month, under whatever acts in it; RECORD, shape (1, S)."""
        self.settle()
        if self._coming and self.months_run == self._coming[0].first:
            period = self._coming.pop(0)
            self._campaign = period.campaign(self.batch)
            if self._campaign is not None:
                self.campaigns.append((period, self._campaign))
        record = advance(self.batch, 1, self._campaign)
        self.months_run += 1
        self._counted[:] = self.flags
        return record[0]
