"""What the pages show runs as it stands, and what they cite exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imr_sim.analysis.table import FIRST
from imr_sim.evidence import TARGETS
from imr_sim.model.parameters import NAMES, SPECS

ROOT = Path(__file__).resolve().parents[2]
PAGES = {str(p.relative_to(ROOT)): p for p in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]}
README = PAGES["README.md"].read_text(encoding="utf-8")
EVIDENCE = (ROOT / "docs/evidence.md").read_text(encoding="utf-8")
# The two commands that set a fresh machine up are run by .ci/run and by every install.
SETUP = "python3 -m venv"


def blocks(page: str, language: str) -> list[str]:
    text = PAGES[page].read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


COMMANDS = {
    f"{page} {i}": block
    for page in PAGES
    for i, block in enumerate(blocks(page, "bash"))
    if SETUP not in block
}


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), names)


@pytest.mark.parametrize("place", COMMANDS)
def test_a_command_that_a_page_shows_runs(place, tmp_path):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COMMANDS[place]],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_readme_shows_both_setup_commands_and_examples_for_all_three_users():
    setup = [block for block in blocks("README.md", "bash") if SETUP in block]
    assert len(setup) == 2
    assert len(COMMANDS) >= 2 and len(blocks("README.md", "python")) >= 3


def test_the_readme_explains_the_columns_of_the_summary_in_their_order():
    table = README.split("| column | meaning |")[1].split("\n\n")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(cells)) == list(FIRST)


def test_every_page_stands_in_the_index():
    index = PAGES["docs/index.md"].read_text(encoding="utf-8")
    pages = {path.name for path in PAGES.values()} - {"README.md", "index.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_every_evidence_number_that_a_parameter_cites_has_a_row():
    rows = set(re.findall(r"^\| (E\d+) \|", EVIDENCE, re.MULTILINE))
    assert rows == {f"E{i}" for i in range(1, 74)}
    assert set(re.findall(r"\bE\d+\b", " ".join(s.source for s in SPECS.values()))) <= rows


def test_every_parameter_that_the_evidence_names_exists():
    families = {"b_*", "psr_*", "report_*"}
    named = {n for n in re.findall(r"`([\w*]+_[\w*]+|[ad]0)`", EVIDENCE)} - families
    assert named - set(NAMES) - set(TARGETS) == set()


def test_a_parameter_stands_in_the_row_of_the_evidence_that_it_cites():
    """The ten factors are named there together, as `b_*`; prompts share one prior likewise."""
    used = dict(re.findall(r"^\| (E\d+) \|.*\|([^|]*)\|$", EVIDENCE, re.MULTILINE))
    missing = [
        (name, number)
        for name, spec in SPECS.items()
        if not spec.source.startswith("same prior for all")
        for number in re.findall(r"\bE\d+\b", spec.source)
        if f"`{name}`" not in used[number]
    ]
    assert missing == []


def test_every_target_stands_beside_its_evidence():
    for name, target in TARGETS.items():
        row = next(x for x in EVIDENCE.splitlines() if x.startswith(f"| {target.evidence[0]} |"))
        assert f"`{name}`" in row or target.values is None, name
