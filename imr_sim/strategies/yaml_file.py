"""YAML files as plain values: nothing in them is executed."""

from __future__ import annotations

from pathlib import Path

import yaml

from imr_sim.errors import RequestError

MOST_VALUES = 100_000
MOST_DIGITS = 300  # of a number; a float holds no more


class _EachKeyOnce(yaml.SafeLoader):
    """Plain YAML, where a key that stands twice is an error instead of the last one counting.

    Tags are errors.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse what is not plain, before anything is made of it."""
        event = self.peek_event()
        if not isinstance(event, yaml.AliasEvent) and getattr(event, "tag", None) is not None:
            raise _not_plain(f"a tag ({event.tag})", event.start_mark)
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":int"):
            if len(node.value) > MOST_DIGITS:
                raise _not_plain(f"a number of {len(node.value):,} digits", event.start_mark)
        return node

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
                mark = node.value[i][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", mark)
        return super().construct_mapping(node, deep)


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
        return _EachKeyOnce(path.read_text(encoding="utf-8")).get_single_data()
    except OSError as error:
        why, write = f"it cannot be read ({error.strerror})", f"Give the path of a {kind} file."
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8 (byte {error.start})"
        write = "Save it as UTF-8 text."
    except yaml.constructor.ConstructorError as error:
        why, write = (
            _at(error),
            "Write plain keys and values, each key once, without tags (!...).",
        )
    except RecursionError:
        why, write = "it is nested too deep", f"Write plain keys and values; see {page}."
    except (ValueError, OverflowError) as error:  # from Python's dates
        why = f"it holds a date that is not in the calendar ({error})"
        write = 'Write text in "quotes".'
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
