"""The page on strategies says what the code does, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from planner_views import campaign, providing, run

from imr_sim.model.lever_table import EFFECTS
from imr_sim.strategies import (
    DEFAULT_STRATEGIES,
    LEVER_INDEX,
    LEVER_TABLE,
    RULES,
    Strategy,
    When,
    Who,
    load_strategy,
    strategy_names,
)
from imr_sim.strategies.checked import keys_of

PAGE = (Path(__file__).resolve().parents[2] / "docs/strategies.md").read_text(encoding="utf-8")
FACILITATION = LEVER_INDEX["facilitation"]


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found.group(1)


def row(name: str) -> str:
    found = re.search(rf"^\| `{name}`.*$", PAGE, re.MULTILINE)
    assert found, f"no row for {name}"
    return found.group()


@pytest.mark.parametrize("lever", LEVER_TABLE, ids=lambda lever: lever.name)
def test_the_row_of_a_lever_says_what_the_code_says(lever):
    text = row(lever.name)
    for words in (lever.acts_on, *lever.eric, *lever.sources):
        assert words in text
    for spec in EFFECTS:
        if spec.name.startswith(f"{lever.name}_") and str(spec.prior) != "fixed":
            assert f"`{spec.name}` {spec.prior}" in text


@pytest.mark.parametrize("name", strategy_names())
def test_the_row_of_a_strategy_says_what_its_file_says(name):
    strategy = load_strategy(name)
    text = next(
        r for r in re.findall(rf"^\| `{name}`.*$", PAGE, re.MULTILINE) if strategy.description in r
    )
    for words in (*strategy.eric, *strategy.sources):
        assert words in text
    for component in strategy.components:
        assert f"`{component.lever}` {component.dose:g}" in text
    assert ("` *" in text) == (name in DEFAULT_STRATEGIES)


def test_every_key_and_rule_is_explained():
    for key in (*keys_of(Who), *keys_of(When), *RULES):
        assert f"`{key}`" in PAGE


def test_the_yaml_of_the_page_is_a_strategy_that_works(tmp_path):
    path = tmp_path / "rural_first_aid.yaml"
    path.write_text(block("yaml"), encoding="utf-8")
    doses = run(campaign(load_strategy(path)), 12)
    facilitated, trained = doses[..., FACILITATION], doses[..., LEVER_INDEX["training"]]
    assert not facilitated[:3].any() and facilitated[3].any(axis=1).all()
    assert not trained[3].any() and trained[4].any()


def test_the_class_of_the_page_is_short_and_wins_sites_back():
    source = block("python")
    assert len([line for line in source[source.index("class") :].splitlines() if line]) <= 15
    names: dict = {}
    exec(compile(source, "docs/strategies.md", "exec"), names)
    strategy = names["WinBack"]()
    assert isinstance(strategy, Strategy)
    ever = np.zeros((5, 12), dtype=bool)
    ever[:, [2, 9]] = True
    doses = run(
        campaign(strategy),
        14,
        each=lambda month: {
            "ever_provided": ever,
            "status": providing(9) if month < 1 else providing(),
        },
    )[:, 0, :, FACILITATION]
    assert np.flatnonzero(doses.any(axis=0)).tolist() == [2, 9]
    assert np.flatnonzero(doses[:, 2]).tolist() == list(range(12))
    assert np.flatnonzero(doses[:, 9]).tolist() == list(range(1, 13))
