"""The exports of a module as a list, for who asks what there is to call."""

from __future__ import annotations

from types import CodeType
from typing import Any

from .export_path import Exports, member_names

# Of code objects, as `inspect` has them: importing that takes longer than a whole start may.
_GENERATOR = 0x20
_COROUTINE = 0x80
_ASYNC_GENERATOR = 0x200


def describe_exports(exports: Exports) -> list[dict[str, Any]]:
    """``{name, kind, async?, generator?, members?}`` of each export, sorted by name."""
    return [_describe(name, getattr(exports.module, name), 1) for name in exports.names()]


def _describe(name: str, value: Any, depth: int) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, **_kind_of(value)}
    is_function = described["kind"] == "function"
    if depth > 0 and not is_function and not isinstance(value, (str, bytes, int, float, list, dict, tuple, set)):
        members = [_describe(member, getattr(value, member), depth - 1) for member in member_names(value)]
        if members:
            described["members"] = members
    return described


def _kind_of(value: Any) -> dict[str, Any]:
    if isinstance(value, type):
        return {"kind": "class"}
    if not callable(value):
        return {"kind": "value"}
    code = getattr(value, "__code__", None)
    flags = code.co_flags if isinstance(code, CodeType) else 0
    kind: dict[str, Any] = {"kind": "function"}
    if flags & (_COROUTINE | _ASYNC_GENERATOR):
        kind["async"] = True
    if flags & (_GENERATOR | _ASYNC_GENERATOR):
        kind["generator"] = True
    return kind
