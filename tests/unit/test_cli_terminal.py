"""What reaches the terminal: nothing that it would obey, a screen at most, read or not."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imr_sim.cli import terminal
from imr_sim.cli.main import main
from imr_sim.cli.terminal import MOST_CHARACTERS, MOST_LINES, short, visible

CLI = Path(terminal.__file__).parent
ODD = [
    "\x1b[31m",
    "\x1b]0;t\a",
    "\r",
    "\b\b",
    "\x7f",
    "\x9b1m",
    "\u202e",
    "\u2066",
    "\u2028",
    "\ufeff",
]
MANDATE = ["name: mine", "label: Mine", "components: [{lever: mandate, dose: 1.0}]"]


def obeyed(text):
    """Signs that a terminal would obey, but for line ends."""
    return [
        c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"
    ]


@given(st.text(st.characters() | st.sampled_from("".join(ODD))))
def test_no_text_holds_a_sign_that_a_terminal_would_obey(text):
    assert obeyed(visible(text)) == []
    assert len(visible(text).split("\n")) == len(text.split("\n"))


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_what_people_write_is_shown_as_it_stands(text):
    assert visible(text) == text


@given(st.lists(st.text(st.characters(), max_size=3000), min_size=1, max_size=60))
def test_a_message_is_a_screen_at_most_and_counts_what_it_leaves_out(lines):
    shown = short("\n".join(lines)).split("\n")
    assert len(shown) <= MOST_LINES + 1
    assert max(map(len, shown)) <= MOST_CHARACTERS + 40
    given_lines = "\n".join(lines).split("\n")
    if len(given_lines) > MOST_LINES:
        assert shown[-1] == f"... and {len(given_lines) - MOST_LINES:,} more"


def test_everything_goes_through_one_place():
    for path in CLI.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "terminal.py":
            assert " print(" not in text and "sys.std" not in text and "os.write" not in text, path


@pytest.mark.parametrize("odd", ODD)
def test_signs_in_files_keys_and_names_are_shown_as_codes(odd, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    quoted = odd.encode("unicode_escape").decode()
    spoilt = {
        "key.yaml": [*MANDATE, f'"x{quoted}": 1'],
        "name.yaml": [f'name: "m{quoted}"', *MANDATE[1:]],
        "lever.yaml": [*MANDATE[:2], f'components: [{{lever: "m{quoted}", dose: 1.0}}]'],
    }
    for name, lines in spoilt.items():
        Path(name).write_text("\n".join(lines), encoding="utf-8")
        assert main(["simulate", "system=small", f"strategy={name}"]) == 2
    for key in ("system", "out", "strategy", "budget", "colour", "parameters"):
        assert main(["simulate", "system=small", f"{key}=a{odd}b", "seed=-1"]) == 2
    assert main([f"comp{odd}are"]) == 2
    out, err = capsys.readouterr()
    assert obeyed(out + err) == []
    assert err.count("imr-sim: ") == len(spoilt) + 7


def test_names_of_sites_and_strategies_cannot_paint_a_table(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["describe", "system", "system=small", "out=mine"]) == 0
    sites = Path("mine/sites.csv").read_text(encoding="utf-8").split("\n")
    cells = sites[1].split(",")
    cells[1] = "\x1b[2J\u202eevil"
    Path("mine/sites.csv").write_text("\n".join([sites[0], ",".join(cells), *sites[2:]]))
    lines = [MANDATE[0], 'label: "L\\e[31m"', MANDATE[2]]
    Path("mine.yaml").write_text("\n".join(lines), encoding="utf-8")
    main(["describe", "system", "system=mine"])
    ask = ["system=mine", "draws=2", "horizon=2", "figures=false", "strategies=[mine.yaml]"]
    main(["compare", *ask, "out=o"])
    out, err = capsys.readouterr()
    assert obeyed(out + err) == []


def test_a_terminal_that_knows_few_signs_gets_codes(monkeypatch):
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    terminal.say("Größe \u202e")
    narrow.seek(0)
    assert narrow.read() == "Gr\\xf6\\xdfe \\u202e\n"


COMMAND = [sys.executable, "-m", "imr_sim.cli.main"]
QUICK = "system=small draws=1 months=2 figures=false out=o"


@pytest.mark.parametrize(
    ("shell", "code"),
    [
        (f"simulate {QUICK} 2>&-", 0),
        (f"simulate {QUICK} >&-", 0),
        (f"simulate {QUICK} <&- >&- 2>&-", 0),
        (f"simulate {QUICK} 2>/dev/full", 0),
        ("simulate horizn=5 2>&-", 2),
        ("simulate horizn=5 2>/dev/full", 2),
    ],
)
def test_nobody_needs_to_listen(tmp_path, shell, code):
    line = f"'{sys.executable}' -m imr_sim.cli.main {shell}"
    ended = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True)
    assert ended.returncode == code
    if code == 0:
        left = sorted(os.listdir(tmp_path / "o"))
        assert "site_months.parquet" in left and ".part" not in left
        for name in left:  # no words of ours within a file that got the number of a closed stream
            assert b"imr-sim: 0%" not in (tmp_path / "o" / name).read_bytes()


def test_no_home_and_an_unknown_user_are_no_obstacle(tmp_path):
    env = {name: value for name, value in os.environ.items() if name not in ("HOME", "USER")}
    code = (
        "import pwd, sys\n"
        "def nobody(*_): raise KeyError('no such user')\n"
        "pwd.getpwuid = pwd.getpwnam = nobody\n"
        "from imr_sim.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "simulate", *QUICK.split()]
    ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert ended.returncode == 0 and "Traceback" not in ended.stderr
    command[-1] = "out=~/o"
    ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert ended.returncode == 2 and ended.stderr.count("\n") == 1
    assert "out=~/o" in ended.stderr
