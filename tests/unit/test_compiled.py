"""The compile cache is renewed when any compiled rule changes."""

from __future__ import annotations

import re
from pathlib import Path

from imr_sim.model import compiled, rules
from imr_sim.strategies import LEVERS

FOLDER = Path(compiled.__file__).parent


def test_every_file_with_compiled_code_or_constants_for_it_is_in_the_hash():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}
    rules = {
        name for name, text in texts.items() if re.search(r"^@(rule|inlined|entry)", text, re.M)
    }
    wanted = set(rules)
    while True:  # and whatever those import from the model
        found = {
            module
            for name in wanted
            for module in re.findall(r"from imr_sim\.model\.(\w+) import", texts[name])
        }
        if found <= wanted:
            break
        wanted |= found
    tables = {"parameters", "parameter_table", "lever_table", "priors"}  # values, not code:
    assert wanted - tables - {"compiled"} <= set(compiled.COMPILED_FILES)  # names are in the types


def test_the_rules_know_the_levers_by_their_place():
    assert [getattr(rules, lever.upper()) for lever in LEVERS] == list(range(len(LEVERS)))
