"""Nothing changes the numbers unseen: stored key outcomes, and their digest in the changelog."""

from __future__ import annotations

import json
from pathlib import Path

import baseline
import pytest

STORED = json.loads(baseline.FILE.read_text(encoding="utf-8"))
CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
HOW = "numbers changed; if that is meant, see 'When numbers change' in CONTRIBUTING.md"


def test_outcomes_are_those_stored():
    """Whole numbers exactly, floats to one part in a billion."""
    found = baseline.measure()
    assert found.keys() == STORED.keys()
    for case, arms in STORED.items():
        assert found[case].keys() == arms.keys(), HOW
        for strategy, values in arms.items():
            for name, value in values.items():
                here = found[case][strategy][name]
                expected = pytest.approx(value, rel=1e-9) if "float" in _kinds(value) else value
                assert here == expected, f"{case}; {strategy}; {name}: {HOW}"


def _kinds(values):
    return {type(value).__name__ for value in values}


def test_something_happens_in_the_stored_histories():
    for case, arms in STORED.items():
        for name in arms["none"]:
            if name != "cost, US$":
                assert any(sum(values[name]) for values in arms.values()), f"{case}: {name}"
        different = {json.dumps(values) for values in arms.values()}
        assert len(different) == len(arms), "two strategies with the same outcomes"


def test_a_line_of_the_changelog_names_the_stored_outcomes():
    lines = CHANGELOG.read_text(encoding="utf-8").split("\n- ")
    changes = [line for line in lines if line.startswith("**changes numbers**")]
    assert any(f"baseline `{baseline.digest()}`" in " ".join(line.split()) for line in changes)
