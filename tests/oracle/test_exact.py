"""Engine and oracle tell the same history: every flag of every person, every site, every event."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from imr_sim.model.batch import Batch, Setting
from imr_sim.model.events import DECIDED, DECIDED_BY, KIND_NAMES, new_log
from imr_sim.model.parameters import NAMES
from imr_sim.model.state import FLAG_NAMES
from imr_sim.strategies import LEVERS, load_strategy, strategy_names
from imr_sim.system import load_system
from oracle.cases import SMALL, case, random_budget, random_doses, random_parameters
from oracle.planner import Planner
from oracle.world import OracleModel

MONTHS = 60
FAST, ALL = range(6), range(30)
RANDOM = "doses at random"
ARMS = (RANDOM, *strategy_names())
PLANS = Path(__file__).resolve().parents[2] / "configs/strategy"


class Twins:
    """One history, told by both programs."""

    def __init__(self, system, values, start, seed):
        identity = {"draw": seed % 7, "replicate": seed % 5}
        self.system, self.compared, self.seen = system, 0, set()
        self.setting = Setting.of(system, seed, start, threads=1)
        row = np.array([[values[name] for name in NAMES]])
        self.batch = Batch(self.setting, row, **{k: np.array([v]) for k, v in identity.items()})
        self.oracle = OracleModel(system, values, start, seed, **identity)
        self.hold_equal()

    def run(self, arm, months, policy, budget=None):
        """Run under a strategy, or random doses, from month `policy` on."""
        rng = np.random.default_rng(policy)
        self.give(np.zeros((1, self.system.n_sites, len(LEVERS))))
        for _ in range(policy):
            self.month(np.zeros((1, self.system.n_sites, len(LEVERS))))
        if arm == RANDOM:
            for _ in range(months - policy):
                doses = random_doses(rng, self.system.n_sites)
                self.give(doses)
                self.month(doses)
            return
        self.batch.begin_policy()
        campaign = self.batch.campaign(load_strategy(arm), months - policy, budget)
        plan = yaml.safe_load((PLANS / f"{arm}.yaml").read_text(encoding="utf-8"))
        planner = Planner(self.oracle, self.system, plan, budget, months - policy)
        for _ in range(months - policy):
            doses = campaign.doses(self.batch.view(campaign))
            planner.deliver()
            expected = [[vamc.dose[lever] for lever in LEVERS] for vamc in self.oracle.vamcs]
            self.equal("doses", doses[0].ravel(), np.ravel(expected))
            self.month(doses)
            campaign.note_status(self.batch.state.sites["status"])
            planner.look()

    def give(self, doses):
        """Doses that no planner chose, as each VAMC of the oracle receives them."""
        for vamc, dose in zip(self.oracle.vamcs, doses[0].tolist(), strict=True):
            vamc.dose = dict(zip(LEVERS, dose, strict=True))

    def month(self, doses):
        log = new_log(4 * len(self.oracle.staff) + 100)
        record = self.batch.advance(1, doses, log)
        self.oracle.step()
        self.hold_equal()
        for name in record.dtype.names:
            expected = [getattr(v.new, name) for v in self.oracle.vamcs]
            self.equal(f"record of {name}", record[name][0, 0], expected)
        self.hold_events_equal(log)

    def hold_equal(self):
        state, slot = self.batch.state, self.setting.slot
        people = self.oracle.staff
        words = state.flags[0][:, slot // 64]
        for f, name in enumerate(FLAG_NAMES):
            found = words[f] >> (slot % 64).astype(np.uint64) & np.uint64(1)
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
        self.seen |= {DECIDED_BY[by] for by in log.detail[:n][log.kind[:n] == DECIDED]}

    def equal(self, name, found, expected):
        expected = np.array(expected).astype(found.dtype)
        where = np.flatnonzero(found != expected)
        assert not len(where), (
            f"{name} after month {self.oracle.month - self.oracle.first_month}: engine "
            f"{found[where[:5]]}, oracle {expected[where[:5]]} at {where[:5]}"
        )
        self.compared += len(found)


def agree(number, arms, record_property):
    system, values, start = case(number)
    compared, seen = 0, set()
    for arm in arms:
        budget = random_budget(number, arm)
        twins = Twins(system, values, start, seed=number * 2**31 + number)
        twins.run(arm, MONTHS, policy=6 + number % 7, budget=budget)
        compared += twins.compared
        seen |= twins.seen
    record_property("values compared", compared)
    return seen


@pytest.mark.parametrize("number", FAST)
def test_both_programs_tell_one_history_to_the_last_bit(number, record_property):
    seen = agree(number, (RANDOM, *ARMS[1 + number :: len(FAST)]), record_property)
    if number % 3 == 1:
        assert seen == {*KIND_NAMES, *DECIDED_BY}, (
            "a case meant to be lively in which something never happened"
        )


@pytest.mark.slow
@pytest.mark.parametrize("number", [*ALL, SMALL])
def test_thirty_systems_agree_under_every_named_strategy(number, record_property):
    agree(number, ARMS, record_property)


@pytest.mark.slow
def test_two_years_of_the_nation_agree(record_property):
    twins = Twins(load_system("va"), random_parameters("lively", 1), "2006-01", seed=0)
    twins.run("full_rollout", 24, policy=12)
    record_property("values compared", twins.compared)
    assert twins.seen == {*KIND_NAMES, *DECIDED_BY}
