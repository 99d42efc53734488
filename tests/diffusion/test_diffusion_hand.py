"""Diffusion measures on examples worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imr_sim.diffusion import (
    DiffusionNetwork,
    adopter_categories,
    cumulative_adopters,
    diffusion_network,
    ego_alter_changes,
    equivalence_weights,
    exposure,
    geodesics,
    hazard,
    infectiousness,
    leadership,
    mentor_matching,
    opinion_leaders,
    positional_distance,
    susceptibility,
    thresholds,
    valente_categories,
)
from imr_sim.diffusion.network import make_spells, make_ties
from imr_sim.errors import RequestError

NEVER = np.nan
# 0 - 1, 0 - 2, 1 - 2, 2 - 3 undirected; 4 hears from nobody
LINE = np.array(
    [[0, 1, 1, 0, 0], [1, 0, 1, 0, 0], [1, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]]
)
TIMES = [0, 1, 2, NEVER, 1]


def line(**options) -> DiffusionNetwork:
    return diffusion_network(TIMES, LINE, **options)


def star(hub_time: int, others: list[int], *, hub_names: bool) -> DiffusionNetwork:
    """A hub (node 0) and its leaves; ties lead from who names to who is named."""
    ties = np.zeros((len(others) + 1,) * 2)
    ties[(0, slice(1, None)) if hub_names else (slice(1, None), 0)] = 1
    return diffusion_network([hub_time, *others], ties, never=[])


def test_exposure_by_hand():
    expected = [[0, 1 / 2, 1], [1 / 2, 1 / 2, 1], [1 / 3, 2 / 3, 2 / 3], [0, 0, 1], [NEVER] * 3]
    assert exposure(line()) == pytest.approx(np.array(expected), nan_ok=True)
    late = exposure(line(), lag=1)
    assert np.isnan(late[:, 0]).all()
    assert late[:, 1:] == pytest.approx(np.array(expected)[:, :2], nan_ok=True)


def test_a_tie_counts_in_the_direction_of_looking():
    network = diffusion_network([0, NEVER], np.array([[0, 0], [1, 0]]), last=0)  # 1 looks to 0
    assert exposure(network)[:, 0] == pytest.approx([NEVER, 1], nan_ok=True)
    assert exposure(network, direction="in")[:, 0] == pytest.approx([0, NEVER], nan_ok=True)
    assert exposure(network, direction="both")[:, 0] == pytest.approx([0, 1])


def test_exposure_weighs_by_tie_by_attribute_and_along_another_graph():
    ties = np.array([[0, 3, 1], [0, 0, 0], [0, 0, 0]])
    size = pd.DataFrame({"size": [1.0, 2.0, 10.0]})
    network = diffusion_network([NEVER, 0, NEVER], ties, attributes=size, last=0)
    assert exposure(network)[0, 0] == 3 / 4
    assert exposure(network, valued=False)[0, 0] == 1 / 2
    assert exposure(network, normalised=False)[0, 0] == 3
    assert exposure(network, attribute="size")[0, 0] == 6 / 16
    assert exposure(network, via=ties.T)[1, 0] == 0


def test_who_stopped_exposes_nobody_unless_asked_for_all_who_ever_adopted():
    spells = make_spells(np.array([0.0, np.nan])).assign(stop=[2.0], stop_reason="left")
    spells = pd.concat([spells, spells.assign(start=4.0, stop=np.nan)], ignore_index=True)
    network = DiffusionNetwork(
        nodes=pd.DataFrame(index=["a", "b"]), spells=spells, ties=make_ties([1], [0]),
        first=0, last=5, directed=True,
    )  # fmt: skip
    assert exposure(network)[1].tolist() == [1, 1, 0, 0, 1, 1]
    assert exposure(network, current=False)[1].tolist() == [1] * 6
    assert network.times.tolist()[0] == 0
    changes = ego_alter_changes(network).query("ties > 0")
    assert changes["alter"].tolist() == ["uses", "stops", "without", "adopts", "uses"]


def test_a_tie_exposes_only_while_it_lasts():
    ties = make_ties([0, 0], [1, 2], first=[0, 2], last=[1, np.nan])
    network = DiffusionNetwork(
        nodes=pd.DataFrame(index=list("abc")), spells=make_spells(np.array([np.nan, 0, np.nan])),
        ties=ties, first=0, last=3, directed=True,
    )  # fmt: skip
    assert exposure(network)[0].tolist() == [1, 1, 0, 0]


def test_threshold_is_what_was_seen_before_adopting():
    table = thresholds(line())
    # 0 adopted in the first month: what it saw before is unknown; 3 never did: 1 is a lower bound
    assert table["threshold"].to_numpy() == pytest.approx(
        [NEVER, 1 / 2, 2 / 3, 0, NEVER], nan_ok=True
    )
    assert table["censored"].tolist() == [False, False, False, True, False]
    same_month = thresholds(line(), lag=0)["threshold"]
    assert same_month.to_numpy() == pytest.approx([0, 1 / 2, 2 / 3, 1, NEVER], nan_ok=True)


def test_nobody_adopting_leaves_bounds_and_no_category():
    nobody = diffusion_network([NEVER] * 5, LINE, first=0, last=3)
    assert thresholds(nobody)["censored"].all()
    assert adopter_categories(nobody).isna().all()
    assert set(valente_categories(nobody)["adoption"]) == {"non-adopter"}


def alone(times) -> DiffusionNetwork:
    return diffusion_network(times, np.zeros((len(times),) * 2), never=[])


def test_rogers_categories_cut_at_mean_and_sd():
    times = [0, 30, 40, 50, 52, 60, 80, NEVER]  # mean 44.6, sd 25.0
    found = adopter_categories(alone(times))
    assert list(found[:7]) == [
        "early adopter",
        "early majority",
        "early majority",
        "late majority",
        "late majority",
        "late majority",
        "laggard",
    ]
    assert found.isna().tolist() == [False] * 7 + [True]
    assert adopter_categories(alone([0] + [50] * 20))[0] == "innovator"


def test_hazard_counts_those_still_at_risk():
    table = hazard(alone([0, 0, 2, NEVER]))
    assert table["at_risk"].tolist() == [4, 2, 2]
    assert table["adopters"].tolist() == [2, 0, 1]
    assert table["hazard"].tolist() == [0.5, 0, 0.5]
    assert table["survival"].tolist() == [0.5, 0.5, 0.25]
    assert table["cumulative_hazard"].tolist() == [0.5, 0.5, 1.0]


def test_hazard_by_longer_periods_leaves_out_an_incomplete_one():
    table = hazard(diffusion_network([0, 3, 6, NEVER], np.zeros((4, 4)), last=6), period=3)
    assert table["period"].tolist() == [0, 3]
    assert table["adopters"].tolist() == [1, 1]


def test_hazard_is_undefined_once_all_have_adopted():
    network = diffusion_network([0, 0], np.zeros((2, 2)), last=1)
    assert np.isnan(hazard(network)["hazard"][1])


def test_who_leaves_or_comes_late_is_at_risk_only_while_observed():
    network = DiffusionNetwork(
        nodes=pd.DataFrame(index=list("abc")), spells=make_spells(np.array([3.0, np.nan, np.nan])),
        ties=make_ties([], []), first=0, last=4, directed=True,
        entry=[0, 2, 0], exit=[4, 4, 1], exit_reason=("", "", "moved away"),
    )  # fmt: skip
    table = hazard(network)
    assert table["at_risk"].tolist() == [2, 2, 2, 2, 1]
    assert table["exits"].tolist() == [0, 1, 0, 0, 0]
    assert table["adopters"].tolist() == [0, 0, 0, 1, 0]


def test_month_zero_is_the_first_month_in_every_measure():
    network = alone([0, 0, 1, 3])
    assert cumulative_adopters(network).tolist() == hazard(network)["adopters"].cumsum().tolist()
    assert cumulative_adopters(network).tolist() == [2, 3, 3, 4]


@pytest.mark.parametrize(
    ("reach", "discount", "expected"),
    [(1, None, 1 / 3), (2, None, 2 / 4), (2, 0.1, (1 + 2 / 1.1) / (3 + 2 / 1.1))],
)
def test_susceptibility_of_the_hub_of_a_star(reach, discount, expected):
    hub = star(3, [1, 4, 1, 2], hub_names=True)
    found = susceptibility(hub, reach=reach, discount=discount)
    assert found[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("reach", "expected"), [(1, 1 / 3), (2, 1 / 2), (3, 1 / 2)])
def test_infectiousness_of_the_hub_of_a_star(reach, expected):
    hub = star(2, [1, 3, 4, 4], hub_names=False)
    assert infectiousness(hub, reach=reach)[0] == pytest.approx(expected, abs=1e-12)


def test_paths_go_along_ties():
    chain = np.diag(np.ones(3), 1)  # 0 names 1 names 2 names 3
    network = diffusion_network([0, 1, 2, 3], chain, never=[])
    assert geodesics(network).tolist() == [[0, 1, 2, 3], [0, 0, 1, 2], [0, 0, 0, 1], [0] * 4]
    assert geodesics(network, steps=1).sum() == 3


def test_nodes_with_the_same_ties_are_equivalent():
    pair = np.zeros((5, 5))
    pair[[2, 3, 2, 3], [0, 0, 1, 1]] = 1  # 2 and 3 name the same two; 4 is alone
    network = diffusion_network([0, 0, 1, 1, 2], pair, never=[])
    distance = positional_distance(network)
    assert distance[2, 3] == distance[0, 1] == 0
    assert (distance[2, [0, 1, 4]] > 0).all()
    weights = equivalence_weights(network)
    assert weights[2].argmax() == 3
    assert weights.sum(axis=1) == pytest.approx([1, 1, 1, 1, 0])  # to 4 all are equally far


def test_equivalence_is_looked_for_inside_groups():
    town = pd.DataFrame({"town": ["A", "A", "B", "B", "B"]})
    network = diffusion_network(TIMES, LINE, attributes=town)
    weights = equivalence_weights(network, group="town")
    assert weights[:2, 2:].sum() == 0
    assert np.isnan(positional_distance(network, group="town")[0, 4])


def test_leaders_who_adopt_first_have_a_correlation_below_zero():
    ties = np.zeros((8, 8))
    ties[1:, 0] = ties[2:, 1] = ties[4:, 2] = 1  # 0 is named by 7, 1 by 6, 2 by 4
    early = diffusion_network([0, 1, 2, 3, 4, 5, 6, 7], ties, never=[])
    late = diffusion_network([7, 6, 5, 4, 3, 2, 1, 0], ties, never=[])
    assert leadership(early).pearson < 0 < leadership(late).pearson
    assert leadership(early).verdict == "those named most adopt earlier"
    assert leadership(late).verdict == "those named most adopt later"
    with pytest.raises(RequestError, match="do not differ"):
        leadership(alone([0, 1, 2, 3, 4]))


def test_mentors_are_the_nearest_leaders():
    chain = np.zeros((6, 6))
    chain[[1, 2, 3, 4], [0, 1, 0, 0]] = 1  # 1, 3 and 4 name 0; 2 names 1; 5 names nobody
    network = diffusion_network([0, 1, 2, 3, 4, 5], chain, never=[])
    assert opinion_leaders(network, share=0.2).tolist() == [True] + [False] * 5
    table = mentor_matching(network, share=0.2)
    assert table["mentor"].tolist() == ["0", "0", "0", "0", "0", ""]
    assert table["distance"].to_numpy() == pytest.approx([0, 1, 2, 1, 1, NEVER], nan_ok=True)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda n: exposure(n, lag=-1), "out of range"),
        (lambda n: exposure(n, direction="up"), "no direction of this name"),
        (lambda n: exposure(n, layer="x"), "no layer of this name"),
        (lambda n: exposure(n, attribute="x"), "no attribute"),
        (lambda n: exposure(n, via=np.ones((2, 2))), "the network has 5 nodes"),
        (lambda n: susceptibility(n, reach=0), "out of range"),
        (lambda n: infectiousness(n, discount=-1), "not a number from 0 on"),
        (lambda n: opinion_leaders(n, share=2), "not between 0 and 1"),
        (lambda n: equivalence_weights(n, power=0), "not a number above 0"),
    ],
)
def test_a_wrong_argument_is_one_clear_message(call, words):
    with pytest.raises(RequestError, match=words):
        call(line())
