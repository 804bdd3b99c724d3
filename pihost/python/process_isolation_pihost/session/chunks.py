"""Large payloads in parts, where there is no shared memory."""

from __future__ import annotations

import threading
from typing import Any

from ..errors import protocol_error
from ..wire import Chunk
from .outbox import Outbox

CHUNK_BYTES = 64 * 1024


class ChunkSender:
    """Sends one payload at a time, a part in each frame, so that small messages hardly wait."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._turn = threading.Lock()
        self._payloads = 0

    def send(self, data: memoryview[Any]) -> int:
        """Sends all parts and gives the number of the payload; what refers to it may be sent then."""
        with self._turn:
            self._payloads += 1
            for start in range(0, len(data), CHUNK_BYTES):
                part = bytes(data[start : start + CHUNK_BYTES])
                with self._outbox.lock:
                    draft = self._outbox.draft()
                    draft.chunks.append(Chunk(self._payloads, part))
                    draft.count(len(part))
                self._outbox.flush()
            return self._payloads


class ChunkReceiver:
    """Keeps the parts that came until something refers to their payload."""

    def __init__(self) -> None:
        self._parts: dict[int, list[bytes]] = {}

    def take_part(self, chunk: Chunk) -> None:
        """A part came."""
        if chunk.dropped:
            self._parts.pop(chunk.payload, None)
        else:
            self._parts.setdefault(chunk.payload, []).append(chunk.data)

    def take(self, payload: int, length: int) -> bytes:
        """The whole payload, which nobody can ask for again. Raises PROTOCOL when it is not there."""
        data = b"".join(self._parts.pop(payload, ()))
        if len(data) != length:
            raise protocol_error(f"payload {payload} has {len(data)} bytes in chunks; {length} were announced")
        return data
