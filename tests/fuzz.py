"""Spoilt inputs of every kind, against the command line: python tests/fuzz.py [CASES] [SEED]

Every case takes files and keys that work, spoils one or two of them, and runs a small command on
them in this process. It must end with 0 or 2, say at most a screen, with no traceback and no sign
that a terminal would obey, and leave nothing half written.
"""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imr_sim.cli.commands import COMMANDS, request_class
from imr_sim.cli.main import main
from imr_sim.cli.request.keys import fields_of
from imr_sim.model.parameters import prior
from imr_sim.paths import configs
from imr_sim.system import load_system, save_system

SMALL = ["system=small", "quiet=true"]
SIMULATE = ["simulate", "draws=1", "months=2", "figures=false", "quiet=true", "out=o"]
COMPARE = ["compare", "draws=1", "horizon=1", "figures=false", "quiet=true", "out=o"]
SWEEP = ["sweep", "executor=serial", "horizon=1", "at=[]", "quiet=true", "out=o"]
DATES = ["start=2018-01", "policy_start=2018-03"]
BIG_KEYS = {"draws", "replicates", "months", "horizon", "bank", "permutations", "chunk", "workers"}
WORDS = [
    "", "null", "none", "true", "~", "0", "-1", "1e400", "nan", "inf", "-inf", "1_000", "0x10",
    "9" * 5000, "1e6", "$5,000,000", "0,30", "1;2", "a\tb", "a\nb", "a\r\nb", "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07", "\u202etxt.exe", "\u2028", "\x00", "\ud800", "é", "漢字", "🙂", "'", '"',
    "\\", "[", "]", "{", "}", "[]", "[[]]", "{a: b}", "${oc.env:HOME}", "${a}", "???", "_target_",
    "{}", "/", "/dev/null", "..", ".", "~", "~nobody/x", "x" * 300, "a/" * 200, "=1+1", "@x",
    "+", "-", "!!python/object:os.system x", "*a", "&a", "2001-02-30", "2021-13", "0000-00",
    "2021-1", "1900-01", "2199-12", "default", "all", "prior", "posterior", "facilitation",
    "[" * 3000, "%", "<<", "a: b", "- a", "#", "# x", "NaN", "yes", "1.0", "1.5", "2**64",
    str(2**63), str(2**64),
]  # fmt: skip
STRATEGY = (configs() / "strategy/mandate.yaml").read_text().replace("name: mandate", "name: mine")
PRACTICE = (configs() / "practice/invented_training_small.yaml").read_text()
PRESET = "design: lhs\nreplicates: 1\nvary: [media]\nhorizon: 1\nseed: 3\n"


@dataclass(frozen=True)
class Kind:
    """A kind of input: files of a working folder, and the command that reads them."""

    files: Callable[[Path], list[Path]]
    argv: list[str]


