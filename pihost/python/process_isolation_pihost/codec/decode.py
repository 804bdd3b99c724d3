"""A payload as a value."""

from __future__ import annotations

import struct
from json.decoder import JSONDecodeError, JSONDecoder
from typing import Any, Callable, cast

from ..errors import IsolationError, RemoteError, protocol_error
from .dates import moment_of
from .error_parts import exception_of
from .patterns import pattern_of
from .values import BigInt, Map
from .views import view_of

_HEAD = struct.Struct("<BI")
_scan = JSONDecoder().raw_decode

# Reads bytes from the place that a descriptor names.
Reader = Callable[[Any], bytes]
# Makes what stands for something that the peer has lent.
Borrower = Callable[[dict[str, Any]], Any]

_CONSTANTS: dict[str, Any] = {
    "$u": None,
    "$n": float("nan"),
    "$-": -0.0,
    "$+": float("inf"),
    "$_": float("-inf"),
}


def parse_json(text: str) -> Any:
    """JSON of the peer. Raises PROTOCOL."""
    try:
        value, end = _scan(text)
    except (JSONDecodeError, RecursionError) as error:
        raise protocol_error(f"the peer sent no JSON that can be read: {error}") from None
    if end != len(text) and text[end:].strip():
        raise protocol_error("the peer sent more than one JSON value")
    return value


