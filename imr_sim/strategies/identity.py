"""What a strategy is, code and state: results kept on disk are taken up only for the same one."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

from imr_sim.errors import RequestError
from imr_sim.strategies.composed import ComposedStrategy
from imr_sim.strategies.strategy import Strategy

STANDARD = Path(sysconfig.get_path("stdlib")).resolve()
_PLAIN = object.__reduce_ex__
INSTALLED = {"site-packages", "dist-packages"}
# Made by Python for every class, or about its text and not its working.
NOT_CODE = {
    "__dict__",
    "__weakref__",
    "__doc__",
    "__module__",
    "__qualname__",
    "__firstlineno__",
    "__static_attributes__",
    "__annotations__",
    "__annotate__",
    "__annotate_func__",
    "__annotations_cache__",
    "__abstractmethods__",
    "_abc_impl",
    "__match_args__",
    "__dataclass_params__",
    "__dataclass_fields__",
    "__pydantic_fields__",
}


def identity(strategy: Strategy) -> str:
    """SHA-256 over all that a strategy is: its class's code, its values, and what the code reads.

    Seen are the code and attributes of its class and of those that it derives from, its own
    values, and the functions, classes, global and enclosing variables that the code names, as far
    as they are the user's; of installed packages only name and version. Not seen is what the code
    reads from files or over a network.

    Parameters
    ----------
    strategy : Strategy

    Raises
    ------
    RequestError
        When it holds something whose state cannot be told, such as an open file.
    """
    if type(strategy) is ComposedStrategy:
        # `where` is the path of its file: the same strategy wherever it lies.
        fields = dataclasses.fields(strategy)
        told = [f"{f.name}={getattr(strategy, f.name)!r}" for f in fields if f.name != "where"]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()
    reader = _Reader(strategy)
    digest = hashlib.sha256()
    for part in reader.read(strategy, "self"):
        digest.update(part)
    return digest.hexdigest()


class _Reader:
    """Walks through an object, and says what it finds in bytes; each thing once."""

    def __init__(self, strategy: Strategy) -> None:
        self.about = f"strategy {strategy.name!r} (class {type(strategy).__name__})"
        self.met: dict[int, int] = {}
        self.kept: list[object] = []  # so that no id is used twice

    def read(self, value: Any, path: str) -> Iterator[bytes]:
        """The parts of a value; `path` says where it stands, for messages."""
        yield f"<{type(value).__module__}.{type(value).__qualname__}>".encode()
        if value is None or isinstance(value, bool | int | float | complex | str | bytes):
            yield repr(value).encode()
            if type(value).__module__ == "builtins":
                return
        if isinstance(value, np.generic | PurePath | Enum):
            yield repr(value).encode()
            return
        # Whether equal constants are one object is left to Python, so those are read each time.
        if not isinstance(value, tuple | frozenset | types.CodeType):
            if id(value) in self.met:
                yield f"as {self.met[id(value)]}".encode()
                return
            self.met[id(value)] = len(self.met)
            self.kept.append(value)
        if isinstance(value, tuple | list):
            for i, item in enumerate(value):
                yield from self.read(item, f"{path}[{i}]")
        elif isinstance(value, set | frozenset):
            yield from sorted(self._alone(item, path) for item in value)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                yield from self.read(key, path)
                yield from self.read(item, f"{path}[{key!r}]")
        elif isinstance(value, np.ndarray):
            yield from self._array(value, path)
        elif isinstance(value, pd.DataFrame | pd.Series | pd.Index):
            yield from self._table(value, path)
        elif isinstance(value, np.random.Generator):
            yield from self.read(value.bit_generator.state, path)
        elif isinstance(value, types.CodeType):
            yield from self._code(value, path)
        elif isinstance(value, types.FunctionType):
            yield from self._function(value, path)
        elif isinstance(value, types.MethodType):
            yield from self.read(value.__func__, path)
            yield from self.read(value.__self__, f"{path}.__self__")
        elif isinstance(value, types.ModuleType):
            yield from self._module(value)
        elif isinstance(value, type):
            yield from self._class(value, path)
        elif isinstance(value, types.BuiltinFunctionType | np.ufunc):
            yield str(getattr(value, "__qualname__", value.__name__)).encode()
        elif isinstance(value, staticmethod | classmethod):
            yield from self.read(value.__func__, path)
        elif isinstance(value, property):
            yield from self.read((value.fget, value.fset, value.fdel), path)
        elif isinstance(value, functools.partial):
            yield from self.read((value.func, value.args, value.keywords), path)
        else:
            yield from self._object(value, path)

    def _alone(self, value: Any, path: str) -> bytes:
        return b"".join(self.read(value, path))

    def _array(self, array: np.ndarray, path: str) -> Iterator[bytes]:
        yield f"{array.dtype.str} {array.shape}".encode()
        if array.dtype.hasobject:
            yield from self.read(array.tolist(), path)
        else:
            yield np.ascontiguousarray(array).tobytes()

    def _table(self, table: Any, path: str) -> Iterator[bytes]:
        frame = table.to_frame() if not isinstance(table, pd.DataFrame) else table
        yield from self.read([str(dtype) for dtype in frame.dtypes], path)
        yield from self.read(frame.columns.tolist(), path)
        yield from self.read(frame.index.tolist(), path)
        for i in range(frame.shape[1]):
            yield from self.read(frame.iloc[:, i].astype(object).tolist(), path)

    def _code(self, code: types.CodeType, path: str) -> Iterator[bytes]:
        yield code.co_code
        yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_flags)).encode()
        for constant in code.co_consts:
            yield from self.read(constant, path)

    def _function(self, function: types.FunctionType, path: str) -> Iterator[bytes]:
        yield f"{function.__module__}.{function.__qualname__}".encode()
        if not _of_the_user(function.__module__, function.__globals__.get("__file__")):
            return
        yield from self.read(function.__code__, path)
        yield from self.read((function.__defaults__, function.__kwdefaults__), path)
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        ):
            try:
                value = cell.cell_contents
            except ValueError:  # not yet set
                continue
            yield from self.read(value, f"{path}, variable {name}")
        for name in sorted(_names(function.__code__)):
            if name in function.__globals__:
                yield name.encode()
                yield from self.read(function.__globals__[name], f"{path}, variable {name}")
        if vars(function):
            yield from self.read(vars(function), path)

    def _module(self, module: types.ModuleType) -> Iterator[bytes]:
        yield module.__name__.encode()
        file = getattr(module, "__file__", None)
        if _of_the_user(module.__name__, file) and file:
            yield Path(file).read_bytes()
        else:
            top = sys.modules.get(module.__name__.partition(".")[0])
            yield str(getattr(top, "__version__", "")).encode()

    def _class(self, kind: type, path: str) -> Iterator[bytes]:
        yield f"{kind.__module__}.{kind.__qualname__}".encode()
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if not _of_the_user(kind.__module__, file):
            return
        for base in kind.__bases__:
            yield from self.read(base, path)
        for name, value in sorted(vars(kind).items()):
            if name in NOT_CODE or isinstance(value, types.MemberDescriptorType):
                continue
            yield name.encode()
            yield from self.read(value, f"{kind.__name__}.{name}")

    def _object(self, value: Any, path: str) -> Iterator[bytes]:
        """An object of any other class: its class, and all its attributes."""
        named = [vars(kind).get("__slots__", ()) for kind in type(value).__mro__]
        slots = [n for names in named for n in ((names,) if isinstance(names, str) else names)]
        slots = [n for n in slots if hasattr(value, n) and n not in ("__dict__", "__weakref__")]
        attributes, kind = getattr(value, "__dict__", {}), type(value)
        as_copied = self._as_copied(value, path)
        yield from self.read(type(value), path)
        for name, item in sorted(attributes.items()):
            yield name.encode()
            yield from self.read(item, f"{path}.{name}")
        for name in sorted(slots):
            yield name.encode()
            yield from self.read(getattr(value, name), f"{path}.{name}")
        if kind.__reduce__ is not object.__reduce__ or kind.__reduce_ex__ is not _PLAIN:
            yield from self.read(as_copied, path)

    def _as_copied(self, value: Any, path: str) -> Any:
        """What Python would copy an object by; it has none of what is tied to this process."""
        try:
            return value.__reduce_ex__(4)
        except Exception:
            raise RequestError(
                f"{path}: a {type(value).__name__}",
                where=self.about,
                why="what it holds cannot be told, so results kept for it could be those of another"
                " strategy",
                write="Keep numbers, text, lists, dicts and arrays in self.",
            ) from None


def _names(code: types.CodeType) -> set[str]:
    """Names that code, and the code inside of it, may look up."""
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*(_names(c) for c in inner))


def _of_the_user(module: str | None, file: str | None) -> bool:
    """Whether a module is the user's own: neither of Python, nor installed, nor of imr_sim."""
    top = (module or "").partition(".")[0]
    if top == "imr_sim" or top in sys.builtin_module_names or top == "builtins":
        return False
    if file is None:
        return True
    place = Path(file).resolve()
    return not (INSTALLED & set(place.parts) or place.is_relative_to(STANDARD))
