"""A sample of the fuzz script; more: python tests/fuzz.py 10000 1."""

from __future__ import annotations

import runpy
from pathlib import Path


def test_spoilt_inputs_end_in_one_message(tmp_path):
    fuzz = runpy.run_path(str(Path(__file__).parents[1] / "fuzz.py"))["fuzz"]
    assert fuzz(60, 7, tmp_path / "fuzz", lambda line: None) == []
