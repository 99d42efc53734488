"""YAML files as plain values: nothing in them is executed."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from imr_sim.errors import RequestError

MOST_VALUES = 100_000
LONGEST_NUMBER = 40  # characters; more than any amount, seed or place needs


class _Plain(yaml.SafeLoader):
    """Plain YAML: no tags, no dates, each key once, and numbers as people write them.

    YAML 1.1 would read 0402 as octal, 1:30 as sixties, 2001-02-30 as a date, and 5e6 as text.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()
        if not isinstance(event, yaml.AliasEvent) and getattr(event, "tag", None) is not None:
            raise _not_plain(f"the tag {event.tag!r} stands", event.start_mark)
        return super().compose_node(parent, index)

    def get_single_node(self) -> yaml.Node | None:
        """Refuse references to references that would fill any memory."""
        node = super().get_single_node()
        if node is not None and _size(node, {}) > MOST_VALUES:
            raise _not_plain("more values than can be read, by references (*)", node.start_mark)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for i, key in enumerate(keys):
            if key in keys[:i]:
                raise _not_plain(f"{key!r} stands twice", node.value[i][0].start_mark)
        return super().construct_mapping(node, deep)

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        text = self.construct_scalar(node)
        if len(text) > LONGEST_NUMBER:
            raise _not_plain(f"a number of {len(text):,} characters stands", node.start_mark)
        return int(text) if node.tag.endswith(":int") else self.construct_yaml_float(node)


NOT_PLAIN = {
    f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "timestamp", "merge", "value")
}
_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in NOT_PLAIN]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _kind, _pattern in (
    ("int", r"[-+]?(0|[1-9][0-9]*)"),
    (
        "float",
        r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|(0|[1-9][0-9]*)(?=[eE]))([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)",
    ),
):
    _tag = f"tag:yaml.org,2002:{_kind}"
    _Plain.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})$"), list("-+.0123456789"))
    _Plain.add_constructor(_tag, _Plain.construct_number)


def read_yaml(path: Path, where: str, kind: str, page: str) -> object:
    """Content of a YAML file as plain values.

    Parameters
    ----------
    path : Path
    where : str
        What messages call the file.
    kind, page : str
        What it defines, and the page of the documentation that says how.

    Raises
    ------
    RequestError
        When the file cannot be read, is not YAML, or holds tags or a key twice.
    """
    try:
        return _Plain(path.read_text(encoding="utf-8")).get_single_data()
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8 (byte {error.start})"
        write = "Save it as UTF-8 text."
    except yaml.constructor.ConstructorError as error:
        why, write = _at(error), "Write plain keys and values, each key once, without tags (!...)."
    except RecursionError:
        why, write = "it is nested too deep", f"Write plain keys and values; see {page}."
    except (OSError, ValueError) as error:  # a ValueError: a NUL in its name
        reason = getattr(error, "strerror", None) or error
        why, write = f"it cannot be read ({reason})", f"Give the path of a {kind} file."
    except (TypeError, AttributeError, KeyError):  # a key that is a list, or the like
        why, write = "its keys are not plain words", f"Write plain keys and values; see {page}."
    except yaml.YAMLError as error:
        why, write = f"it is not YAML: {_at(error)}", "Mend the line; indent with spaces."
    raise RequestError(path.name, where=where, why=why, write=write)


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Values that a node stands for, those that it refers to included."""
    if id(node) not in known:
        known[id(node)] = 0  # of a node that holds itself, while it is counted
        held = node.value if isinstance(node, yaml.CollectionNode) else []
        inner = [n for pair in held for n in pair] if isinstance(node, yaml.MappingNode) else held
        known[id(node)] = 1 + sum(_size(n, known) for n in inner)
    return known[id(node)]


def _not_plain(what: str, mark: yaml.Mark) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, what, mark)


def _at(error: yaml.YAMLError) -> str:
    """What YAML found, and in which line."""
    mark = getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or 'unreadable characters'}{line}"
