"""What can be read from VAMCs and staff, what can be changed, and what follows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.mesa_model import VAMC, IMRModel, Staff
from imr_sim.system import ROLES

SYSTEM = imr.load_system("small")


@pytest.fixture
def model() -> IMRModel:
    """Three years in: some know, few champion, nobody has to provide."""
    model = IMRModel(SYSTEM, imr.Parameters(), seed=5)
    for _ in range(36):
        model.step()
    return model


def assert_ties_are_told(model: IMRModel) -> None:
    model.live.settle()
    state = model.live.batch.state
    for staff in model.agents_by_type[Staff]:
        inside = [t.aware for t in staff.ties if t.vamc is staff.vamc]
        outside = [t.aware for t in staff.ties if t.vamc is not staff.vamc]
        assert state.within[0, staff._post] == sum(inside)
        assert state.between[0, staff._post] == sum(outside)
        assert state.peers[0, staff._post] == sum(t.supportive for t in staff.ties)


def test_agents_stand_in_the_order_of_the_system(model):
    vamcs, staff = model.agents_by_type[VAMC], model.agents_by_type[Staff]
    for column in ("station", "name", "city", "state", "visn", "rurality", "patients"):
        assert vamcs.get(column) == SYSTEM.sites[column].tolist()
    assert staff.get("staff_id") == SYSTEM.staff_ids()
    assert [ROLES.index(r) for r in staff.get("role")] == SYSTEM.role.tolist()
    assert staff.get("smi") == SYSTEM.smi.tolist()
    assert [s.vamc.station for s in staff] == SYSTEM.sites["station"][SYSTEM.site].tolist()
    assert sum(len(v.staff) for v in vamcs) == SYSTEM.n_staff


def test_ties_are_those_of_the_system(model):
    staff = list(model.agents_by_type[Staff])
    index = {s: i for i, s in enumerate(staff)}
    expected: dict[int, set[int]] = {i: set() for i in range(SYSTEM.n_staff)}
    for layer in SYSTEM.ties.values():
        for a, b in layer.pairs().tolist():
            expected[a].add(b)
            expected[b].add(a)
    assert {i: {index[t] for t in s.ties} for i, s in enumerate(staff)} == expected


def test_what_a_flag_presupposes_holds_in_the_engines_own_histories(model):
    for _ in range(120):
        model.step()
    for s in model.agents_by_type[Staff]:
        assert s.aware or not (s.supportive or s.champion or s.delivering)
        assert s.supportive or not s.champion
        assert s.experienced or not s.delivering
        assert s.smi or not (s.champion or s.delivering)
        assert s.vamc.providing or not s.delivering
    assert model.agents_by_type[Staff].agg("delivering", sum) > 0


def test_a_changed_flag_reaches_listeners_and_head_counts(model):
    assert_ties_are_told(model)
    rng = np.random.default_rng(1)
    members = [s for s in model.agents_by_type[Staff] if s.smi]
    for s in rng.choice(np.array(members, dtype=object), 60, replace=False):
        s.champion = not s.champion
    for s in rng.choice(np.array(members, dtype=object), 60, replace=False):
        s.aware = not s.aware
    assert_ties_are_told(model)
    for vamc in model.agents_by_type[VAMC]:
        assert vamc.aware == vamc.staff.agg("aware", sum)
        assert vamc.supportive == vamc.staff.agg("supportive", sum)
        assert vamc.champions == vamc.staff.agg("champion", sum)
    model.step()
    assert_ties_are_told(model)


def test_a_change_taken_back_leaves_no_trace(model):
    twin = IMRModel(SYSTEM, imr.Parameters(), seed=5)
    for _ in range(36):
        twin.step()
    unaware = model.agents_by_type[Staff].select(lambda s: not s.aware)
    unaware.set("aware", True)
    assert sum(model.agents_by_type[VAMC].get("aware")) == SYSTEM.n_staff
    unaware.set("aware", False)
    for _ in range(24):
        model.step()
        twin.step()
    assert np.array_equal(model.history().record, twin.history().record)


def test_flags_come_and_go_with_what_they_presuppose(model):
    s = next(s for s in model.agents_by_type[Staff] if s.smi and not s.aware)
    s.champion = True
    assert s.aware and s.supportive and s.champion
    assert not (s.importer_champion or s.experienced or s.trained or s.delivering)
    s.imported = True
    assert s.importer_champion
    s.supportive = False
    assert s.aware and not s.champion
    s.champion = True
    s.aware = False
    assert not (s.aware or s.supportive or s.champion)
    assert s.imported


def test_members_of_providing_sites_can_be_put_on_the_team(model):
    def free():
        for v in model.agents_by_type[VAMC]:
            for s in v.staff if v.providing else ():
                if s.smi and not s.delivering:
                    return v, s

    while free() is None:
        model.step()
    vamc, s = free()
    before = vamc.delivering
    s.delivering = True
    assert s.aware and s.experienced
    assert vamc.delivering == before + 1
    assert vamc.status == "PROVIDING" and 1 <= vamc.fidelity <= 5


def test_people_come_and_posts_stay(model):
    hired = model.agents_by_type[Staff].get("hired")
    first, last = pd.Timestamp("2004-01-01"), pd.Timestamp("2006-12-01")
    assert min(hired) == first and first < max(hired) <= last
    assert model.month == last


def test_a_person_that_the_rules_do_not_know_is_refused(model):
    staff = model.agents_by_type[Staff]
    outsider = next(s for s in staff if not s.smi)
    with pytest.raises(RequestError, match=r"champion = True.*serious-mental-illness"):
        outsider.champion = True
    idle = next(s for s in staff if s.smi and not s.vamc.providing)
    with pytest.raises(RequestError, match="does not provide IMR"):
        idle.delivering = True
    with pytest.raises(RequestError, match="not True or False"):
        idle.aware = "yes"
    outsider.champion = False  # nothing to refuse


def test_sites_and_posts_are_fixed(model):
    vamc = model.agents_by_type[VAMC][0]
    with pytest.raises(RequestError, match="stand for the whole history"):
        vamc.remove()
    with pytest.raises(RequestError, match="stand for the whole history"):
        vamc.staff[0].remove()
    for name in ("providing", "aware", "patients", "fidelity"):
        with pytest.raises(AttributeError):
            setattr(vamc, name, 1)


def test_leadership_is_felt_in_standard_units(model):
    felt = model.agents_by_type[VAMC].get("leadership")
    assert len(set(felt)) == SYSTEM.n_sites
    assert np.abs(felt).max() < 5
