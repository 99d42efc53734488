"""The rules run as plain Python too, where tests can watch every single draw."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ["tests/uncompiled", "tests/oracle/test_exact.py::" + (
    "test_both_programs_tell_one_history_to_the_last_bit[4]"
)]  # fmt: skip


def test_the_rules_as_plain_python_pass_the_tests_that_need_them_so():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *TESTS],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout or "[100%]" in done.stdout
