"""The benchmark runs, and the page shows what its file says."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
RESULTS = BENCHMARKS / "results" / "engine.json"


@pytest.fixture
def report(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("report")


@pytest.mark.slow
def test_the_benchmark_measures_everything_that_the_page_shows(tmp_path, report):
    target = tmp_path / "quick.json"
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "engine.py"), "--quick", "--json", str(target)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(target.read_text())
    assert found["identical"]["compared"] > 1000 and found["identical"]["different"] == 0
    assert "contagion_ndlib" in found["speed"]
    assert all(entry["best"] > 0 for entry in found["speed"].values())
    assert all(entry["bytes"]["total"] > 0 for entry in found["size"])
    report.write(report.tables(found), report.PAGE.read_text(encoding="utf-8"))


def test_the_tables_of_the_page_are_those_of_the_file(report):
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.write(report.tables(json.loads(RESULTS.read_text())), page) == page


def test_the_file_comes_from_a_whole_run_in_which_both_programs_told_one_history():
    found = json.loads(RESULTS.read_text())
    assert not found["quick"]
    assert found["system"]["staff"] == 20_590
    assert found["identical"]["different"] == 0
    assert found["size"][-1]["staff"] >= 5_000_000
    assert {"cold", "cached"} == set(found["start"])
