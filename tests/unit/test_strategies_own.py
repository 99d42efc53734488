"""A strategy of the user's own can do no harm, and no result depends on who runs it with whom."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planner_views import FACTS, VALUES, B, S, campaign, view

from imr_sim.errors import RequestError
from imr_sim.strategies import (
    Campaign,
    ComposedStrategy,
    PlannerView,
    SiteFacts,
    Strategy,
    Wish,
    load_strategy,
)


def arrays(thing) -> dict[str, np.ndarray]:
    found = {f.name: getattr(thing, f.name) for f in fields(thing)}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}


def owners(array):
    while array is not None:
        yield array
        array = getattr(array, "base", None)


def everything_shown():
    """Whatever a strategy is handed: the view, the facts in it, what was delivered."""
    seen, work = view(), campaign(ComposedStrategy("none"))
    for one in (seen, seen.only(2)):
        yield from arrays(one).items()
        yield from arrays(one.sites).items()
    for delivered in (work.delivered, work.delivered.only(1)):
        yield "months", delivered.months("training")
        yield "last_month", delivered.last_month("training")


@pytest.mark.parametrize(("name", "array"), list(everything_shown()))
def test_nothing_that_is_shown_can_be_written_to_nor_made_writeable(name, array):
    for owner in owners(array):
        assert isinstance(owner, bytes | np.ndarray)
        if isinstance(owner, np.ndarray):
            assert not owner.flags.writeable
            with pytest.raises(ValueError, match="WRITEABLE"):
                owner.flags.writeable = True


def test_all_arrays_of_a_view_are_shown_as_they_were_given():
    for kind in (PlannerView, SiteFacts):
        assert {f.name for f in fields(kind)} - set(
            arrays(view() if kind is PlannerView else FACTS)
        ) <= {
            "month",
            "sites",
        }
    status = np.arange(B * S, dtype=np.uint8).reshape(B, S) % 3
    seen = view(status=status)
    assert (seen.status == status).all()
    status[:] = 2
    assert not (seen.status == 2).all()
    assert (seen.only(3).status == seen.status[3:4]).all() and seen.only(3).sites is seen.sites


class Writes(Strategy):
    name = label = "writes"

    def wish(self, view, delivered):
        view.status[view.status == 1] = 2
        return Wish.nothing(view)


def test_a_strategy_that_writes_to_what_it_is_shown_is_told_so():
    with pytest.raises(RequestError, match=r"strategy 'writes': a write to what it is shown.*copy"):
        campaign(Writes()).doses(view())


NONSENSE = {
    "nothing": (None, "is there a return"),
    "a number": (3, "not a Wish"),
    "doses alone": ({"training": np.ones((1, S))}, "not a Wish"),
    "a scalar": (Wish(1.0), "priority"),
    "text": (Wish(np.full((1, S), "a")), "priority"),
    "objects": (Wish(np.full((1, S), None)), "priority"),
    "complex numbers": (Wish(np.full((1, S), 1j)), "priority"),
    "ragged lists": (Wish([[1, 2], [3]]), "priority"),
    "too few sites": (Wish(np.zeros((1, S - 1))), "priority"),
    "no number": (Wish(np.full((1, S), np.nan)), "finite"),
    "endless": (Wish(np.zeros((1, S)), {"training": np.full((1, S), np.inf)}), "dose of training"),
    "no lever": (Wish(np.zeros((1, S)), {"trainin": np.ones((1, S))}), "Write one of training"),
    "a lever by number": (Wish(np.zeros((1, S)), {3: np.ones((1, S))}), "no such lever"),
    "doses as a list": (Wish(np.zeros((1, S)), [1, 2]), "not levers and doses"),
    "a dose as text": (Wish(np.zeros((1, S)), {"training": "much"}), "dose of training"),
}


@pytest.mark.parametrize(("wish", "says"), NONSENSE.values(), ids=NONSENSE.keys())
def test_what_is_no_wish_is_refused_in_one_message(wish, says):
    class Odd(Strategy):
        name = "odd"

        def wish(self, view, delivered):
            return wish

    with pytest.raises(RequestError, match=f"wish of strategy 'odd': .*{says}") as caught:
        campaign(Odd()).doses(view())
    assert len(str(caught.value)) < 500


@given(st.sampled_from(["uint8", "int16", "bool", "float32", "uint64"]), st.integers(0, 1000))
def test_the_order_of_priorities_does_not_depend_on_how_numbers_are_kept(kind, seed):
    order = np.random.default_rng(seed).permutation(2 if kind == "bool" else S)
    order = np.resize(order, S)

    class First(Strategy):
        name = "first"

        def __init__(self, kind):
            self.kind = kind

        def wish(self, view, delivered):
            wish = Wish(order[None].astype(self.kind))
            wish.doses["materials"] = np.ones((1, S))
            return wish

    as_given, as_floats = (
        campaign(First(k), 1, budget_usd=5 * 150).doses(view()) for k in (kind, "float64")
    )
    assert (as_given == as_floats).all()


class Remembers(Strategy):
    """Holds to what it chose in its first month, counts its calls, mixes all that it sees."""

    name = label = "remembers"

    def __init__(self):
        self.calls, self.chosen, self.rng = 0, None, np.random.default_rng(4)

    def wish(self, view, delivered):
        self.calls += 1
        if self.chosen is None:
            self.chosen = view.luck > view.luck.mean()
        wish = Wish.nothing(view)
        wish.dose("facilitation")[self.chosen] = min(2, 0.1 * self.calls)
        wish.dose("training")[:] = self.rng.random()
        return wish


def part(histories: slice, months=4):
    """Doses of some histories run by themselves."""
    values = {name: value[histories] for name, value in VALUES.items()}
    work = Campaign(strategy, FACTS, values, months)
    whole = [view(month) for month in range(months)]
    seen = [
        PlannerView(
            **{
                f.name: v[histories] if isinstance(v := getattr(one, f.name), np.ndarray) else v
                for f in fields(one)
            }
        )
        for one in whole
    ]
    return np.array([work.doses(one) for one in seen])


strategy = Remembers()


@given(st.lists(st.integers(1, B - 1), max_size=B - 1, unique=True))
def test_no_history_depends_on_which_others_are_run_with_it(cuts):
    edges = [0, *sorted(cuts), B]
    parts = [part(slice(a, b)) for a, b in pairwise(edges)]
    assert (np.concatenate(parts, axis=1) == part(slice(0, B))).all()


def test_a_run_leaves_the_users_object_as_it_was():
    part(slice(0, B))
    assert strategy.calls == 0 and strategy.chosen is None


def test_an_object_that_was_handed_over_can_be_changed_without_harm():
    mine = Remembers()
    taken = load_strategy(mine)
    mine.calls = 99
    assert taken.calls == 0


def test_a_strategy_that_cannot_be_copied_is_refused_with_advice(tmp_path):
    class Holds(Strategy):
        name = label = "holds"

        def wish(self, view, delivered):
            return Wish.nothing(view)

    holds = Holds()
    with (tmp_path / "x").open("w") as holds.file:
        with pytest.raises(RequestError, match=r"class Holds.*cannot be copied.*plain values"):
            load_strategy(holds)


def test_a_class_in_place_of_a_strategy_is_refused_with_advice():
    with pytest.raises(RequestError, match=r"Write Remembers\(\)"):
        load_strategy(Remembers)
