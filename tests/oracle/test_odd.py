"""docs/odd.md leaves nothing of the model out."""

import re
from pathlib import Path

from imr_sim.model.engine import PHASES
from imr_sim.model.lever_table import COSTS
from imr_sim.model.parameters import NAMES
from imr_sim.model.state import FLAG_NAMES, SITE
from imr_sim.strategies import LEVERS

ODD = (Path(__file__).resolve().parents[2] / "docs/odd.md").read_text(encoding="utf-8")
IN_CODE = set(re.findall(r"`(\w+)`", ODD))


def first_cells(header):
    """First cells of the rows of the table that begins with `header`."""
    rows = ODD.split(header)[1].split("\n\n")[0].splitlines()[2:]
    return [row.split("|")[1].strip().strip("`") for row in rows]


def test_every_parameter_of_behaviour_is_named():
    assert set(NAMES) - {cost.name for cost in COSTS} - IN_CODE == set()


def test_every_variable_of_a_site_and_every_flag_of_a_person_is_named():
    assert set(SITE.names) - IN_CODE == set()
    assert tuple(first_cells("| flag |")) == FLAG_NAMES


def test_the_schedule_is_that_of_the_engine():
    assert first_cells("| phase |") == [name for name, _ in PHASES]


def test_every_lever_has_its_place():
    assert tuple(first_cells("| lever | acts in |")) == LEVERS
