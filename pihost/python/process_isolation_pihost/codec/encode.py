"""A value as a payload."""

from __future__ import annotations

import datetime
import math
import re
import struct
from json.encoder import JSONEncoder
from typing import Any, Callable, NamedTuple, Optional

from ..errors import IsolationError
from ..wire.surrogates import utf8
from .dates import milliseconds_of
from .error_parts import parts_of
from .patterns import source_and_flags
from .values import MAX_PAYLOAD_DEPTH, MAX_SAFE_INTEGER, BigInt, Map, Undefined
from .views import view_name

_HEAD = struct.Struct("<BI")
VERSION = 1
OUT_OF_BAND_BYTES = 32 * 1024

_dumps = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

# Sends bytes on their own way and says where they are; None: they go inline.
Placer = Callable[["memoryview[Any]"], Optional[dict[str, Any]]]
# Lends what cannot be copied and describes it; None: it cannot be lent either.
Lender = Callable[[Any, str], Optional[dict[str, Any]]]


class EncodedValue(NamedTuple):
    """The bytes of a payload."""

    data: bytes


class Encoder:
    """Encodes one value: makes its text, numbers its objects, and collects its bytes."""

    def __init__(self, lend: Lender | None = None, place: Placer | None = None) -> None:
        self._lend = lend
        self._place = place
        self._numbers: dict[int, int] = {}
        self._objects = 0
        self._kept: list[Any] = []
        self._ranges: list[Any] = []
        self._range_of: dict[int, int] = {}
        self._bytes: list[bytes] = []
        self._lenient = 0

    def encode(self, value: Any, path: str) -> bytes:
        """The payload. Raises NOT_SERIALIZABLE with the path of what cannot cross."""
        node = self._node(value, path, 0)
        text = utf8(_dumps([node, self._ranges] if self._ranges else [node]))
        return b"".join([_HEAD.pack(VERSION, len(text)), text, *self._bytes])

    def _node(self, value: Any, path: str, depth: int) -> Any:
        kind = type(value)
        if kind is str:
            return f"${value}" if value[:1] == "$" else value
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else _big(value)
        if kind is float:
            return _float_node(value)
        if depth > MAX_PAYLOAD_DEPTH:
            raise refused(path, f"it has more than {MAX_PAYLOAD_DEPTH} objects inside one another")
        return self._object(value, path, depth)

    def _object(self, value: Any, path: str, depth: int) -> Any:
        number = self._numbers.get(id(value))
        if number is not None:
            return f"$@{number}"
        if isinstance(value, dict):
            return self._dict(value, path, depth)
        if isinstance(value, (list, tuple)):
            self._count(value)
            return [self._node(member, f"{path}[{index}]", depth + 1) for index, member in enumerate(value)]
        if isinstance(value, (set, frozenset)):
            self._count(value)
            return ["$s", *[self._node(member, f"{path}.<member>", depth + 1) for member in value]]
        if isinstance(value, BaseException):
            return self._error(value, path, depth)
        fields = getattr(type(value), "__dataclass_fields__", None)
        if fields is not None:
            self._count(value)
            return {name: self._node(getattr(value, name), f"{path}.{name}", depth + 1) for name in fields}
        return self._leaf(value, path)

    def _count(self, value: Any) -> None:
        self._numbers[id(value)] = self._objects
        self._objects += 1
        # An id is only the object's own for as long as that is there.
        self._kept.append(value)

    def _dict(self, value: dict[Any, Any], path: str, depth: int) -> Any:
        self._count(value)
        if not isinstance(value, Map) and all(isinstance(key, str) for key in value):
            return {str(key): self._node(member, f"{path}.{key}", depth + 1) for key, member in value.items()}
        node: list[Any] = ["$m"]
        for key, member in value.items():
            node.append(self._node(key, f"{path}.<key {key!r}>", depth + 1))
            node.append(self._node(member, f"{path}[{key!r}]", depth + 1))
        return node

    def _leaf(self, value: Any, path: str) -> Any:
        if isinstance(value, Undefined):
            return "$u"
        if isinstance(value, BigInt):
            return _big(value)
        if isinstance(value, (bool, int, float, str)):
            return self._node(_plain(value), path, 0)
        if isinstance(value, datetime.datetime):
            self._count(value)
            return f"$d{milliseconds_of(value)}"
        if isinstance(value, re.Pattern):
            try:
                source, flags = source_and_flags(value)
            except ValueError as error:
                raise refused(path, str(error)) from None
            self._count(value)
            return ["$r", source, flags, 0]
        return self._bytes_or_lent(value, path)

    def _bytes_or_lent(self, value: Any, path: str) -> Any:
        if isinstance(value, bytes):
            self._count(value)
            return ["$v", "Uint8Array", self._range(value, value), 0, len(value)]
        if isinstance(value, bytearray):
            return ["$l", self._range(value, value)]
        lent = self._lend(value, path) if self._lend is not None else None
        if lent is not None:
            # Each time it is met it is lent anew: nothing here is one and the same for the borrower.
            self._objects += 1
            return ["$x", lent]
        if getattr(value, "shape", None) == () and hasattr(value, "item"):
            return self._node(value.item(), path, 0)
        try:
            view = memoryview(value)
        except TypeError:
            raise refused(path, f"{_described(value)} has no counterpart in JavaScript{_advice(value)}") from None
        return self._view(value, view, path)

    def _view(self, value: Any, view: memoryview[Any], path: str) -> Any:
        name = view_name(view)
        if name is None:
            shape = f"{view.ndim} dimensions" if view.ndim != 1 else f"elements of the format {view.format!r}"
            raise refused(path, f"{_described(value)} with {shape} has no counterpart in JavaScript; send a list of it")
        self._count(value)
        memory = view.obj if isinstance(view.obj, bytearray) and view.c_contiguous else None
        if memory is None:
            return ["$v", name, self._range(value, view.tobytes()), 0, len(view)]
        offset = _offset_of(view, memory)
        if offset is None:
            return ["$v", name, self._range(value, view.tobytes()), 0, len(view)]
        return ["$v", name, self._range(memory, memory), offset, len(view)]

    def _range(self, owner: Any, data: Any) -> int:
        known = self._range_of.get(id(owner))
        if known is not None:
            return known
        number = self._range_of[id(owner)] = len(self._ranges)
        self._kept.append(owner)
        length = len(data)
        place = self._place(memoryview(data)) if self._place is not None and length >= OUT_OF_BAND_BYTES else None
        if place is None:
            self._ranges.append(length)
            self._bytes.append(bytes(data))
        else:
            self._ranges.append([length, place])
        return number

    def _error(self, error: BaseException, path: str, depth: int) -> Any:
        self._count(error)
        parts, cause, members, fields = parts_of(error)
        if cause is not None:
            parts["cause"] = self._node(cause, f"{path}.__cause__", depth + 1)
        if members is not None:
            parts["members"] = [self._node(member, f"{path}.exceptions", depth + 1) for member in members]
        sent: dict[str, Any] = {}
        for name, value in fields:
            node = self._field(value, f"{path}.{name}", depth + 1)
            if node is not _LEFT_OUT:
                sent[name] = node
        return ["$e", parts, sent]

    def _field(self, value: Any, path: str, depth: int) -> Any:
        """Nothing is lent in an error; what cannot be copied is left out, with all that it would have counted."""
        before = (self._objects, dict(self._numbers), len(self._ranges), len(self._bytes), dict(self._range_of))
        lend, self._lend = self._lend, None
        try:
            return self._node(value, path, depth)
        except IsolationError:
            self._objects, self._numbers, ranges, parts, self._range_of = before
            del self._ranges[ranges:], self._bytes[parts:]
            return _LEFT_OUT
        finally:
            self._lend = lend


