"""What carries the frames of a Session."""

from __future__ import annotations

import socket
from typing import Protocol

from ..wire import FrameSplitter, with_prefix

# Above 128 KiB the allocator would ask the system for each buffer.
_READ_BYTES = 64 * 1024


class Lane(Protocol):
    """A way for frames. One thread reads; any thread writes, one at a time."""

    def read(self) -> list[bytes]:
        """The frames that came since the last time, at least one; none when the lane has ended."""
        ...

    def write(self, frame: bytes) -> None:
        """Sends a frame; waits while the other side does not read. A lane that has ended swallows it."""
        ...

    def close(self) -> None:
        """Ends the lane, for both sides."""
        ...


class SocketLane:
    """Frames on a stream socket, as on descriptor 4."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._splitter = FrameSplitter()

    def fileno(self) -> int:
        """The descriptor, to wait for several at once."""
        return self._stream.fileno()

    def read(self) -> list[bytes]:
        while True:
            try:
                data = self._stream.recv(_READ_BYTES)
            except OSError:
                return []
            if not data:
                return []
            frames = self._splitter.push(data)
            if frames:
                return frames

    def write(self, frame: bytes) -> None:
        try:
            self._stream.sendall(with_prefix(frame))
        except OSError:
            # The reading side is about to hear of the end.
            pass

    def close(self) -> None:
        try:
            self._stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._stream.close()
