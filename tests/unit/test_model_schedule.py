"""The printed schedule is the one that runs."""

from __future__ import annotations

import inspect
import re

from imr_sim.model import engine


def test_the_engine_runs_its_phases_in_the_order_that_it_tells():
    names = [name for name, _ in engine.PHASES]
    assert names == [
        "context",
        "strategy",
        "turnover",
        "awareness",
        "persuasion",
        "decision",
        "implementation",
        "sustainment",
        "record",
    ]
    called = re.findall(r"\b(\w+)\(", inspect.getsource(engine.month_of_history.py_func))
    assert [name for name in called if name in names] == [
        name for name in names if name not in ("strategy", "record")
    ]
