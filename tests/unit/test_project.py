"""The project as a whole: one version, a lock without addresses, no local paths, no dead links."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import imr_sim

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
NOT_OURS = re.compile(
    r"\.(?!ci$|github$|gitignore$)|__pycache__$|(outputs|dist|build|venv)$|.*\.egg-info$"
)

# Each pattern is written so that it does not match itself.
LOCAL = re.compile(
    rb"(?<![\w.~}])/(?:hom[e]|roo[t]|User[s]|op[t]|mn[t]|tm[p]|wor[k])/"
    rb"|\.\./share[d]|file[:]//|--find[-]links|--(?:extra-)?index[-]url|trusted[-]host"
)


def our_files() -> list[Path]:
    """Every file of the project; environments, caches and results left out."""
    found = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if not NOT_OURS.match(name)]
        found += [Path(folder) / name for name in names if not NOT_OURS.match(name)]
    return sorted(found)


def test_the_version_is_the_same_everywhere():
    citation = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert citation is not None
    versions = {PROJECT["version"], citation[1], version("imr-sim"), imr_sim.__version__}
    assert len(versions) == 1


def test_the_changelog_has_a_place_for_the_next_change():
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_names_a_local_path_or_a_package_index():
    wrong = {}
    for path in our_files():
        if found := LOCAL.search(path.read_bytes()):
            wrong[str(path.relative_to(ROOT))] = found[0]
    assert wrong == {}


def test_the_lock_holds_a_hash_for_everything_and_no_address():
    entries = re.split(r"\n(?=\w)", LOCK.strip())
    assert len(entries) > 30
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK


def test_the_lock_meets_every_stated_requirement():
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE))
    stated = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    for requirement in map(Requirement, stated):
        assert requirement.specifier.contains(locked[requirement.name]), requirement


def test_every_requirement_has_an_upper_bound():
    stated = [r for group in PROJECT["optional-dependencies"].values() for r in group]
    assert [r for r in PROJECT["dependencies"] + stated if "<" not in r] == []


def test_ci_runs_the_tests_as_the_readme_says():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install -e '.[dev]' && .venv/bin/pytest\n" in readme
    last = (ROOT / ".ci/run").read_text(encoding="utf-8").strip().splitlines()[-1]
    assert last == '"$venv/bin/pytest"'
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize(
    "page", sorted(p.name for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
)
def test_every_relative_link_of_a_page_leads_somewhere(page):
    path = ROOT / page if (ROOT / page).exists() else ROOT / "docs" / page
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    local = [link.split("#")[0] for link in links if not re.match(r"https?:|mailto:|#", link)]
    assert [link for link in local if not (path.parent / link).exists()] == []
