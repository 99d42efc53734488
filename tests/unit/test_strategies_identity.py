"""A strategy's identity sees its code and all that it holds: what changes either changes it."""

from __future__ import annotations

import dataclasses
import functools
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imr_sim.errors import RequestError
from imr_sim.strategies import Strategy, identity, load_strategy, strategy_names
from imr_sim.strategies.asked import copied

CODE = """
from imr_sim.strategies import Strategy, Wish
import numpy as np
SITES = {sites}

def dose(months):
    return months {sign} {number}

def add(to):
    def more(x):
        return x + to
    return more

class Base(Strategy):
    months = {months}
    def first(self, view, default={default}):
        return {{"a", "b", "c"}}, (1, (2, {nested}))

class Mine(Base):
    name = label = "mine"
    def __init__(self, strength=1.0):
        self.strength = strength
        self.more = add({closed})
        self.choose = lambda view: view.month {lambda_sign} 3
    @property
    def big(self):
        return self.strength > {threshold}
    def wish(self, view, delivered):
        wish = Wish.nothing(view)
        wish.dose("training")[:, :SITES] = dose(view.month) + np.floor(self.strength)
        return wish
"""
KNOBS = {
    "sites": (3, 4),
    "sign": ("+", "-"),
    "number": (1, 2),
    "months": (6, 12),
    "default": (0, "None"),
    "nested": (3, "'3'"),
    "closed": (1, 1.0),
    "lambda_sign": (">", ">="),
    "threshold": (1, 2),
}
USUAL = {name: values[0] for name, values in KNOBS.items()}


def made(*given_, **changes):
    names = {"__name__": "users_file"}
    exec(CODE.format(**{**USUAL, **changes}), names)
    return names["Mine"](*given_)


@pytest.mark.parametrize("knob", KNOBS)
def test_a_change_anywhere_in_the_code_is_seen(knob):
    assert identity(made()) == identity(made())
    assert identity(made(**{knob: KNOBS[knob][1]})) != identity(made())


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.builds(Path, st.text("ab", max_size=3)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.frozensets(st.integers(), max_size=3)
    ),
    max_leaves=8,
)


@given(PLAIN, PLAIN)
def test_values_are_told_apart_as_python_tells_them_apart(one, other):
    same = repr(one) == repr(other)
    assert (identity(made(one)) == identity(made(other))) == same
    assert identity(copied(made(one))) == identity(made(one))


@dataclasses.dataclass
class Plan:
    sites: np.ndarray


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def power(x, y):
    return x**y


PAIRS = {
    "long arrays": (np.zeros(5000), np.r_[np.zeros(2500), 1e-12, np.zeros(2499)]),
    "kinds of arrays": (np.zeros(3), np.zeros(3, np.float32)),
    "shapes": (np.zeros((2, 3)), np.zeros((3, 2))),
    "arrays of objects": (np.array([1, "a"], object), np.array([1, "b"], object)),
    "tables": (pd.DataFrame({"a": range(500)}), pd.DataFrame({"a": [*range(499), 0]})),
    "indices": (pd.Series([1], index=["a"]), pd.Series([1], index=["b"])),
    "generators": (np.random.default_rng(1), np.random.default_rng(2)),
    "old generators": (np.random.RandomState(1), np.random.RandomState(2)),
    "dataclasses": (Plan(np.zeros(3)), Plan(np.ones(3))),
    "slots": (Slotted(1), Slotted(2)),
    "partials": (functools.partial(power, 2), functools.partial(power, 3)),
    "functions": (power, made),
    "zero and minus zero": (0.0, -0.0),
    "true and one": (True, 1),
    "sizes of numbers": (np.float32(1), np.float64(1)),
    "strategies": (load_strategy("facilitation"), load_strategy("training")),
}


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=PAIRS.keys())
def test_what_it_holds_is_seen_in_full(one, other):
    assert identity(made(one)) == identity(made(one)) == identity(copied(made(one)))
    assert identity(made(one)) != identity(made(other))
    assert identity(made([one])) != identity(made([other]))


def test_what_holds_itself_has_an_identity():
    ring = [1]
    ring.append(ring)
    assert identity(made(ring)) == identity(copied(made(ring)))


@pytest.mark.parametrize("kind", ["file", "lock", "iterator"])
def test_what_cannot_be_told_is_refused(kind, tmp_path):
    with (tmp_path / "x").open("w") as file:
        held = {"file": file, "lock": threading.Lock(), "iterator": (x for x in [1])}[kind]
        with pytest.raises(RequestError, match=r"strategy 'mine' \(class Mine\): self\.strength"):
            identity(made(held))


def test_library_strategies_have_one_each_wherever_their_files_lie():
    found = [identity(load_strategy(name)) for name in strategy_names()]
    assert len(set(found)) == len(found)
    one = load_strategy("facilitation")
    assert identity(dataclasses.replace(one, where="elsewhere")) == identity(one)


def test_a_method_that_is_replaced_on_the_class_is_seen():
    mine = made()
    before = identity(mine)
    type(mine).first = lambda self, view: None
    assert identity(mine) != before


def test_another_process_finds_the_same(tmp_path):
    """The first time from the source, then from what Python has kept of it."""
    (tmp_path / "users_file.py").write_text(CODE.format(**USUAL))
    script = "import users_file, imr_sim.strategies as s; print(s.identity(users_file.Mine()))"
    found = set()
    for hash_seed in ("0", "1", "2"):
        world = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(tmp_path)}
        world.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            [sys.executable, "-c", script], env=world, capture_output=True, text=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1


def test_a_base_class_of_the_users_counts_and_imr_sim_counts_by_name():
    assert identity(made(Strategy)) == identity(made(Strategy))
    assert identity(made(made().__class__)) != identity(made(Strategy))
