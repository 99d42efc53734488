"""The shipped pages of the studies hold the numbers of their CSV, and nothing else."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest
import yaml

from imr_sim.model.parameters import SPECS

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "experiments"))

from study import page, read  # noqa: E402

DATA, PAGES = ROOT / "docs" / "data" / "studies", ROOT / "docs" / "studies"
STUDIES = (
    "awareness_champions_leadership",
    "timing",
    "targeting",
    "turnover_transfer",
    "network",
    "facilitation_dose",
)


@pytest.mark.parametrize("name", STUDIES)
def test_a_shipped_page_is_what_its_table_says(name):
    """A page is made of the CSV and the settings beside it: any other number in it would differ."""
    table, about = read(DATA, name)
    study = importlib.import_module(name).STUDY
    assert (PAGES / f"{name}.md").read_text(encoding="utf-8") == page(study, table, about)
    assert (ROOT / "docs" / "images" / "studies" / f"{name}.png").exists()


@pytest.mark.parametrize("name", STUDIES)
def test_a_shipped_study_was_run_with_the_defaults_that_ship(name):
    _, about = read(DATA, name)
    text = (ROOT / "configs" / "experiment" / f"{name}.yaml").read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)
    assert about["command"] == f"python experiments/{name}.py"
    assert about["settings"] == {k: defaults[k] for k in about["settings"]}


@pytest.mark.parametrize("name", STUDIES)
def test_a_page_names_only_parameters_that_exist(name):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z_0-9]+)`", text)) <= set(SPECS)
    assert "nan" not in re.findall(r"\w+", text)


def test_every_study_stands_in_the_index_and_the_index_in_the_documentation():
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    assert {name for name in STUDIES if f"experiments/{name}.py" not in index} == set()
    assert {name for name in STUDIES if f"]({name}.md)" not in index} == set()
    assert {p.stem for p in PAGES.glob("*.md")} == {*STUDIES, "index"}
    for place in ("docs/index.md", "README.md"):
        text = (ROOT / place).read_text(encoding="utf-8")
        assert "studies/index.md" in text


@pytest.mark.parametrize("page", ["index", *STUDIES])
def test_the_links_of_a_page_lead_somewhere(page):
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)", text)
    assert targets and [t for t in targets if not (PAGES / t).exists()] == []
