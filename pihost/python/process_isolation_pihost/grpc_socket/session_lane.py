"""A Session over the RPC of that name."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Full, Queue
from typing import Any

from ..wire.protobuf import bytes_of, length_delimited, read_fields

# Frames that wait for a client that does not read.
_WAITING = 16


class RpcLane:
    """Frames as messages of a stream both ways."""

    def __init__(self, requests: Iterator[bytes], context: Any) -> None:
        self._requests = requests
        self._context = context
        self._waiting: Queue[bytes | None] = Queue(_WAITING)
        context.add_callback(self._end)
        self._is_over = False

    def read(self) -> list[bytes]:
        for request in self._requests:
            frames = [bytes_of(raw) for field, _, raw in read_fields(request) if field == 1]
            if frames:
                return frames
            if not request:
                # So that the server answers with headers at once.
                continue
        return []

    def write(self, frame: bytes) -> None:
        if not self._is_over:
            self._waiting.put(length_delimited(1, frame))

    def close(self) -> None:
        self._end()

    def finish(self) -> None:
        """Ends the RPC once what was written has left; at once where the client does not read."""
        self._is_over = True
        try:
            self._waiting.put_nowait(None)
        except Full:
            self._end()

    def answers(self) -> Iterator[bytes]:
        """What the RPC sends, until the lane ends."""
        while True:
            frame = self._waiting.get()
            if frame is None:
                return
            yield frame

    def _end(self) -> None:
        self._is_over = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put(None)
