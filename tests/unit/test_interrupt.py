"""Ctrl-C: one line, at once, and a manifest that says so."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

LONG = ["system=small", "parameters=prior", "draws=200", "replicates=100", "out=run"]
CODE = "import sys; from imr_sim.cli.main import main; print('up', flush=True); sys.exit(main())"


def start(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "compare", *LONG],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdout.readline() == "up\n"
    return process


def end(process, number):
    """Send a signal; the seconds it took to end, and what was said after it."""
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert out == ""
    return time.monotonic() - began, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_comparison_under_way_ends_within_two_seconds(tmp_path, number):
    process = start(tmp_path)
    assert "0% done" in process.stderr.readline()
    time.sleep(1)
    seconds, said = end(process, number)
    assert process.returncode == 130
    assert seconds < 2
    assert said.splitlines()[-1].startswith("imr-sim: interrupted")
    assert "Traceback" not in said
    assert sum("interrupted" in line for line in said.splitlines()) == 1
    assert json.loads((tmp_path / "run/manifest.json").read_text())["status"] == "interrupted"
    assert sorted(os.listdir(tmp_path / "run")) == ["config.yaml", "manifest.json"]


@pytest.mark.parametrize("seconds", [0.1, 0.4, 1.0])
def test_a_start_that_is_interrupted_leaves_one_line(tmp_path, seconds):
    process = start(tmp_path)
    time.sleep(seconds)
    took, said = end(process, signal.SIGINT)
    assert process.returncode == 130
    assert took < 2
    assert said.splitlines()[-1].startswith("imr-sim: interrupted")
    assert "Traceback" not in said
