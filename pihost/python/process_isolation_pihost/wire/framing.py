"""Frames on a byte stream: five bytes in front of each, as gRPC has them."""

from __future__ import annotations

import struct

from ..errors import protocol_error

MAX_FRAME_BYTES = 4 * 1024 * 1024
_PREFIX = struct.Struct(">BI")


def with_prefix(frame: bytes) -> bytes:
    """The frame behind its prefix."""
    return _PREFIX.pack(0, len(frame)) + frame


class FrameSplitter:
    """Cuts what a stream brings into frames."""

    def __init__(self, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self._max = max_frame_bytes
        self._rest = b""

    def push(self, data: bytes) -> list[bytes]:
        """The frames that are complete now. Raises PROTOCOL for a prefix that announces none."""
        if self._rest:
            data = self._rest + data
        frames: list[bytes] = []
        position = 0
        while len(data) - position >= _PREFIX.size:
            flag, length = _PREFIX.unpack_from(data, position)
            if flag != 0:
                raise protocol_error(f"a message has the flag {flag}; only 0, not compressed, is allowed")
            if length > self._max:
                raise protocol_error(f"a frame has {length} bytes, more than {self._max}")
            end = position + _PREFIX.size + length
            if end > len(data):
                break
            frames.append(data[position + _PREFIX.size : end])
            position = end
        self._rest = data[position:]
        return frames
