"""The shipped systems: what stands in them, and that they are the same everywhere."""

from __future__ import annotations

import time

import numpy as np
import pytest

from imr_sim.errors import RequestError
from imr_sim.system import ROLES, Ties, describe_system, load_system, network_statistics
from imr_sim.system.assumptions import NATIONAL_STAFF, NATIONAL_WORKLOAD
from imr_sim.system.sites import COLUMNS
from imr_sim.system.staffing import Staff, largest_remainder
from imr_sim.system.ties_build import build_ties


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_SIM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def va(cache):
    return load_system("va")


@pytest.fixture(scope="module")
def small(cache):
    return load_system("small")


def test_the_default_system_has_139_medical_centers_in_21_visns(va):
    assert va.n_sites == 139
    assert set(va.sites["visn"]) == {*range(1, 13), *range(15, 24)}
    assert list(va.sites.columns) == list(COLUMNS)
    assert va.sites["station"].is_unique and va.sites["name"].is_unique
    assert va.sites["station"].is_monotonic_increasing
    assert not va.invented


def test_no_shipped_site_claims_to_know_a_prrc(va):
    assert set(va.sites["prrc"]) == {"unknown"}


def test_the_only_imputed_cell_is_a_complexity(va):
    assert va.sites.loc[va.sites["imputed"] != "", ["station", "imputed"]].values.tolist() == [
        ["528A5", "complexity"]
    ]


def test_all_national_staff_are_placed_in_proportion_to_workload(va):
    assert va.n_staff == NATIONAL_STAFF
    assert va.sites["workload"].sum() == NATIONAL_WORKLOAD
    fair = NATIONAL_STAFF * va.sites["workload"] / NATIONAL_WORKLOAD
    assert np.abs(np.bincount(va.site) - fair).max() < 1


@pytest.mark.parametrize("role", ["coordinator", "chief"])
@pytest.mark.parametrize("name", ["va", "small"])
def test_each_site_has_one_coordinator_and_one_chief(name, role):
    system = load_system(name)
    posts = system.site[system.role == ROLES.index(role)]
    assert posts.tolist() == list(range(system.n_sites))


def test_coordinators_are_programme_members_and_chiefs_are_not(va):
    assert va.smi[va.role == ROLES.index("coordinator")].all()
    assert not va.smi[va.role == ROLES.index("chief")].any()


def test_every_site_could_fill_a_delivery_team_of_four(va, small):
    for system in (va, small):
        assert np.bincount(system.site, weights=system.smi).min() >= 4


def test_sites_with_units_have_more_staff_in_programmes(va):
    units = (va.sites["inpatient"] | va.sites["residential"]).to_numpy()[va.site]
    assert va.smi[units].mean() > 1.15 * va.smi[~units].mean()


def test_ties_inside_sites_look_like_a_measured_ward(va):
    within = network_statistics(va).loc["within"]
    assert within["mean_degree"] == pytest.approx(9, abs=0.5)
    assert within["clustering"] == pytest.approx(0.5, abs=0.05)
    assert within["same_visn"] == 1


def test_ties_between_sites_look_like_physicians_asking_advice(va):
    between = network_statistics(va).loc["between"]
    assert between["mean_degree"] == pytest.approx(4, abs=0.1)
    assert between["sd_degree"] == pytest.approx(3.32, abs=0.35)
    assert between["clustering"] < 0.16
    assert between["same_visn"] == pytest.approx(0.75, abs=0.01)
    degree = va.ties["between"].degree
    assert np.mean(((degree - degree.mean()) / degree.std()) ** 3) > 1  # right-skewed
    assert degree.max() > 5 * degree.mean()


def test_colleagues_of_one_role_are_tied_more_often_between_sites(va):
    pairs = va.ties["between"].pairs()
    same = np.mean(va.role[pairs[:, 0]] == va.role[pairs[:, 1]])
    by_chance = np.sum((np.bincount(va.role) / va.n_staff) ** 2)
    assert 1.2 * by_chance < same < 2 * by_chance


