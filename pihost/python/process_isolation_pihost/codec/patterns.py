"""Regular expressions: what both languages write in the same way, and the few things that they spell differently."""

from __future__ import annotations

import re
from re import Pattern

from ..errors import protocol_error

_FLAGS = (("i", re.IGNORECASE), ("m", re.MULTILINE), ("s", re.DOTALL))
# g, y, d and u say how JavaScript searches, not what matches.
_SEARCH_FLAGS = "gydu"


def source_and_flags(pattern: Pattern[str]) -> tuple[str, str]:
    """The source and the flags of the RegExp. Raises ValueError for one that JavaScript does not have."""
    if not isinstance(pattern.pattern, str):
        raise ValueError("a pattern for bytes has no counterpart in JavaScript")
    if pattern.flags & (re.VERBOSE | re.LOCALE | re.ASCII):
        raise ValueError("the flags VERBOSE, LOCALE and ASCII have no counterpart in JavaScript")
    source = re.sub(r"\(\?P<(\w+)>", r"(?<\1>", pattern.pattern)
    source = re.sub(r"\(\?P=(\w+)\)", r"\\k<\1>", source)
    flags = "".join([letter for letter, flag in _FLAGS if pattern.flags & flag])
    return source, flags


def pattern_of(source: str, flags: str) -> Pattern[str]:
    """The pattern. Raises PROTOCOL for one that Python does not have."""
    number = 0
    for letter in flags:
        found = [flag for known, flag in _FLAGS if known == letter]
        if not found and letter not in _SEARCH_FLAGS:
            raise protocol_error(f"Python has no counterpart of the flag {letter!r} of a RegExp")
        number |= sum(found)
    text = re.sub(r"\(\?<(?![=!])", "(?P<", source)
    text = re.sub(r"\\k<(\w+)>", r"(?P=\1)", text).replace("\\/", "/")
    try:
        return re.compile(text, number)
    except re.error as error:
        raise protocol_error(f"Python cannot read the RegExp /{source}/{flags}: {error}") from None