_LEFT_OUT = object()


def refused(path: str, why: str) -> IsolationError:
    """Why a value cannot cross."""
    return IsolationError("NOT_SERIALIZABLE", f"{path} cannot cross the process boundary: {why}", {"path": path})


def _big(value: int) -> str:
    return f"$i{value:x}"


def _float_node(value: float) -> Any:
    if value != value:
        return "$n"
    if math.isinf(value):
        return "$+" if value > 0 else "$_"
    return "$-" if value == 0 and math.copysign(1, value) < 0 else value


def _plain(value: Any) -> Any:
    """A value of a class of the user's as the built-in one: an IntEnum, a str subclass, numpy.float64."""
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else str.__str__(value)


def _described(value: Any) -> str:
    return f"a {type(value).__module__}.{type(value).__qualname__}"


def _advice(value: Any) -> str:
    if callable(value):
        return "; a function can be lent in the arguments of a call, or for good with keep()"
    if isinstance(value, datetime.date):
        return "; send a datetime, or its isoformat()"
    return "; send a dict of what it holds, or lend it with remote()"


def _offset_of(view: memoryview[Any], memory: bytearray) -> int | None:
    """Where in its memory a view begins; ``None`` where that cannot be told."""
    import ctypes

    try:
        whole = ctypes.addressof(ctypes.c_char.from_buffer(memory)) if memory else 0
        part = ctypes.addressof(ctypes.c_char.from_buffer(view.cast("B"))) if len(view) else whole
    except (TypeError, ValueError, BufferError):
        return None
    return part - whole
