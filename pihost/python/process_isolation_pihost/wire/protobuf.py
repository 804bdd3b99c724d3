"""The wire format of protobuf, as far as the contract uses it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Union

from ..errors import protocol_error

VARINT = 0
FIXED64 = 1
BYTES = 2
FIXED32 = 5

_VARINT_BYTES = 10
_UINT32 = 0xFFFFFFFF

FieldValue = Union[int, bytes]


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """The number at a position, and the position behind it."""
    value = shift = 0
    try:
        for _ in range(_VARINT_BYTES):
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, position
            shift += 7
    except IndexError:
        raise protocol_error("a message ends inside a number") from None
    raise protocol_error("a number has more than 10 bytes")


def read_fields(data: bytes) -> Iterator[tuple[int, int, FieldValue]]:
    """Every field of a message: its number, its wire type, and a number or bytes. Groups are refused."""
    position = 0
    end = len(data)
    while position < end:
        tag = data[position]
        if tag < 0x80:
            position += 1
        else:
            tag, position = read_varint(data, position)
        kind = tag & 7
        value: FieldValue
        if kind == BYTES:
            length, position = read_varint(data, position)
            value = data[position : position + length]
            position += length
        elif kind == VARINT:
            value, position = read_varint(data, position)
        elif kind in (FIXED64, FIXED32):
            length = 8 if kind == FIXED64 else 4
            value = data[position : position + length]
            position += length
        else:
            raise protocol_error(f"wire type {kind} is no field of the contract")
        if position > end or tag >> 3 == 0:
            raise protocol_error("a field is longer than its message, or has no number")
        yield tag >> 3, kind, value


def unpack_uint32(value: FieldValue) -> list[int]:
    """The members of a repeated number, packed or alone."""
    if isinstance(value, int):
        return [value & _UINT32]
    if value.isascii():
        return list(value)
    # Ids of calls mostly have all the same length.
    low, high = value[::2], value[1::2]
    if len(low) == len(high) and high.isascii() and min(low) >= 0x80:
        return [first + (second << 7) - 0x80 for first, second in zip(low, high)]
    low, middle, high = value[::3], value[1::3], value[2::3]
    if len(low) == len(high) and high.isascii() and min(low) >= 0x80 and min(middle) >= 0x80:
        return [first + (second << 7) + (third << 14) - 0x4080 for first, second, third in zip(low, middle, high)]
    numbers: list[int] = []
    number = shift = 0
    for byte in value:
        if byte >= 0x80:
            number |= (byte & 0x7F) << shift
            shift += 7
        else:
            numbers.append((number | byte << shift) & _UINT32)
            number = shift = 0
    if shift:
        raise protocol_error("a column of numbers ends inside a number")
    return numbers


def text_of(value: FieldValue) -> str:
    """A string field."""
    if isinstance(value, int):
        raise protocol_error("a number came where text is due")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise protocol_error(f"text is not UTF-8: {error}") from None


def bytes_of(value: FieldValue) -> bytes:
    """A bytes field, or a message."""
    if isinstance(value, int):
        raise protocol_error("a number came where bytes are due")
    return value


def number_of(value: FieldValue) -> int:
    """A 32-bit number field."""
    if isinstance(value, int):
        return value & _UINT32
    raise protocol_error("bytes came where a number is due")


def varint(value: int) -> bytes:
    """A number that is not negative."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def pack_uint32(numbers: Sequence[int]) -> bytes:
    """The members of a repeated number, packed."""
    if max(numbers) < 0x80:
        return bytes(numbers)
    out = bytearray()
    append = out.append
    for number in numbers:
        while number >= 0x80:
            append(number & 0x7F | 0x80)
            number >>= 7
        append(number)
    return bytes(out)


def length_delimited(field: int, data: bytes) -> bytes:
    """A field of bytes, text or a message."""
    return varint(field << 3 | BYTES) + varint(len(data)) + data


def number_field(field: int, value: int) -> bytes:
    """A number field; 0 is left out."""
    return varint(field << 3) + varint(value) if value else b""


def text_field(field: int, text: str) -> bytes:
    """A text field; the empty one is left out. What is no Unicode (half of a surrogate pair) becomes "?"."""
    return length_delimited(field, text.encode("utf-8", "replace")) if text else b""


def double_field(field: int, value: float) -> bytes:
    """A double field; 0 is left out."""
    return varint(field << 3 | FIXED64) + struct.pack("<d", value) if value else b""
