"""What an export path stands for: ``function``, ``Class.method``, ``instance.method``."""

from __future__ import annotations

import re
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Callable

from ..errors import IsolationError
from ..session.granted import Granted

_MAX_SEGMENTS = 32
_MAX_NAMES = 10


class Exports:
    """
    What a module itself exports: the names in its ``__all__``, or else its public names that it did not import.

    A name without an underscore in front is public. A constant counts as the module's own wherever it came from.
    """

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        declared = getattr(module, "__all__", None)
        self._declared = None if declared is None else frozenset(map(str, declared))

    def has(self, name: str) -> bool:
        """Whether the module exports the name."""
        if self._declared is not None:
            return name in self._declared and hasattr(self.module, name)
        return not name.startswith("_") and hasattr(self.module, name) and self._is_own(getattr(self.module, name))

    def names(self) -> list[str]:
        """All of them, sorted."""
        names = self._declared if self._declared is not None else vars(self.module)
        return sorted([name for name in names if self.has(name)])

    def _is_own(self, value: Any) -> bool:
        if isinstance(value, (ModuleType, Granted)):
            # What the module was granted is its own to call, not its callers'.
            return False
        home = getattr(value, "__module__", None)
        if not isinstance(home, str) or not (callable(value) or isinstance(value, type)):
            return True
        return home == self.module.__name__ or not _is_definition(value)


def resolve_export(exports: Exports, path: str) -> Callable[..., Any]:
    """The function at a path; of a constant, one that returns it. Raises METHOD_NOT_FOUND with the names there are."""
    module = exports.module.__name__
    segments = [re.sub(r"\\([\\.])", r"\1", part) for part in re.findall(r"(?:\\[\\.]|[^.])+", path)]
    if not segments or len(segments) > _MAX_SEGMENTS or path.count(".") - path.count("\\.") >= len(segments):
        raise _missing(f"the export path {path!r} for module {module} is empty, too long or has an empty name")
    first = segments[0]
    if not exports.has(first):
        raise _missing(f"module {module} has no export {first!r}{_advice(first, exports.names())}")
    value = getattr(exports.module, first)
    for index, name in enumerate(segments[1:], 1):
        before = ".".join(segments[:index])
        if name.startswith("_") or not hasattr(value, name):
            raise _missing(f"{before!r} of module {module} has no member {name!r}{_advice(name, member_names(value))}")
        if isinstance(value, type) and _needs_instance(value, name):
            raise _missing(
                f"{before}.{name} of module {module} needs an instance of {before}; make it static, or a function"
            )
        value = getattr(value, name)
    if isinstance(value, type):
        raise _missing(f"{path!r} of module {module} is a class{_advice('', member_names(value))}")
    if callable(value):
        function: Callable[..., Any] = value
        return function
    return lambda: value


def member_names(value: Any) -> list[str]:
    """What of a value can be called by a path. Properties are not read: they are code."""
    names: list[str] = []
    for name in dir(value):
        if name.startswith("_"):
            continue
        if isinstance(_static(type(value) if not isinstance(value, type) else value, name), property) or (
            isinstance(value, type) and _needs_instance(value, name)
        ):
            continue
        if callable(getattr(value, name, None)):
            names.append(name)
    return names


def _needs_instance(owner: type, name: str) -> bool:
    return isinstance(_static(owner, name), FunctionType)


def _is_definition(value: Any) -> bool:
    return isinstance(value, (type, FunctionType, BuiltinFunctionType))


def _static(owner: type, name: str) -> Any:
    """The member as its class defines it, without running what reads it."""
    for base in owner.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return None


def _missing(message: str) -> IsolationError:
    return IsolationError("METHOD_NOT_FOUND", message)


def _advice(name: str, names: list[str]) -> str:
    if not names:
        return "; it has none that can be called"
    # Imported where it is needed: a start has no time for it.
    import difflib

    close = difflib.get_close_matches(name, names, 1) if name else []
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return f"{hint} it has {', '.join(names[:_MAX_NAMES])}{more}"