def test_ties_stay_in_their_layer(va):
    site, coordinators = va.site, va.role == ROLES.index("coordinator")
    within, between = va.ties["within"].pairs(), va.ties["between"].pairs()
    assert (site[within[:, 0]] == site[within[:, 1]]).all()
    assert (site[between[:, 0]] != site[between[:, 1]]).all()
    assert not coordinators[between].all(axis=1).any()
    assert coordinators[va.ties["coordinators"].pairs()].all()


def test_all_coordinators_of_a_visn_know_each_other(va):
    people = np.flatnonzero(va.role == ROLES.index("coordinator"))
    visn = va.sites["visn"].to_numpy()
    ties = va.ties["coordinators"]
    for person in people:
        friends = set(ties.indices[ties.indptr[person] : ties.indptr[person + 1]])
        region = people[visn == visn[va.site[person]]]
        assert friends >= set(region) - {person}


def test_programme_members_work_in_the_same_teams(va):
    pairs = va.ties["within"].pairs()
    member = va.smi[pairs]
    alike = np.mean(member.all(axis=1)) / np.mean(member)  # share of members' ties to members
    assert alike > 2 * va.smi.mean()


@pytest.mark.parametrize("layer", ["within", "between", "coordinators"])
def test_rows_are_sorted_symmetric_and_without_self_ties(va, layer):
    ties = va.ties[layer]
    rows = np.repeat(np.arange(va.n_staff), ties.degree)
    keys = rows * va.n_staff + ties.indices
    assert (np.diff(keys) > 0).all()
    assert (rows != ties.indices).all()
    assert np.array_equal(np.sort(ties.indices.astype(np.int64) * va.n_staff + rows), keys)
    assert ties.indptr.dtype == np.int64 and ties.indices.dtype == np.int32


def test_one_seed_gives_one_system_and_another_seed_another(va):
    assert load_system("va", seed=2012).digest == va.digest
    other = load_system("small", seed=0)
    assert other.digest != load_system("small", seed=1).digest
    assert other.digest == load_system("small", seed=0).digest


def test_the_shipped_systems_are_known_by_their_digests(va, small):
    assert va.digest.startswith("a854e13c114d198e")
    assert small.digest.startswith("3537d26200796bcc")


def test_building_the_national_ties_takes_seconds(va):
    staff = Staff(va.site, va.role, va.smi, [])
    start = time.process_time()
    build_ties(staff, va.sites["visn"].to_numpy(), 7)
    assert time.process_time() - start < 5


def test_the_small_system_says_that_it_is_invented(small):
    assert small.invented and small.n_sites == 12
    assert small.sites["name"].str.startswith("Invented").all()
    staff = np.bincount(small.site)
    assert staff.min() == 25 and staff.max() == 60
    assert "INVENTED" in describe_system(small)


def test_a_system_cannot_be_changed_by_accident(small):
    with pytest.raises(ValueError, match="read-only"):
        small.role[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        small.ties["within"].indices[0] = 3


def test_the_description_shows_targets_gaps_and_assumptions(va):
    text = describe_system(va)
    for words in ("139 sites in 21 VISNs", "20,590 posts", "E48", "assum", "unknown at 139"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100


def test_repeated_and_reversed_pairs_are_one_tie():
    ties = Ties.from_pairs(np.array([[0, 1], [1, 0], [0, 1], [2, 1]]), 4)
    assert ties.pairs().tolist() == [[0, 1], [1, 2]]
    assert ties.degree.tolist() == [1, 2, 1, 0]


def test_largest_remainder_places_every_seat():
    assert largest_remainder(np.array([1.0, 1.0, 1.0]), 10).tolist() == [4, 3, 3]
    assert largest_remainder(np.array([47.0, 16, 15.8, 12, 6.1, 3.1]), 10).tolist() == [
        5, 2, 1, 1, 1, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7", None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(RequestError, match="seed"):
        load_system("small", seed=seed)
