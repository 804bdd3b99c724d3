"""JSON text as UTF-8, which has no halves of surrogate pairs."""

from __future__ import annotations


def utf8(text: str) -> bytes:
    """The bytes of a JSON text. A lone surrogate, which JSON may only escape, is escaped."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join([_escaped(character) for character in text]).encode("utf-8")


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if "\ud800" <= character <= "\udfff" else character
