"""Runs of numbers in memory: typed arrays there; bytes, bytearray and memoryview here."""

from __future__ import annotations

from typing import Any, cast

# The class in JavaScript, its format in the buffer protocol, and the bytes of one element.
_VIEWS: tuple[tuple[str, str, int], ...] = (
    ("Uint8Array", "B", 1),
    ("Int8Array", "b", 1),
    ("Uint16Array", "H", 2),
    ("Int16Array", "h", 2),
    ("Uint32Array", "I", 4),
    ("Int32Array", "i", 4),
    ("Float32Array", "f", 4),
    ("Float64Array", "d", 8),
    ("BigUint64Array", "Q", 8),
    ("BigInt64Array", "q", 8),
)
_BYTES = ("Uint8Array", "Buffer")
_FORMAT_OF: dict[str, tuple[str, int]] = {name: (code, size) for name, code, size in _VIEWS}
_FORMAT_OF.update({"Buffer": ("B", 1), "DataView": ("B", 1), "Uint8ClampedArray": ("B", 1)})
_NAME_OF: dict[tuple[str, int], str] = {(code, size): name for name, code, size in _VIEWS}
_NAME_OF.update({("c", 1): "Uint8Array", ("?", 1): "Uint8Array"})
_NAME_OF.update(
    {("l", 4): "Int32Array", ("L", 4): "Uint32Array", ("l", 8): "BigInt64Array", ("L", 8): "BigUint64Array"}
)
_NAME_OF.update({("n", 8): "BigInt64Array", ("N", 8): "BigUint64Array"})


def view_name(view: memoryview[Any]) -> str | None:
    """The class of the view in JavaScript; ``None`` where there is none, or it has more dimensions than one."""
    if view.ndim != 1:
        return None
    code = view.format[1:] if view.format[:1] in "@=<" else view.format
    return _NAME_OF.get((code, view.itemsize))


def view_of(kind: str, buffer: bytearray, offset: int, length: int | None) -> Any:
    """
    What a view is here: ``bytes`` for a Uint8Array or a Buffer that is all of its memory, else a ``memoryview``.

    Views of one range share its memory. Raises ValueError for an unknown kind, or for one outside of its range.
    """
    found = _FORMAT_OF.get(kind)
    if found is None:
        raise ValueError(f"views of the kind {kind!r} have no counterpart in Python")
    code, size = found
    room = len(buffer) - offset
    count = room // size if length is None else length
    if offset < 0 or count < 0 or count * size > room:
        raise ValueError(f"a view of {count} elements from byte {offset} is outside of its {len(buffer)} bytes")
    part = memoryview(buffer)[offset : offset + count * size]
    if kind in _BYTES and len(part) == len(buffer):
        return bytes(part)
    return part if code == "B" else part.cast(cast(Any, code))
