"""Faults from outside: a full disk, a damaged folder, a run that is killed, two at once."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from imr_sim.cli.main import main
from imr_sim.cli.run_folder import RunFolder, free_path
from imr_sim.durable import read_json, sealed_text
from imr_sim.errors import RequestError

COMMAND = [sys.executable, "-m", "imr_sim.cli.main"]
COMPARE = ["compare", "system=small", "draws=2", "horizon=3", "strategies=[mandate]", "quiet=true"]
SIMULATE = ["simulate", "system=small", "draws=2", "months=24", "quiet=true"]
SWEEP = ["sweep", "system=small", "design.points=40", "executor=serial", "horizon=2", "quiet=true"]
SENSITIVITY = ["sensitivity", "system=small", "executor=serial", "methods=[morris]", "quiet=true"]
SENSITIVITY += ["trajectories=4", "vary=[media,a0]"]
FIT = ["system=small", "draws=12", "bank=24", "sweeps=1", "last_sweeps=1", "cheap=1", "quiet=true"]
SMALLEST = 24_000  # bytes: a manifest fits, results do not


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def status(folder):
    return json.loads((folder / "manifest.json").read_text())["status"]


@pytest.mark.parametrize(
    "argv", [COMPARE, SIMULATE, SENSITIVITY, ["calibrate", *FIT]], ids=lambda argv: argv[0]
)
def test_a_disk_that_takes_no_more_is_one_message_and_a_failed_run(here, argv):
    """A limit of the size of files raises where a full disk would."""
    main([*argv, "figures=false", "out=warm"])  # what is compiled is kept before the disk is full

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALLEST, SMALLEST))

    ended = subprocess.run(
        [*COMMAND, *argv, "out=o"], capture_output=True, text=True, preexec_fn=full
    )
    assert ended.returncode == 1
    assert ended.stdout == "" and ended.stderr.count("\n") == 1, ended.stderr
    assert "File too large" in ended.stderr and "Traceback" not in ended.stderr
    assert status(here / "o") == "failed"
    left = [p.name for p in (here / "o").rglob("*") if p.name in (".part", "reserve")]
    assert left == [] and not list((here / "o").rglob("*.tmp"))


def test_last_words_find_room_where_nothing_else_does(here, monkeypatch):
    """The reserve is given back before they are written."""
    folder = RunFolder(Path("o"), {"seed": 1}, "seed: 1\n")
    room = (here / "o/.part/reserve").stat().st_size
    assert room > 20_000
    written = Path.write_text

    def full(path, text, **how):
        if (here / "o/.part/reserve").exists():
            raise OSError(28, "No space left on device")
        return written(path, text, **how)

    monkeypatch.setattr(Path, "write_text", full)
    assert folder.fail("the details") == Path("o/error.txt")
    assert status(here / "o") == "failed"
    assert sorted(os.listdir("o")) == ["config.yaml", "error.txt", "manifest.json"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_comparison_that_is_ended_at_any_moment_leaves_no_half_results(here, number):
    rng = random.Random(int(number))
    began = time.monotonic()
    subprocess.run([*COMMAND, *COMPARE, "out=whole"], check=True, capture_output=True)
    long = time.monotonic() - began
    whole = set(os.listdir(here / "whole"))
    for i in range(10):
        folder = here / f"o{i}"
        process = subprocess.Popen(
            [*COMMAND, *COMPARE, f"out={folder.name}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        time.sleep(rng.uniform(0.2, 1.1) * long)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        assert "Traceback" not in err or process.returncode == -number  # killed as Python started
        if not folder.exists():
            continue
        left = set(os.listdir(folder)) - {".part"}
        if left <= {"manifest.json", "config.yaml"}:
            if number != signal.SIGKILL and "manifest.json" in left:
                assert status(folder) == "interrupted"
        elif process.returncode == 0 or status(folder) == "done":
            assert left == whole
            for name in ("summary.csv", "sites.parquet", "curves.parquet"):
                assert (folder / name).read_bytes() == (here / "whole" / name).read_bytes()
        else:  # ended while whole files were moved into place: none of them is half
            for name in left & {"summary.csv", "sites.parquet", "curves.parquet"}:
                assert (folder / name).read_bytes() == (here / "whole" / name).read_bytes()


def test_two_runs_do_not_work_in_one_folder(here):
    folder = RunFolder(Path("o"), {"command": "calibrate", "config": {"seed": 1}}, "seed: 1\n")
    with pytest.raises(RequestError, match="another process is working there"):
        RunFolder.again(Path("o"))
    folder.close("interrupted")
    RunFolder.again(Path("o")).close("interrupted")


def spoilt_folders():
    """What may stand in the folder of a run that is to go on."""
    for name in ("manifest.json", "config.yaml"):
        for content in (
            b"", b"[]", b"{}", b"null", b"3", b"{", b"[" * 100_000, b"\xff\xfe", b"\x00" * 50,
            b'{"command": ["calibrate"]}', b'{"command": "calibrate", "resumed": 3}',
            b'{"command": "calibrate", "inputs": []}', b'{"command": "calibrate", "inputs": null}',
            b"a: !!python/object:os.system x", b"a: 2001-02-30", b"a: &a [*a]",
            b"seed: " + b"9" * 5000,
            b"seed: 1\nseed: 2", b"more: 1", b"seed: [1]", b"? [a]\n: b", b"system: ../..\n",
        ):  # fmt: skip
            yield name, content


def test_a_folder_that_says_odd_things_of_its_run_is_refused(here, capsys):
    assert main(["calibrate", *FIT, "figures=false", "out=good"]) == 0
    good = {name: (here / "good" / name).read_bytes() for name in ("manifest.json", "config.yaml")}
    told = {**read_json(here / "good/manifest.json"), "status": "interrupted"}
    good["manifest.json"] = sealed_text(told).encode()
    for i, (name, content) in enumerate(spoilt_folders()):
        (here / f"f{i}").mkdir()
        for other, sound in good.items():
            (here / f"f{i}" / other).write_bytes(content if other == name else sound)
        capsys.readouterr()
        assert main(["calibrate", f"resume=f{i}", "quiet=true"]) == 2, (name, content[:40])
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1 and "Traceback" not in err, err
        assert f"resume=f{i}" in err
    for value in ({"version": "0.0.1"}, {"inputs": {**told["inputs"], "strategies": ["x"]}}):
        (here / "good/manifest.json").write_text(sealed_text({**told, **value}))
        assert main(["calibrate", "resume=good", "quiet=true"]) == 2
        assert "has changed since" in capsys.readouterr().err


@pytest.mark.parametrize(
    "out",
    ["/", ".", "..", "x" * 300, "a/" * 3000, "a\0b", "~nobody_here/x", "/proc/x", "/dev/null/x"],
)
def test_a_place_where_no_folder_can_be_is_refused(out, here):
    with pytest.raises(RequestError, match="out="):
        free_path(out, "compare")
        RunFolder(Path(out), {}, "")
    assert os.listdir() == []


@pytest.mark.parametrize("key", ["system", "parameters", "practice", "strategy", "out", "study"])
@pytest.mark.parametrize("value", ["x" * 300, "a\0b", "/", "", "~", "${oc.env:HOME}", "a\nb"])
def test_odd_paths_are_refused_in_one_message(key, value, here, capsys):
    assert main(["simulate", "system=small", "horizon=1", f"{key}={value}"]) == 2
    assert (
        main(["simulate", "months=1", "draws=1", "figures=false", "seed=-1", f"{key}={value}"]) == 2
    )
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err and os.listdir() == []


@pytest.mark.parametrize("spoilt", ["nosuch", "s.yaml", "''"])
def test_all_of_a_multirun_is_checked_before_any_of_it_runs(spoilt, here, capsys):
    Path("s.yaml").write_text("name: s\ncomponents: [{lever: nosuch}]\n")
    ask = ["system=small", "draws=1", "months=2", "figures=false", "out=o"]
    assert main(["simulate", "-m", *ask, f"strategy=none,{spoilt}"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("imr-sim: ") and os.listdir() == ["s.yaml"]


SECRET = "s3cret-value"
FILLED = [
    "${oc.env:SECRET}",
    "x_${oc.env:SECRET}",
    "${oc.decode:${oc.env:SECRET}}",
    "${seed}",
    "${",
]


@pytest.mark.parametrize("value", FILLED)
def test_nothing_is_filled_in_from_elsewhere(value, here, monkeypatch, capsys):
    monkeypatch.setenv("SECRET", SECRET)
    for key in ("out", "seed", "system", "strategies", "parameters.media", "budget"):
        assert main(["compare", f"{key}={value}"]) == 2
    lines = [f'{key}: "{value}"' for key in ("out", "seed", "luck", "system")]
    lines += [f'at: ["{value}"]', f'"{value}": 1', f'design: {{kind: "{value}"}}']
    for line in [*lines, f'parameters: {{set: prior, media: "{value}"}}']:
        Path("e.yaml").write_text(f"{line}\n")
        assert main(["sweep", "experiment=e.yaml", "system=small"]) == 2
    out, err = capsys.readouterr()
    assert SECRET not in out + err and "Traceback" not in err
    assert os.listdir() == ["e.yaml"]


def test_a_summary_says_what_it_is_of(here):
    ask = ["policy_start=2019-07", "horizon=12", "figures=false", "out=o"]
    assert main([*COMPARE[:3], "strategies=[mandate]", "quiet=true", *ask]) == 0
    table = pd.read_csv("o/summary.csv")
    assert set(table["policy_start"]) == {"2019-07"} and set(table["last_month"]) == {"2020-06"}
    assert set(table["histories"]) == {2}
