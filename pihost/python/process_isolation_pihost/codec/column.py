"""The JSON text of a value that JSON carries exactly, and no text for any other."""

from __future__ import annotations

from json.encoder import JSONEncoder, encode_basestring  # type: ignore[attr-defined, unused-ignore]
from typing import Any, Callable

from .values import MAX_COLUMN_DEPTH, MAX_SAFE_INTEGER

MAX_COLUMN_TEXT = 64 * 1024

_INFINITIES = (float("inf"), float("-inf"))
_dumps = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def column_text(value: Any) -> str | None:
    """The text of the value in a column. ``None``: it has to go as a payload."""
    write = SCALARS.get(type(value))
    if write is not None:
        return write(value)
    if type(value) in _CONTAINERS and _is_json_safe(value):
        text = _dumps(value)
        return text if len(text) < MAX_COLUMN_TEXT else None
    return None


def _int_text(value: int) -> str | None:
    return int.__repr__(value) if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else None


def _float_text(value: float) -> str | None:
    if value != value or value in _INFINITIES or (value == 0 and str(value) == "-0.0"):
        return None
    return float.__repr__(value)


def _str_text(value: str) -> str | None:
    return encode_basestring(value) if len(value) < MAX_COLUMN_TEXT else None  # type: ignore[no-any-return, unused-ignore]


# The text of each value of these types; ``None``: it has to go as a payload.
SCALARS: dict[type, Callable[[Any], str | None]] = {
    int: _int_text,
    str: _str_text,
    float: _float_text,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "null",
}
_CONTAINERS = (list, dict, tuple)

#: Values of these types do not change, and their text is short: it can be made for many of them at once.
PLAIN = frozenset((int, float, bool, type(None)))


def plain_texts(values: list[Any]) -> list[str | None]:
    """
    The texts of elements that are plain, or JSON texts already; where it can be, one text of them all.

    ``None`` in its place for an element that has to go as a payload.
    """
    kinds = set(map(type, values))
    if kinds == _INTS and min(values) >= -MAX_SAFE_INTEGER and max(values) <= MAX_SAFE_INTEGER:
        # As JSON writes them, in a single step.
        return [repr(values)[1:-1]]
    return [value if type(value) is str else SCALARS[type(value)](value) for value in values]


_INTS = {int}


def _is_json_safe(root: Any) -> bool:
    """Whether JSON gives back exactly this: plain containers, none of them twice, numbers that JavaScript has."""
    seen: set[int] = set()
    waiting: list[tuple[Any, int]] = [(root, 1)]
    while waiting:
        container, depth = waiting.pop()
        if depth > MAX_COLUMN_DEPTH or id(container) in seen:
            return False
        seen.add(id(container))
        if type(container) is dict:
            for key in container:
                if type(key) is not str:
                    return False
            members: Any = container.values()
        else:
            members = container
        for member in members:
            kind = type(member)
            if kind is str or kind is bool or member is None:
                continue
            if kind is int:
                if not -MAX_SAFE_INTEGER <= member <= MAX_SAFE_INTEGER:
                    return False
            elif kind is float:
                if _float_text(member) is None:
                    return False
            elif kind in _CONTAINERS:
                waiting.append((member, depth + 1))
            else:
                return False
    return True
