"""Kill commands at random moments, resume them, and compare the bytes with those of a run in peace.

`python tests/kills.py [COMMAND ...] [kills=10] [seed=1]`: SIGKILL, SIGTERM and SIGINT in turn, at
moments drawn evenly over the time that the command takes in peace. Each kill is followed by
`resume=`. Prints one line a kill and fails if any resumed run differs, or cannot be resumed.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL = ["system=small", "figures=false", "quiet=true"]
SHORT = ["start=2014-01", "policy_start=2015-01", "horizon=12"]
FIT = ["draws=20", "bank=60", "sweeps=1", "last_sweeps=2"]
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
RANGES = "ranges={media: [0.05, 0.3], a0: [-6, -3]}"
# Arguments of each command, and the results that are compared.
COMMANDS = {
    "sweep": (
        (
            *("system=small", "quiet=true", *SHORT, f"design.{RANGES}", "design.points=400"),
            *("executor=processes", "workers=2", "chunk=10"),
        ),
        ("points.parquet", "runs.parquet"),
    ),
    "sensitivity": (
        (
            *(*SMALL, *SHORT[:2], "date=2015-12", "strategy=mandate", RANGES),
            *("methods=[sobol]", "samples=64", "workers=2"),
        ),
        ("*.csv",),
    ),
    "discover": ((*SMALL, *SHORT, "draws=60", "permutations=20", "workers=2"), ("*.csv",)),
    "calibrate": ((*SMALL, *FIT), ("*.csv", "*.parquet")),
}


def imr_sim(*arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "imr_sim.cli.main", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(*arguments: str) -> None:
    process = imr_sim(*arguments)
    _, words = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: exit {process.returncode}\n{words}")


def results(command: str, folder: Path) -> dict[str, bytes]:
    if command == "sweep":
        run("sweep", "merge", str(folder))
    patterns = COMMANDS[command][1]
    found = {p.name: p.read_bytes() for pattern in patterns for p in folder.glob(pattern)}
    assert found, f"{folder} holds no results"
    return found


def killed(command: str, folder: Path, after: float, number: signal.Signals) -> str:
    """Start a command, send a signal after some seconds, resume; how it went."""
    process = imr_sim(command, *COMMANDS[command][0], f"out={folder}")
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        _, words = process.communicate()
        if "Traceback" in words:
            raise SystemExit(f"{command}: {number.name} after {after:.1f} s\n{words}") from None
    if not (folder / "manifest.json").exists():
        run(command, *COMMANDS[command][0], f"out={folder}")
        return "before it had a folder"
    if process.returncode == 0:
        return "after its end"
    run(command, f"resume={folder}", "quiet=true")
    return "resumed"


def main(arguments: list[str]) -> int:
    given = dict(a.split("=") for a in arguments if "=" in a)
    kills, rng = int(given.get("kills", 10)), random.Random(int(given.get("seed", 1)))
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        for command in [a for a in arguments if "=" not in a] or COMMANDS:
            whole, began = Path(place, command), time.monotonic()
            run(command, *COMMANDS[command][0], f"out={whole}")
            seconds, expected = time.monotonic() - began, results(command, whole)
            for i in range(kills):
                number, after = SIGNALS[i % len(SIGNALS)], rng.uniform(0, seconds)
                folder = Path(place, f"{command}_{i}")
                how = killed(command, folder, after, number)
                same = results(command, folder) == expected
                wrong += not same
                print(
                    f"{command}: {number.name} after {after:.1f} of {seconds:.1f} s, {how}: "
                    f"{'the same bytes' if same else 'OTHER BYTES'}",
                    flush=True,
                )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
