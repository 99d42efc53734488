"""What sweeps must bear, by the benchmark's own parts on a smaller scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks/sweep.py"


def measured(part, scale, place):
    found = place / "found.json"
    command = [sys.executable, BENCHMARK, part, "--scale", str(scale), "--json", found]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(found.read_text())[part]


@pytest.mark.slow
def test_a_sweep_killed_again_and_again_ends_as_one_left_alone(tmp_path):
    found = measured("kill", 0.1, tmp_path)
    assert found["killed"] >= 2
    assert found["same_bytes_merged"]
    assert (found["runs_twice"], found["runs_missing"]) == (0, 0)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_runs(tmp_path):
    found = measured("memory", 0.1, tmp_path)
    assert found["most_over_tenth"] < 1.1
    assert found["bytes_a_run_in_all"] <= 600


@pytest.mark.slow
def test_bad_points_are_rows_and_the_others_results(tmp_path):
    found = measured("poison", 1, tmp_path)
    assert (found["failure_rows"], found["results"]) == (50, 4950)
