"""Files of strategies and practices hold plain values, and what is wrong with them is said."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imr_sim.errors import RequestError
from imr_sim.paths import configs
from imr_sim.practice import load_practice
from imr_sim.strategies import load_strategy
from imr_sim.strategies.yaml_file import read_yaml

FILES = sorted([*(configs() / "strategy").glob("*.yaml"), *(configs() / "practice").glob("*.yaml")])
BITS = (
    *(
        "!!bool maybe",
        "!!python/object:os.system x",
        "2001-02-30",
        "9" * 5000,
        "0402",
        "1:30",
        "NaN",
    ),
    *(
        "${oc.env:HOME}",
        "&a [*a]",
        "*a",
        "<<: 3",
        "? [a]",
        "[" * 2000,
        "\0",
        "\x1b[31m",
        "\t",
        "- ",
        ":",
    ),
    *("-1", "1e400", "null", "{}", "[]", '"', "'", "#", "|", "%", "@", "\u202e", "\ud7ff", ".inf"),
)


def value(text: str, tmp_path: Path) -> object:
    path = tmp_path / "x.yaml"
    path.write_text(f"a: {text}\n", encoding="utf-8")
    content = read_yaml(path, "x.yaml", "strategy", "docs")
    assert isinstance(content, dict)
    return content["a"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("0402", "0402"),  # a station, and not octal
        ("402", 402),
        ("1:30", "1:30"),
        ("5e6", 5e6),
        ("-.5", -0.5),
        ("2001-02-30", "2001-02-30"),
        ("0x1F", "0x1F"),
        ("${oc.env:HOME}", "${oc.env:HOME}"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_a_value_is_what_people_would_read(text, plain, tmp_path):
    found = value(text, tmp_path)
    assert found == plain and type(found) is type(plain)


@given(number=st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_python_writes_it(number, tmp_path_factory):
    found = value(repr(number), tmp_path_factory.getbasetemp())
    assert found == number and type(found) is type(number)


@pytest.mark.parametrize(
    "tag", ["!!bool", "!!int", "!!timestamp", "!!binary", "!!set", "!own", "!"]
)
def test_every_tag_is_refused(tag, tmp_path):
    with pytest.raises(RequestError, match="without tags"):
        value(f"{tag} 1", tmp_path)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_refused_in_words_or_read(seed, tmp_path):
    """Many mutations of files that ship: whatever is wrong, the error is one that was foreseen."""
    rng = random.Random(seed)
    for _ in range(15):
        source = rng.choice(FILES)
        text = list(source.read_text(encoding="utf-8"))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text))
            text[at : at + rng.choice((0, 0, 1, 5, 40))] = rng.choice(BITS)
        path = tmp_path / "mutated.yaml"
        path.write_text("".join(text), encoding="utf-8")
        load = load_strategy if source.parent.name == "strategy" else load_practice
        try:
            load(str(path))
        except RequestError as error:
            assert len(str(error)) < 6000