class Decoder:
    """Decodes one payload. Raises PROTOCOL for what breaks the format, or has no counterpart in Python."""

    def __init__(self, read: Reader, borrow: Borrower | None = None) -> None:
        self._read = read
        self._borrow = borrow
        self._objects: list[Any] = []
        self._ranges: list[Any] = []
        self._buffers: dict[int, bytearray] = {}
        self._data = b""
        self._offsets: list[int] = []

    def decode(self, data: bytes) -> Any:
        """The value."""
        if len(data) < _HEAD.size:
            raise protocol_error(f"a payload has {len(data)} bytes; it begins with {_HEAD.size}")
        version, length = _HEAD.unpack_from(data)
        if version != 1:
            raise protocol_error(f"a payload is of version {version}; this runtime reads version 1")
        end = _HEAD.size + length
        if end > len(data):
            raise protocol_error("the text of a payload is longer than the payload")
        try:
            document = parse_json(data[_HEAD.size : end].decode("utf-8"))
        except UnicodeDecodeError:
            raise protocol_error("the text of a payload is no UTF-8") from None
        if not isinstance(document, list) or not 1 <= len(document) <= 2:
            raise protocol_error("the text of a payload is [root] or [root, ranges]")
        self._data = data
        self._place_ranges(document[1] if len(document) == 2 else [], end)
        try:
            return self._value(document[0])
        except (IndexError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise protocol_error(f"a payload cannot be decoded: {error}") from None

    def _place_ranges(self, ranges: Any, offset: int) -> None:
        if not isinstance(ranges, list):
            raise protocol_error("the ranges of a payload are a list")
        for entry in ranges:
            length, place = (
                (entry[0], entry[1] if len(entry) > 1 else None) if isinstance(entry, list) else (entry, None)
            )
            if type(length) is not int or length < 0:
                raise protocol_error(f"a range of {length!r} bytes")
            self._ranges.append((length, place))
            self._offsets.append(offset)
            offset += length if place is None else 0
        if offset > len(self._data):
            raise protocol_error("the ranges of a payload are longer than the payload")

    def _value(self, node: Any) -> Any:
        kind = type(node)
        if kind is str:
            return self._text(node) if node[:1] == "$" else node
        if kind is list:
            return self._list(node)
        if kind is dict:
            made: dict[str, Any] = {}
            self._objects.append(made)
            for key, member in node.items():
                made[key] = self._value(member)
            return made
        return node

    def _text(self, text: str) -> Any:
        mark = text[1:2]
        if mark == "$":
            return text[1:]
        if mark == "i":
            return BigInt(text[2:], 16)
        if mark == "d":
            moment = moment_of(text[2:])
            self._objects.append(moment)
            return moment
        if mark == "@":
            return self._objects[int(text[2:])]
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        raise protocol_error(f"the marker {text[:20]!r} is unknown")

    def _list(self, node: list[Any]) -> Any:
        first = node[0] if node else None
        if type(first) is str and first[:1] == "$" and len(first) == 2 and first in _COMPOSITES:
            return _COMPOSITES[first](self, node)
        made: list[Any] = []
        self._objects.append(made)
        for member in node:
            made.append(self._value(member))
        return made

    def _map(self, node: list[Any]) -> Map:
        made = Map()
        self._objects.append(made)
        for index in range(1, len(node), 2):
            key = self._value(node[index])
            made[key] = self._value(node[index + 1])
        if len(made) != len(node) // 2:
            raise protocol_error("a Map has keys that are equal in Python")
        return made

    def _set(self, node: list[Any]) -> Any:
        made: set[Any] = set()
        self._objects.append(made)
        for member in node[1:]:
            made.add(self._value(member))
        if len(made) != len(node) - 1:
            raise protocol_error("a Set has members that are equal in Python")
        return made

    def _pattern(self, node: list[Any]) -> Any:
        pattern = pattern_of(str(node[1]), str(node[2]))
        self._objects.append(pattern)
        return pattern

    def _boxed(self, node: list[Any]) -> Any:
        number = len(self._objects)
        self._objects.append(None)
        self._objects[number] = self._value(node[1])
        return self._objects[number]

    def _bare(self, node: list[Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self._objects.append(made)
        for key, member in node[1].items():
            made[key] = self._value(member)
        return made

    def _sparse(self, node: list[Any]) -> list[Any]:
        """Holes are ``None``; named properties have no counterpart."""
        length, fields = node[1], node[2]
        if fields:
            raise protocol_error(f"an array with the properties {', '.join(fields)} has no counterpart in Python")
        if type(length) is not int or not 0 <= length <= _MAX_SPARSE:
            raise protocol_error(f"an array of {length!r} places, most of them holes, has no counterpart in Python")
        made: list[Any] = [None] * length
        self._objects.append(made)
        for index in range(3, len(node), 2):
            made[node[index]] = self._value(node[index + 1])
        return made

    def _error(self, node: list[Any]) -> BaseException:
        parts = node[1] if len(node) > 1 else {}
        error = exception_of(parts)
        self._objects.append(error)
        if "cause" in parts:
            cause = self._value(parts["cause"])
            if isinstance(cause, BaseException):
                error.__cause__ = cause
            if isinstance(error, RemoteError):
                error.cause = cause
        members = [self._value(member) for member in parts.get("members", ())]
        fields = {key: self._value(member) for key, member in (node[2] if len(node) > 2 else {}).items()}
        if isinstance(error, RemoteError):
            error.errors, error.fields = members, fields
        elif isinstance(error, IsolationError):
            facts = fields.get("facts")
            error.facts.update(facts if isinstance(facts, dict) else fields)
        else:
            vars(error).update(fields)
        return error

    def _buffer(self, node: list[Any]) -> bytearray:
        return self._memory(node[1])

    def _view(self, node: list[Any]) -> Any:
        view = view_of(node[1], self._memory(node[2]), int(node[3]), node[4])
        self._objects.append(view)
        return view

    def _lent(self, node: list[Any]) -> Any:
        if self._borrow is None:
            raise protocol_error("something is lent where nothing can be")
        borrowed = self._borrow(node[1])
        self._objects.append(borrowed)
        return borrowed

    def _node_object(self, node: list[Any]) -> Any:
        raise protocol_error(f"an object of Node.js, {node[1]!r}, has no counterpart in Python")

    def _memory(self, number: int) -> bytearray:
        known = self._buffers.get(number)
        if known is None:
            length, place = self._ranges[number]
            offset = self._offsets[number]
            data = self._data[offset : offset + length] if place is None else self._read(place)
            if len(data) != length:
                raise protocol_error(f"a range of {length} bytes has {len(data)}")
            known = self._buffers[number] = bytearray(data)
        return known


_MAX_SPARSE = 10_000_000

_COMPOSITES: dict[str, Callable[[Decoder, list[Any]], Any]] = cast(
    Any,
    {
        "$m": Decoder._map,
        "$s": Decoder._set,
        "$r": Decoder._pattern,
        "$b": Decoder._boxed,
        "$o": Decoder._bare,
        "$a": Decoder._sparse,
        "$e": Decoder._error,
        "$l": Decoder._buffer,
        "$v": Decoder._view,
        "$p": Decoder._node_object,
        "$x": Decoder._lent,
    },
)
