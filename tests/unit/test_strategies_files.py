"""Strategy files: the library is whole, users' own are checked, nothing in them is executed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from planner_views import campaign, run

from imr_sim.errors import RequestError
from imr_sim.model.parameters import SPECS
from imr_sim.strategies import (
    DEFAULT_STRATEGIES,
    LEVER_INDEX,
    LEVER_TABLE,
    LEVERS,
    Component,
    ComposedStrategy,
    SiteFacts,
    Strategy,
    When,
    Who,
    Wish,
    load_strategy,
    strategy_names,
)
from imr_sim.system import load_system

ROOT = Path(__file__).resolve().parents[2]
# Names of the compilation of Powell et al. 2015 that strategies use beyond those of the levers.
MORE_ERIC = {"Stage implementation scale up", "Tailor strategies"}
GOOD = """\
name: mine
components:
  - lever: training
    dose: 1.5
    who: {rule: list, stations: [402, "405"], only: [not_providing]}
    when: {start: 3, months: 12}
capacity: {training_seats_per_month: 8}
budget_usd: 2500000
"""


def write(tmp_path, text, name="mine.yaml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_there_are_twenty_one_active_strategies_and_eighteen_are_compared_by_default():
    names = strategy_names()
    assert names[0] == "none" and len(names) == len(set(names)) == 22
    assert len(DEFAULT_STRATEGIES) == 18 and set(DEFAULT_STRATEGIES) < set(names)
    assert set(names) - set(DEFAULT_STRATEGIES) == {
        "none",
        "simplified_materials",
        "audit_feedback",
        "facilitation_low",
    }


@pytest.mark.parametrize("name", strategy_names())
def test_a_named_strategy_says_what_it_is_and_where_it_comes_from(name):
    strategy = load_strategy(name)
    eric = {e for lever in LEVER_TABLE for e in lever.eric} | MORE_ERIC
    assert strategy.name == name and strategy.budget_usd is None
    assert 0 < len(strategy.label) <= 30 and strategy.description.endswith(".")
    assert strategy.sources and all(
        re.match(r"E\d+$|doi:10\.|assumption$", s) for s in strategy.sources
    )
    assert set(strategy.eric) <= eric
    assert bool(strategy.eric) == bool(strategy.components) == (name != "none")


@pytest.mark.parametrize("name", strategy_names()[1:])
def test_a_named_strategy_acts_within_five_years_once_something_happens(name):
    def world(month):
        status = np.zeros((5, 12), dtype=np.uint8)
        status[:, :4] = 2
        return {"status": status, "months_since_leader_change": np.full((5, 12), month % 20)}

    doses = run(campaign(load_strategy(name)), 60, each=world)
    wanted = {c.lever for c in load_strategy(name).components}
    assert {lever for lever in LEVERS if doses[..., LEVER_INDEX[lever]].any()} == wanted


def test_every_file_of_the_library_calls_its_programme_an_assumption():
    for name in strategy_names()[1:]:
        assert "# Assumption" in (ROOT / "configs/strategy" / f"{name}.yaml").read_text()


def test_every_lever_has_an_eric_name_evidence_and_a_cost():
    for lever in LEVER_TABLE:
        assert lever.eric and lever.sources and lever.acts_on
        assert {f"{lever.name}_start_usd", f"{lever.name}_month_usd"} & set(SPECS)


def test_a_strategy_of_one_s_own_works_by_path(tmp_path):
    path = write(tmp_path, GOOD)
    strategy = load_strategy(path)
    assert strategy == load_strategy(str(path))
    assert isinstance(strategy, ComposedStrategy)
    assert strategy.components == (
        Component(
            "training",
            1.5,
            Who("list", stations=("402", "405"), only=("not_providing",)),
            When(start=3, months=12),
        ),
    )
    assert (strategy.label, strategy.budget_usd) == ("mine", 2.5e6)
    assert load_strategy(strategy) is strategy


WRONG = [
    ("nam: x", "name: mine", "nam: there is no such key. Write name."),
    ("lever: trainin", "lever: training", "components[0].lever='trainin': there is no such word"),
    ("dosage: 1.5", "dose: 1.5", "components[0].dosage: there is no such key. Write dose."),
    ("dose: -1", "dose: 1.5", "components[0].dose=-1: it lies outside its range"),
    ("dose: 2.1", "dose: 1.5", "dose=2.1: it lies outside its range"),
    ("dose: .nan", "dose: 1.5", "components[0].dose=nan: "),
    ("dose: '1'", "dose: 1.5", "components[0].dose='1': "),
    ("dose: yes", "dose: 1.5", "components[0].dose=True: "),
    ("rule: lst", "rule: list", "components[0].who.rule='lst': there is no such word here. Write"),
    ("rule: all, sites: 3", "rule: list", "does not say which. Write rule: random."),
    ("sites: 0, rule: list", "rule: list", "sites=0: it lies outside its range. Write a number of"),
    ("only: [idle]", "only: [not_providing]", "components[0].who.only[0]='idle'"),
    ("only: [prrc, no_prrc]", "only: [not_providing]", "no site is both prrc and no_prrc"),
    ("stations: []", 'stations: [402, "405"]', "rule list names no stations"),
    ("stations: [402, 402]", 'stations: [402, "405"]', "names one twice"),
    ("visns: [one]", "only: [not_providing]", "components[0].who.visns[0]='one'"),
    ("rule: visn_by_visn", "rule: list", "without the time between VISNs"),
    ("sites: 3, share: 0.5", 'stations: [402, "405"]', "both say how many"),
    ("months: 0", "months: 12", "components[0].when.months=0: it lies outside its range"),
    ("months: 1.5", "months: 12", "components[0].when.months=1.5"),
    ("start: -2", "start: 3", "components[0].when.start=-2"),
    ("start: 3, wave_sites: 4", "start: 3", "without the time between waves"),
    ("start: 3, wave_months: 4", "start: 3", "without the size of a wave"),
    ("start: 3, after: training", "start: 3", "a lever cannot wait for itself"),
    (
        "seats: 8",
        "training_seats_per_month: 8",
        "capacity.seats: there is no such key. Write one of facilitator",
    ),
    ("budget_usd: lots", "budget_usd: 2500000", "budget_usd='lots'"),
    ("budget_usd: -5", "budget_usd: 2500000", "budget_usd=-5: it lies outside its range"),
    ("name: ../mine", "name: mine", "name='../mine'"),
    ("dose: 1\n    dose: 2", "dose: 1.5", "'dose' stands twice in line 5"),
    ("dose: [1", "dose: 1.5", "it is not YAML"),
    ("dose: !!python/object/apply:os.getcwd []", "dose: 1.5", "without tags (!...)"),
]


@pytest.mark.parametrize(("wrong", "right", "message"), WRONG)
def test_a_wrong_file_is_refused_with_file_key_and_what_to_write(tmp_path, wrong, right, message):
    assert right in GOOD
    path = write(tmp_path, GOOD.replace(right, wrong, 1))
    with pytest.raises(RequestError) as error:
        load_strategy(path)
    assert message in str(error.value) and str(path) in str(error.value)
    assert re.search(r"\. (Write|Mend|Name|Leave)\b", str(error.value))


def test_everything_wrong_with_a_file_is_said_at_once(tmp_path):
    text = GOOD.replace("dose: 1.5", "dose: -1").replace("months: 12", "months: 0")
    with pytest.raises(RequestError) as error:
        load_strategy(write(tmp_path, text))
    assert "dose=-1" in str(error.value) and "months=0" in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds keys and values"),
        (b"- a\n- b\n", "holds keys and values"),
        (b"name: \xff\n", "it is not UTF-8 (byte 6)"),
        (b"name: mine\n", "components: it is missing"),
        (b"name: mine\ncomponents: training\n", "it is not a list"),
        (b"name: mine\ncomponents: [training]\n", "it is not keys and values"),
        (b"name: \x00\n", "it is not YAML"),
        (b"[" * 1500, "nested too deep"),
        (b"a: &a [*a]\ncomponents: *a\n", "components[0]=[[[...]]]: it is not keys and values"),
        (b"? [1]\n: 2\n", "unhashable key in line 1"),
        (b"2: 3\n", "2: there is no such key"),
    ],
)
def test_a_file_that_is_no_strategy_is_refused(tmp_path, content, message):
    with pytest.raises(RequestError, match=re.escape(message)):
        load_strategy(write(tmp_path, content))


@pytest.mark.parametrize("given", ["facilitaton", "none.yml", "", "../none", "."])
def test_a_name_that_nothing_has_is_refused(given):
    with pytest.raises(RequestError, match=r"(Write|Give) "):
        load_strategy(given)


def test_a_folder_is_no_strategy_file(tmp_path):
    (tmp_path / "x.yaml").mkdir()
    with pytest.raises(RequestError, match="it cannot be read"):
        load_strategy(tmp_path / "x.yaml")


def test_nesting_that_would_fill_the_memory_is_refused_at_once(tmp_path):
    lines = [
        "a0: &a0 [x]",
        *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)),
    ]
    with pytest.raises(RequestError, match="more values than can be read"):
        load_strategy(write(tmp_path, "\n".join([*lines, "components: *a29"])))


@pytest.mark.parametrize("missing", ["name", "label"])
def test_a_class_says_what_its_strategy_is_called(missing):
    class Mine(Strategy):
        name, label = "mine", "Mine"

        def wish(self, view, delivered):
            return Wish.nothing(view)

    assert load_strategy(Mine()).name == "mine"
    setattr(Mine, missing, "")
    with pytest.raises(RequestError, match=f"Write {missing} = "):
        load_strategy(Mine())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Component("facilitaton"), "lever='facilitaton'.*Write facilitation"),
        (lambda: Component("training", -1.0), "dose=-1"),
        (lambda: Who(rul="all"), "rul: there is no such key. Write rule"),
        (lambda: When(months=True), "months=True"),
    ],
)
def test_parts_written_in_python_are_checked_alike(make, message):
    with pytest.raises(RequestError, match=message):
        make()


def test_facts_are_read_off_a_system():
    system = load_system("small")
    facts = SiteFacts.of(system)
    assert len(facts) == len(system.sites)
    assert facts.staff.sum() == len(system.site)
    assert facts.station.tolist() == system.sites["station"].tolist()
    assert (facts.centrality > 0).any()
