"""The oracle shares nothing with what it checks: plain Python, Mesa, and its own files."""

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ALLOWED = {"copy", "functools", "math", "mesa", "oracle", "statistics", "types"}


@pytest.mark.parametrize("name", ["philox", "planner", "staff", "vamc", "world"])
def test_the_oracle_imports_neither_the_engine_nor_numpy(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported <= ALLOWED
