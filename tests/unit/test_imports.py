"""Imports go one way, loading executes no code, no hidden randomness: read off the source."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "imr_sim"
FILES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(
    p for name in ("experiments", "benchmarks", "tests") for p in (ROOT / name).rglob("*.py")
)

# Part -> the parts it may import besides itself (docs/architecture.md).
BASE = {"errors", "limits", "checks", "months", "durable", "paths", "csv_files"}
BELOW_MODEL = BASE | {"system", "strategies"}
MAY_IMPORT = {
    "errors": set(),
    "limits": set(),
    "checks": {"errors", "limits"},
    "months": {"errors", "limits", "checks"},
    "durable": {"errors"},
    "paths": {"errors"},
    "csv_files": set(),
    "system": BASE,
    "strategies": BASE | {"system"},
    "model": BELOW_MODEL,
    "practice": BELOW_MODEL | {"model"},
    "analysis": {"errors"},
    "diffusion": BELOW_MODEL,
    "plots": {"analysis", "diffusion", "errors", "paths"},
    "experiment": BELOW_MODEL | {"model", "practice", "analysis"},
    "mesa_model": BELOW_MODEL | {"model", "practice", "experiment"},
    "evidence": {"errors"},
    "studies": BASE | {"system", "model", "evidence"},
    "trials": BELOW_MODEL | {"model", "practice", "experiment", "analysis"},
    "sensitivity": BELOW_MODEL | {"model", "practice", "experiment"},
    "calibration": BELOW_MODEL
    | {"model", "practice", "experiment", "evidence", "studies", "trials", "analysis"},
}
ANYTHING = {"__init__", "cli"}  # the public names, and the command line on top
LIBRARIES = {
    "errors": set(),
    "limits": set(),
    "checks": {"numpy", "pandas"},
    "csv_files": {"numpy", "pandas"},
    "months": {"pandas"},
    "durable": set(),
    "paths": {"numpy", "pandas"},
    "analysis": {"numpy", "pandas", "xarray", "scipy"},
    "evidence": {"numpy", "scipy"},
}
ONLY_IN = {"hydra": {"cli"}, "omegaconf": {"cli"}, "mesa": {"mesa_model"}, "matplotlib": {"plots"}}
ONLY_IN |= {"SALib": {"sensitivity"}, "sklearn": {"sensitivity"}, "statsmodels": {"diffusion"}}
EXECUTE = {"pickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "runpy"}
# Compiled code is what it loads: only its own, from where nobody else can write.
COMPILED_CODE = PACKAGE / "model" / "compile_cache.py"
SEEDED = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "Philox", "PCG64"}


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Full dotted names of what a file imports, also inside functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.AST) -> str:
    """`np.random.rand` of an attribute chain; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := dotted(node.value)):
        return f"{left}.{node.attr}"
    return ""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_read():
    assert {part(p) for p in FILES} - ANYTHING <= set(MAY_IMPORT)
    assert len(FILES) > 20


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_a_part_imports_only_what_lies_before_it(name):
    allowed = MAY_IMPORT[name] | {name}
    wrong = [
        f"{name_of(path)}: {module}"
        for path in FILES
        if part(path) == name
        for module in imported(path)
        if module.split(".")[0] == "imr_sim" and module.split(".")[1] not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_pure_parts_need_few_libraries(name):
    allowed = LIBRARIES[name] | {"imr_sim"} | set(sys.stdlib_module_names)
    wrong = [
        f"{name_of(path)}: {module}"
        for path in FILES
        if part(path) == name
        for module in imported(path)
        if module.split(".")[0] not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_framework_is_known_in_one_place(library):
    known = {part(p) for p in FILES for m in imported(p) if m.split(".")[0] == library}
    assert known <= ONLY_IN[library]


def test_loading_never_executes_code():
    wrong = []
    for path in FILES:
        if path != COMPILED_CODE:
            wrong += [f"{name_of(path)}: {m}" for m in imported(path) if m.split(".")[0] in EXECUTE]
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = dotted(node.func)
            unsafe = name in {
                "eval",
                "exec",
                "__import__",
                "yaml.load",
                "pd.read_pickle",
                "pd.eval",
            }
            unpickles = any(
                k.arg == "allow_pickle"
                and not (isinstance(k.value, ast.Constant) and k.value.value is False)
                for k in node.keywords
            )
            if unsafe or unpickles:
                wrong.append(f"{name_of(path)}:{node.lineno}: {name}")
    assert wrong == []


def test_randomness_comes_only_from_explicit_generators():
    wrong = []
    for path in FILES:
        modules = list(imported(path))
        wrong += [
            f"{name_of(path)}: {m}" for m in modules if m.split(".")[0] in {"random", "secrets"}
        ]
        names = [m for m in modules if m.startswith("numpy.random.")]
        names += [dotted(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
        for name in names:
            head, _, last = name.rpartition(".")
            if head in {"np.random", "numpy.random"} and last not in SEEDED:
                wrong.append(f"{name_of(path)}: {name}")
    assert wrong == []


def test_seed_zero_is_a_seed():
    """`if seed:` and `seed or 1` would make 0 mean "no seed"."""
    wrong = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            asked = [node.test] if isinstance(node, ast.If | ast.IfExp) else []
            asked += node.values if isinstance(node, ast.BoolOp) else []
            if any(dotted(a).split(".")[-1] == "seed" for a in asked):
                wrong.append(f"{name_of(path)}:{node.lineno}")
    assert wrong == []


def test_no_file_is_longer_than_400_lines_and_half_are_under_200():
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in FILES + SCRIPTS}
    assert {name_of(p): n for p, n in lengths.items() if n > 400} == {}
    assert sorted(lengths.values())[len(lengths) // 2] < 200


def packages() -> set[str]:
    return {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def named(page: str, begin: str, end: str, pattern: str) -> set[str]:
    """Packages in the first cells of a page's table."""
    text = (ROOT / page).read_text(encoding="utf-8").split(begin)[1].split(end)[0]
    first = " ".join(row.split("|")[1] for row in text.splitlines() if row.startswith("|"))
    return set(re.findall(pattern, first))


def test_the_readmes_map_names_every_package():
    assert named("README.md", "| folder | holds |", "\n\n", r"`imr_sim/(\w+)`") == packages()


def test_the_architecture_names_every_part_and_draws_none_that_is_there_already():
    page = "docs/architecture.md"
    parts = named(page, "| package | holds |", "## Where new", r"`imr_sim\.(\w+)`")
    assert parts == set(MAY_IMPORT) | {"cli"}
    drawn = named(page, "| room | will hold |", "## System", r"`imr_sim\.(\w+)`")
    assert drawn.isdisjoint(packages())


def test_every_package_has_its_row_among_the_imports():
    assert packages() <= set(MAY_IMPORT) | ANYTHING
