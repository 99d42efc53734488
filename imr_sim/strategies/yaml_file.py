"""YAML files as plain values: nothing in them is executed."""

from __future__ import annotations

from pathlib import Path

import yaml

from imr_sim.errors import RequestError


class _EachKeyOnce(yaml.SafeLoader):
    """Plain YAML, where a key that stands twice is an error instead of the last one counting."""

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
        why, write = _at(error), "Write plain keys and values, each key once, without tags (!...)."
    except RecursionError:
        why, write = "it is nested too deep", f"Write plain keys and values; see {page}."
    except yaml.YAMLError as error:
        why, write = f"it is not YAML: {_at(error)}", "Mend the line; indent with spaces."
    raise RequestError(path.name, where=where, why=why, write=write)


def _at(error: yaml.YAMLError) -> str:
    """What YAML found, and in which line."""
    mark = getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or 'unreadable characters'}{line}"
