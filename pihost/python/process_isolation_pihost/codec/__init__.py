"""Values as text and bytes, and back: the payload format of docs/protocol.md."""

from .column import column_text
from .copy import copy_of
from .decode import Decoder, parse_json
from .encode import EncodedValue, Encoder
from .values import UNDEFINED, BigInt, Map, Undefined

__all__ = [
    "UNDEFINED",
    "BigInt",
    "Decoder",
    "EncodedValue",
    "Encoder",
    "Map",
    "Undefined",
    "column_text",
    "copy_of",
    "parse_json",
]
