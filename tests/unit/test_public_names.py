"""What editors and type checkers are told of the public names is what Python finds."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import imr_sim as imr
from imr_sim.model.history import FIELDS, SiteMonths

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """\
import numpy as np

import imr_sim as imr

system = imr.load_system("small")
params = imr.Parameters(beta_within=0.1)
history = imr.simulate(system, params, strategy="facilitation", months=12, replicates=4, seed=1)
share: float = float(history.providing.mean())
draws: int = len(imr.posterior().take(8))
table = imr.compare(system, imr.prior(8, seed=1), strategies=["champions"], horizon=36).table()
"""
MISTAKES = {
    'history = imr.simulate(system, params, months="12")': 'has incompatible type "str"',
    "history.providding": 'has no attribute "providding"',
    "imr.simulat(system, params)": 'has no attribute "simulat"',
    "imr.Parameters(beta_within='fast')": 'has incompatible type "str"',
    'imr.compare(system, params, ["champions"], horizont=36)': 'argument "horizont"',
}


def declared() -> dict[str, str]:
    """Names that a type checker sees in `imr_sim`, and the module that each comes from."""
    tree = ast.parse((ROOT / "imr_sim" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    return {
        alias.asname or "": f"{node.module}.{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_type_checkers_and_python_see_the_same_names():
    assert sorted([*declared(), "__version__"]) == sorted(imr.__all__) == sorted(dir(imr))
    for name, place in declared().items():
        module, _, attribute = place.rpartition(".")
        assert attribute == name
        assert getattr(imr, name) is getattr(sys.modules[module], name)
    with pytest.raises(AttributeError, match="simulat"):
        imr.simulat  # noqa: B018


def test_loading_the_package_loads_no_part_of_it():
    code = "import imr_sim, sys; print([m for m in sys.modules if m.startswith('imr_sim.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_quantity_of_a_history_is_an_attribute_of_it():
    assert set(FIELDS) == {n for n in vars(SiteMonths) if not n.startswith("_")}
    history = imr.simulate(imr.load_system("small"), imr.Parameters(), months=2)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(history, name), history.sites[name])
    with pytest.raises(AttributeError, match="providding"):
        history.providding  # noqa: B018


def test_a_type_checker_finds_the_mistakes_of_a_users_script_and_no_others(tmp_path):
    pytest.importorskip("mypy")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + "\n".join(MISTAKES) + "\n", encoding="utf-8")
    cache = ROOT / ".mypy_cache" / "users_script"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), str(script)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    first = len(SCRIPT.splitlines()) + 1
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert len(errors) == len(MISTAKES), done.stdout + done.stderr
    for i, (error, words) in enumerate(zip(errors, MISTAKES.values(), strict=True)):
        assert f"script.py:{first + i}:" in error and words in error
