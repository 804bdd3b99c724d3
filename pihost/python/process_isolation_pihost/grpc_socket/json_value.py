"""google.protobuf.Value and its kin as bytes, by hand."""

from __future__ import annotations

import math
import struct
from typing import Any

from ..codec.encode import refused
from ..errors import protocol_error
from ..wire.protobuf import bytes_of, length_delimited, read_fields, text_of, varint

_MAX_DEPTH = 100
_NULL = b"\x08\x00"
_MANY_DIGITS = 1e40


def encode_value(value: Any, path: str, depth: int = 0) -> bytes:
    """A Value. Raises NOT_SERIALIZABLE for what JSON does not have."""
    if depth > _MAX_DEPTH:
        raise refused(path, f"it has more than {_MAX_DEPTH} objects inside one another")
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return varint(4 << 3) + varint(int(value))
    if isinstance(value, (int, float)):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number) or (isinstance(value, int) and int(number) != value):
            raise refused(path, f"JSON does not have the number {_shown(value, number)}")
        return varint(2 << 3 | 1) + struct.pack("<d", number)
    if isinstance(value, str):
        return length_delimited(3, value.encode("utf-8", "replace"))
    if isinstance(value, dict):
        return length_delimited(5, encode_struct(value, path, depth))
    if isinstance(value, (list, tuple)):
        items = [encode_value(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        return length_delimited(6, b"".join([length_delimited(1, item) for item in items]))
    raise refused(path, f"JSON does not have a {type(value).__module__}.{type(value).__qualname__}")


def _shown(value: int | float, number: float) -> int | float:
    """Python refuses to write integers of thousands of digits."""
    return value if abs(number) < _MANY_DIGITS else number


def encode_struct(value: dict[Any, Any], path: str, depth: int = 0) -> bytes:
    """A Struct."""
    parts: list[bytes] = []
    for key, member in value.items():
        if not isinstance(key, str):
            raise refused(path, f"JSON does not have the key {key!r}")
        encoded = encode_value(member, f"{path}.{key}", depth + 1)
        entry = length_delimited(1, key.encode("utf-8", "replace")) + length_delimited(2, encoded)
        parts.append(length_delimited(1, entry))
    return b"".join(parts)


def decode_value(data: bytes, depth: int = 0) -> Any:
    """What a Value holds; whole numbers are integers."""
    if depth > _MAX_DEPTH:
        raise protocol_error(f"a value has more than {_MAX_DEPTH} objects inside one another")
    result: Any = None
    for field, _, raw in read_fields(data):
        if field == 1:
            result = None
        elif field == 2:
            number = struct.unpack("<d", bytes_of(raw))[0]
            result = int(number) if number.is_integer() and abs(number) < 2**53 else number
        elif field == 3:
            result = text_of(raw)
        elif field == 4:
            result = bool(raw)
        elif field == 5:
            result = decode_struct(bytes_of(raw), depth)
        elif field == 6:
            result = decode_list(bytes_of(raw), depth)
    return result


def decode_list(data: bytes, depth: int = 0) -> list[Any]:
    """What a ListValue holds."""
    return [decode_value(bytes_of(raw), depth + 1) for field, _, raw in read_fields(data) if field == 1]


def decode_struct(data: bytes, depth: int = 0) -> dict[str, Any]:
    """What a Struct holds."""
    result: dict[str, Any] = {}
    for field, _, raw in read_fields(data):
        if field == 1:
            entry = {number: part for number, _, part in read_fields(bytes_of(raw))}
            result[text_of(entry.get(1, b""))] = decode_value(bytes_of(entry.get(2, b"")), depth + 1)
    return result
