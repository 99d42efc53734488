"""CSV that we write: harmless to spreadsheets, and read back as it was."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imr_sim.csv_files import FORMULA, shielded, unshielded, write_csv
from imr_sim.system import load_system, save_system
from imr_sim.system.csv_table import read_csv

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
EVIL = st.builds(lambda head, rest: head + rest, st.sampled_from([*FORMULA, "'=", "''+"]), TEXT)


@given(TEXT | EVIL)
def test_no_text_begins_as_a_formula_and_all_text_comes_back(cell):
    safe = shielded(cell)
    assert not safe.startswith(FORMULA)
    assert unshielded(safe) == cell


@given(st.lists(st.tuples(EVIL, st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_cells_and_headers_of_a_table_are_harmless_and_numbers_are_left_alone(rows):
    frame = pd.DataFrame(rows, columns=["@SUM(A1)", "number"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write_csv(frame, path)
        with open(path, encoding="utf-8", newline="") as file:
            read = list(csv.reader(file))
    assert read[0] == ["'@SUM(A1)", "number"]
    for (text, number), (cell, written) in zip(rows, read[1:], strict=True):
        assert not cell.startswith(FORMULA) and unshielded(cell) == text
        assert float(written) == number


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "'=x", "'quoted'", "plain"])
def test_a_system_with_such_names_is_read_back_as_it_was(tmp_path, name):
    save_system(load_system("small"), tmp_path / "one")
    table = read_csv(
        tmp_path / "one/sites.csv", (), pd.read_csv(tmp_path / "one/sites.csv").columns
    )
    table["name"] = [name, *table["name"][1:]]
    write_csv(table, tmp_path / "one/sites.csv")
    first = load_system(tmp_path / "one")
    assert first.sites["name"][0] == name
    save_system(first, tmp_path / "two")
    assert load_system(tmp_path / "two").digest == first.digest
    assert (
        "\n=" not in (tmp_path / "two/sites.csv").read_text()
        and ",=" not in (tmp_path / "two/sites.csv").read_text()
    )
