"""What JavaScript tells apart and Python does not."""

from __future__ import annotations

from typing import Any

MAX_SAFE_INTEGER = 2**53 - 1

# Objects inside one another in a payload, and in a column.
MAX_PAYLOAD_DEPTH = 1_000
MAX_COLUMN_DEPTH = 200


class BigInt(int):
    """An integer that is a BigInt in JavaScript, however small. Larger ones than 2**53 - 1 are BigInts anyway."""

    __slots__ = ()


class Map(dict[Any, Any]):
    """A dict that is a Map in JavaScript, although all of its keys are text. A dict with other keys is one anyway."""

    __slots__ = ()


class Undefined:
    """JavaScript's ``undefined``, for who has to send it. It arrives as ``None``, as ``null`` does."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = Undefined()