def spoil_text(rng: random.Random, text: str) -> str:
    """Another text: characters, words, lines and cells out of place."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    how = rng.randrange(10)
    if how == 0:
        lines[at] = rng.choice(WORDS)
    elif how == 1:
        lines.insert(at, lines[rng.randrange(len(lines))])
    elif how == 2:
        del lines[at]
    elif how == 3:
        lines[at] = " " * rng.randrange(1, 9) + lines[at]
    elif how == 4:
        for mark in (":", ","):
            if mark in lines[at]:
                cells = lines[at].split(mark)
                cells[rng.randrange(len(cells))] = rng.choice(WORDS)
                lines[at] = mark.join(cells)
                break
    elif how == 5:
        lines = lines[:at]
    elif how == 6:
        lines[at] = lines[at].replace(",", rng.choice([";", "\t", "|", ",,"]))
    elif how == 7:
        cut = rng.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:cut] + rng.choice(WORDS) + lines[at][cut:]
    elif how == 8:
        rng.shuffle(lines)
    else:
        return text.replace(*rng.choice([("\n", "\r\n"), ("\n", "\r"), (" ", "\t"), ("a", "é")]))
    return "\n".join(lines)


def spoil_bytes(rng: random.Random, content: bytes) -> bytes:
    """Other bytes: flipped, cut off, doubled, replaced by those of another format."""
    how, held = rng.randrange(7), bytearray(content)
    if how == 0:
        return bytes(held[: rng.randrange(len(held) + 1)])
    if how == 1:
        return rng.choice(
            [b"", b"PK\x03\x04" + content, b"\x89HDF", b"PAR1PAR1", b"[" * 100_000, b"\xff\xfe" * 9]
        )
    if how == 2:
        return content + content
    if how == 3:
        return rng.choice([b"[]", b"{}", b"null", b"3", b'"x"', b"\x00" * 99, b"\n\n"])
    for _ in range(rng.choice([1, 1, 5, 100])):
        if held:
            held[rng.randrange(len(held))] ^= 1 << rng.randrange(8)
    return bytes(held)


def spoil_json(rng: random.Random, text: str) -> str:
    """JSON with a value replaced, a key too many or too few."""
    try:
        value = json.loads(text)
    except ValueError:
        return spoil_text(rng, text)
    place = value
    for _ in range(rng.randrange(3)):
        inner = [held for held in place.values() if isinstance(held, dict) and held]
        if not inner:
            break
        place = rng.choice(inner)
    key = rng.choice(list(place)) if place else "x"
    how = rng.randrange(4)
    if how == 0:
        place.pop(key, None)
    elif how == 1:
        place[rng.choice(WORDS)] = rng.choice(WORDS)
    else:
        place[key] = rng.choice([None, 3, -1.5, [], {}, [[]], True, *WORDS])
    return json.dumps(value)


def spoil_file(rng: random.Random, path: Path) -> None:
    """Spoil a file in place, or put something else there."""
    how = rng.random()
    if how < 0.03:
        path.unlink()
    elif how < 0.06:
        path.unlink()
        path.mkdir()
    elif path.suffix == ".json" and how < 0.7:
        write(path, spoil_json(rng, path.read_text("utf-8")))
    elif path.suffix in (".parquet", ".npz", ".nc") or how < 0.2:
        path.write_bytes(spoil_bytes(rng, path.read_bytes()))
    else:
        write(path, spoil_text(rng, path.read_text("utf-8")))


def write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def spoil_key(rng: random.Random, command: str) -> str:
    """A key of a command with an odd value, or an odd key."""
    keys = list(fields_of(request_class(command)))
    key = rng.choice(
        [*keys, *keys, *keys, "parameters.media", "parameters.a0", "x", "", "hydra.run"]
    )
    words = [word for word in WORDS if key not in BIG_KEYS or not word.strip("$~").isdigit()]
    value = rng.choice(words)
    if rng.random() < 0.2:
        value = f"[{value},{rng.choice(words)}]"
    form = rng.choice(["{}={}"] * 8 + ["+{}={}", "++{}={}", "~{}", "{} = {}", "{}", "{}:{}"])
    return form.format(key, value).replace("\x00", "\x00")


class Bench:
    """The working inputs, made once, and the folders in which copies of them are spoilt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.good = folder / "good"
        self.good.mkdir(parents=True)
        here = os.getcwd()
        os.chdir(self.good)
        try:
            save_system(load_system("small"), self.good / "mine")
            for name, text in (("s", STRATEGY), ("p", PRACTICE), ("e", PRESET)):
                (self.good / f"{name}.yaml").write_text(text, encoding="utf-8")
            (self.good / "d.csv").write_text("media,a0\n0.1,-4\n0.2,-5\n", encoding="utf-8")
            prior(3, seed=1).frame().to_parquet(self.good / "draws.parquet")
            self.make([*SWEEP[:-1], "out=swept", *SMALL, *DATES, "design=d.csv"])
            self.make([*SWEEP[:-1], "out=pair", *SMALL, *DATES, "design=posterior",
                       "design.points=60", "strategies=[champions,facilitation]"])  # fmt: skip
            fit = ["draws=12", "bank=24", "sweeps=1", "last_sweeps=1", "cheap=1", "figures=false"]
            self.make(["calibrate", *SMALL, *fit, "out=fit"])
        finally:
            os.chdir(here)
        self.kinds = self._kinds()

    def make(self, argv: list[str]) -> None:
        code, _, err = run(argv)
        assert code == 0, err

    def _kinds(self) -> dict[str, Kind]:
        def one(name: str) -> Callable[[Path], list[Path]]:
            return lambda folder: [folder / name]

        def among(name: str, pattern: str) -> Callable[[Path], list[Path]]:
            return lambda folder: sorted(p for p in (folder / name).rglob(pattern) if p.is_file())

        def without(name: str, others: tuple[str, ...]) -> Callable[[Path], list[Path]]:
            def files(folder: Path) -> list[Path]:
                for other in others:
                    (folder / "mine" / other).unlink()
                return [folder / "mine" / name]

            return files

        return {
            "strategy": Kind(one("s.yaml"), [*SIMULATE, "system=small", "strategy=s.yaml"]),
            "strategies": Kind(
                one("s.yaml"), [*COMPARE, "system=small", *DATES, "strategies=[s.yaml]"]
            ),
            "practice": Kind(
                one("p.yaml"), [*SIMULATE, "system=small", "practice=p.yaml", "months=40"]
            ),
            "preset": Kind(
                one("e.yaml"),
                [*SWEEP, "system=small", *DATES, "experiment=e.yaml", "design.points=1"],
            ),
            "sites": Kind(one("mine/sites.csv"), [*SIMULATE, "system=mine"]),
            "staff": Kind(one("mine/staff.csv"), [*SIMULATE, "system=mine"]),
            "ties": Kind(without("ties.csv", ("network.graphml",)), [*SIMULATE, "system=mine"]),
            "graphml": Kind(without("network.graphml", ("ties.csv",)), [*SIMULATE, "system=mine"]),
            "describe": Kind(one("mine/sites.csv"), ["describe", "system", "system=mine"]),
            "draws": Kind(
                one("draws.parquet"), [*SIMULATE, "system=small", "parameters=draws.parquet"]
            ),
            "design": Kind(one("d.csv"), [*SWEEP, "system=small", *DATES, "design=d.csv"]),
            "manifest": Kind(one("swept/manifest.json"), ["sweep", "resume=swept", "quiet=true"]),
            "config": Kind(one("swept/config.yaml"), ["sweep", "resume=swept", "quiet=true"]),
            "swept": Kind(among("swept", "*"), ["sweep", "resume=swept", "quiet=true"]),
            "status": Kind(among("swept", "*"), ["sweep", "status", "swept"]),
            "merge": Kind(among("swept", "*"), ["sweep", "merge", "swept", "out=m.parquet"]),
            "discover": Kind(
                among("pair", "*"),
                [
                    "discover",
                    "sweep=pair",
                    "system=small",
                    "quiet=true",
                    "strategies=[champions,facilitation]",
                    "permutations=20",
                    "figures=false",
                    "out=o",
                ],
            ),
            "validate": Kind(
                among("fit", "p*"),
                [
                    "validate",
                    "system=small",
                    "calibration=fit",
                    "bank=100",
                    "worlds=10",
                    "refit_draws=0",
                    "full_worlds=0",
                    "mechanism_histories=100",
                    "fidelity_draws=10",
                    "predictive_draws=10",
                    "looks=1",
                    "figures=false",
                    "quiet=true",
                    "out=o",
                ],
            ),
            "posterior": Kind(
                one("fit/posterior.parquet"),
                [*SIMULATE, "system=small", "parameters=fit/posterior.parquet"],
            ),
            "resume": Kind(among("fit", "*.[jy]*"), ["calibrate", "resume=fit", "quiet=true"]),
        }

    def case(self, seed: int) -> tuple[str, list[str], str | None]:
        """Run one case; its kind, its arguments, and what is wrong with how it ended."""
        rng = random.Random(seed)
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(self.good, work)
        os.chdir(work)
        name = rng.choice([*self.kinds, *(["key"] * 8)])
        if name == "key":
            command = rng.choice(["simulate", "compare", "sweep", "describe", *COMMANDS])
            argv = self._key_case(rng, command)
        else:
            kind = self.kinds[name]
            argv = list(kind.argv)
            files = kind.files(work)
            for path in rng.sample(files, min(len(files), rng.choice([1, 1, 1, 2]))):
                spoil_file(rng, path)
        code, out, err = run(argv)
        return name, argv, self.fault(code, out, err, argv)

    def _key_case(self, rng: random.Random, command: str) -> list[str]:
        base = {"simulate": SIMULATE, "compare": [*COMPARE, *DATES], "sweep": [*SWEEP, *DATES]}
        base["describe"] = ["describe", "system"]
        argv = [*base.get(command, [command, "quiet=true", "out=o"]), "system=small"]
        argv += [spoil_key(rng, command) for _ in range(rng.choice([1, 1, 2]))]
        if command == "sweep":
            argv.insert(3, "design.points=2")
        if command not in base:  # too long to run: only what is refused is looked at
            argv.append(rng.choice(["resume=nowhere", "system=nowhere", "seed=-1", "out=/"]))
        return argv

    def fault(self, code: object, out: str, err: str, argv: list[str]) -> str | None:
        """What is wrong with how a case ended, if anything."""
        if code not in (0, 2):
            return f"exit {code}: {err[-300:]}"
        if "Traceback" in out + err:
            return "a traceback"
        odd = [c for c in out + err if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"]
        if odd:
            return f"control characters: {odd[:3]!r}"
        if code == 2 and (err.count("\n") > 25 or not err.startswith("imr-sim: ") or out):
            return f"not one message: {out[-100:]!r} {err[:300]!r}"
        if code == 2 and os.path.lexists("o"):
            return "a folder was left"
        if parts := [str(p) for p in Path().rglob("*") if p.name in (".part", "reserve")]:
            return f"left: {parts}"
        return None


def run(argv: list[str]) -> tuple[object, str, str]:
    """A command in this process: its exit code, and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code: object = main(argv)
        except BaseException:
            code = traceback.format_exc()
    return code, out.getvalue(), err.getvalue()


def fuzz(cases: int, first: int, folder: Path, report: Callable[[str], None]) -> list[str]:
    """Run cases; what went wrong, a line each."""
    bench, faults, kinds = Bench(folder), [], Counter[str]()
    here, began = os.getcwd(), time.monotonic()
    try:
        for seed in range(first, first + cases):
            name, argv, fault = bench.case(seed)
            kinds[name] += 1
            if fault:
                faults.append(f"seed {seed} ({name}) {' '.join(argv)[:300]!r}: {fault}")
                report(faults[-1])
            if (seed - first + 1) % 500 == 0:
                seconds = time.monotonic() - began
                report(f"{seed - first + 1} cases, {len(faults)} faults, {seconds:.0f} s")
    finally:
        os.chdir(here)
    report(f"{cases} cases of {len(kinds)} kinds from seed {first}: {len(faults)} faults")
    return faults


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    cases, seed = (numbers + [10_000, 1][len(numbers) :])[:2]
    np.seterr(all="ignore")
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(
            bool(fuzz(cases, seed, Path(temporary) / "fuzz", lambda line: print(line, flush=True)))
        )
