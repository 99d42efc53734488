"""Engine and oracle tell the same history: every flag of every person, every site, every event."""

import numpy as np
import pytest

from imr_sim.model.batch import Batch, Stage
from imr_sim.model.events import KIND_NAMES, new_log
from imr_sim.model.parameters import NAMES
from imr_sim.model.state import FLAG_NAMES
from imr_sim.strategies import LEVERS, load_strategy, strategy_names
from imr_sim.system import load_system
from oracle.cases import case, random_doses, random_parameters
from oracle.world import OracleModel

MONTHS = 60
FAST, ALL = range(6), range(30)
RANDOM = "doses at random"
ARMS = (RANDOM, *strategy_names())


class Twins:
    """One history, told by both programs."""

    def __init__(self, system, values, start, seed):
        identity = {"draw": seed % 7, "replicate": seed % 5}
        self.system, self.compared, self.seen = system, 0, set()
        self.stage = Stage.of(system, seed, start, threads=1)
        row = np.array([[values[name] for name in NAMES]])
        self.batch = Batch(self.stage, row, **{k: np.array([v]) for k, v in identity.items()})
        self.oracle = OracleModel(system, values, start, seed, **identity)
        self.hold_equal()

    def run(self, arm, months, policy):
        """Run under a strategy, or random doses, from month `policy` on."""
        rng = np.random.default_rng(policy)
        campaign = None
        for month in range(months):
            doses = np.zeros((1, self.system.n_sites, len(LEVERS)))
            if month == policy and arm != RANDOM:
                self.batch.begin_policy()
                campaign = self.batch.campaign(load_strategy(arm), months - policy, None)
            if campaign:
                doses = campaign.doses(self.batch.view(campaign))
            elif month >= policy:
                doses = random_doses(rng, self.system.n_sites)
            self.month(doses)
            if campaign:
                campaign.note_status(self.batch.state.sites["status"])

    def month(self, doses):
        log = new_log(4 * len(self.oracle.staff) + 100)
        record = self.batch.advance(1, doses, log)
        for vamc, dose in zip(self.oracle.vamcs, doses[0].tolist(), strict=True):
            vamc.dose = dict(zip(LEVERS, dose, strict=True))
        self.oracle.step()
        self.hold_equal()
        for name in record.dtype.names:
            expected = [getattr(v.new, name) for v in self.oracle.vamcs]
            self.equal(f"record of {name}", record[name][0, 0], expected)
        self.hold_events_equal(log)

    def hold_equal(self):
        state, slot = self.batch.state, self.stage.slot
        people = self.oracle.staff
        words = state.flags[0][slot // 64]
        for f, name in enumerate(FLAG_NAMES):
            found = words[:, f] >> (slot % 64).astype(np.uint64) & np.uint64(1)
            self.equal(name, found, [name in person.new for person in people])
        self.equal("hired", state.hired[0][slot], [person.hired for person in people])
        for name in state.sites.dtype.names:
            expected = [getattr(v.new, name) for v in self.oracle.vamcs]
            self.equal(name, state.sites[0][name], expected)

    def hold_events_equal(self, log):
        n = int(log.n[0])
        fields = (log.month, log.kind, log.site, log.slot, log.detail, log.source)
        found = sorted(zip(*(field[:n].tolist() for field in fields), strict=True))
        expected = sorted((m, KIND_NAMES.index(k), *rest) for m, k, *rest in self.oracle.events)
        assert found == expected, f"events of month {self.oracle.month - 1}"
        self.compared += 6 * n
        self.seen |= {KIND_NAMES[kind] for kind in log.kind[:n]}

    def equal(self, name, found, expected):
        expected = np.array(expected).astype(found.dtype)
        where = np.flatnonzero(found != expected)
        assert not len(where), (
            f"{name} after month {self.oracle.month - self.oracle.first_month}: engine "
            f"{found[where[:5]]}, oracle {expected[where[:5]]} at {where[:5]}"
        )
        self.compared += len(found)


def agree(number, arms, months=MONTHS):
    system, values, start = case(number)
    compared, seen = 0, set()
    for arm in arms:
        twins = Twins(system, values, start, seed=number * 2**31 + number)
        twins.run(arm, months, policy=6 + number % 7)
        compared += twins.compared
        seen |= twins.seen
    print(f"case {number}: {compared:,} values equal over {len(arms)} strategies")
    return seen


@pytest.mark.parametrize("number", FAST)
def test_both_programs_tell_one_history_to_the_last_bit(number):
    seen = agree(number, (RANDOM, *ARMS[1 + number :: len(FAST)]))
    if number % 3 == 1:
        assert seen == set(KIND_NAMES), (
            "a case meant to be lively in which something never happened"
        )


@pytest.mark.slow
@pytest.mark.parametrize("number", ALL)
def test_thirty_systems_agree_under_a_third_of_the_strategies_each(number):
    agree(number, (RANDOM, *ARMS[1 + number % 3 :: 3]))


@pytest.mark.slow
def test_two_years_of_the_nation_agree():
    twins = Twins(load_system("va"), random_parameters("lively", 1), "2006-01", seed=0)
    twins.run("full_rollout", 24, policy=12)
    print(f"nation: {twins.compared:,} values equal")
    assert twins.seen == set(KIND_NAMES)
