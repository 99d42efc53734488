"""The list of deliberate faults fits the rules as they are, and every fault is in the table."""

from __future__ import annotations

import re

import mutants
import pytest

TABLE = mutants.PAGE.read_text(encoding="utf-8").split(mutants.BEGIN)[1].split(mutants.END)[0]


@pytest.mark.parametrize("fault", mutants.FAULTS, ids=lambda fault: fault[0].replace(" ", "-"))
def test_the_line_is_there_once_and_the_fault_is_in_the_table_as_caught(fault):
    what, name, before, after = fault
    text = mutants.path(name).read_text(encoding="utf-8")
    assert text.count(before) == 1 and before != after
    row = next(row for row in TABLE.splitlines() if row.startswith(f"| {what} |"))
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
    shown = [f"`{mutants.in_a_line(text)}`" for text in (before, after)]
    assert cells[1:4] == [f"`{name}.py`", *shown]
    assert cells[4].startswith("`test_") or cells[5].startswith("case ")


def test_there_are_enough_faults_of_the_rules_themselves():
    assert sum(name == "rules" for _, name, _, _ in mutants.FAULTS) >= 30
    assert f"{len(mutants.FAULTS)} of {len(mutants.FAULTS)} faults are caught." in TABLE
