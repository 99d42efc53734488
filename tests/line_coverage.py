"""Share of lines that the tests run: `python tests/line_coverage.py` measures and judges it.

The default suite first; then, with compilation off so that the lines of compiled rules are seen,
tests that reach all of them. Both together must reach the bars.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BARS = {"imr_sim": 90, "imr_sim/model": 95, "imr_sim/strategies": 95}  # percent of lines
UNCOMPILED = (
    "tests/uncompiled",
    "tests/oracle",
    "tests/unit/test_rng.py",
    "tests/unit/test_model_events.py",
    "tests/unit/test_model_team.py",
    "tests/unit/test_mesa.py",
)


def run(arguments, data: Path, **environment) -> None:
    """Run pytest and add the lines it reached to the data; end here when a test fails."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--cov=imr_sim", "--cov-append", "--cov-report="),
            *arguments,
        ],
        cwd=ROOT,
        env={**os.environ, "COVERAGE_FILE": str(data), **environment},
        check=False,
    )
    if done.returncode != 0:
        sys.exit(done.returncode)


def lines(report: dict, folder: str) -> tuple[int, int]:
    """Lines run, and lines there are, in the files of a folder."""
    files = [f["summary"] for name, f in report["files"].items() if name.startswith(folder + "/")]
    return sum(f["covered_lines"] for f in files), sum(f["num_statements"] for f in files)


def main() -> int:
    """Measure, print, and return 1 when a bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        data, report = Path(folder) / "coverage", Path(folder) / "report.json"
        run([], data)
        run(["-n", "0", *UNCOMPILED], data, NUMBA_DISABLE_JIT="1")
        coverage = [sys.executable, "-m", "coverage"]
        files = ["--data-file", str(data)]
        subprocess.run([*coverage, "json", "-q", *files, "-o", str(report)], cwd=ROOT, check=True)
        least = ["--skip-covered", "--show-missing"]
        subprocess.run([*coverage, "report", *files, *least], cwd=ROOT, check=True)
        found = json.loads(report.read_text(encoding="utf-8"))
    missed = False
    for part, bar in BARS.items():
        covered, there = lines(found, part)
        share = 100 * covered / there
        missed |= share < bar
        print(f"{part}: {share:.1f}% of {there} lines (bar {bar}%)")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
