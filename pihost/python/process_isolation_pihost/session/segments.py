"""Large payloads in files of a private folder in shared memory."""

from __future__ import annotations

import os
import stat
import threading
from typing import Any, NamedTuple

from ..errors import protocol_error

_MAX_UNREAD = 256
_MAX_UNREAD_BYTES = 256 * 1024 * 1024
_MAX_IDLE = 4
_MAX_IDLE_BYTES = 64 * 1024 * 1024
_BLOCK_BYTES = 512


class _Segment(NamedTuple):
    number: int
    path: str
    descriptor: int


class SegmentWriter:
    """The sending side: one payload is in one file at a time; the reader says when it has read it."""

    def __init__(self, folder: str, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix
        self._lock = threading.Lock()
        self._busy: dict[int, tuple[_Segment, int]] = {}
        self._idle: list[_Segment] = []
        self._made = 0
        self._unread = 0
        self._usable = True

    def write(self, data: memoryview[Any]) -> int | None:
        """The number of the segment that holds the bytes now; ``None``: they have to go in chunks."""
        with self._lock:
            if not self._usable or not self._has_room(len(data)):
                return None
            try:
                segment = self._idle.pop() if self._idle else self._create()
            except OSError:
                # A confined process may only read there.
                self._usable = False
                return None
            try:
                written = 0
                while written < len(data):
                    written += os.pwrite(segment.descriptor, data[written:], written)
            except OSError:
                self._destroy(segment)
                return None
            self._busy[segment.number] = (segment, len(data))
            self._unread += len(data)
            return segment.number

    def release(self, number: int) -> None:
        """The peer has read it."""
        with self._lock:
            found = self._busy.pop(number, None)
            if found is None:
                return
            segment, length = found
            self._unread -= length
            if len(self._idle) < _MAX_IDLE and os.fstat(segment.descriptor).st_size <= _MAX_IDLE_BYTES:
                self._idle.append(segment)
            else:
                self._destroy(segment)

    def close(self) -> None:
        """Removes all of them."""
        with self._lock:
            self._usable = False
            for segment in [*self._idle, *[busy for busy, _ in self._busy.values()]]:
                self._destroy(segment)
            self._idle.clear()
            self._busy.clear()

    def _has_room(self, length: int) -> bool:
        if len(self._busy) >= _MAX_UNREAD:
            return False
        return not self._busy or self._unread + length <= _MAX_UNREAD_BYTES

    def _create(self) -> _Segment:
        self._made += 1
        path = os.path.join(self._folder, f"{self._prefix}{self._made}")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return _Segment(self._made, path, descriptor)

    def _destroy(self, segment: _Segment) -> None:
        try:
            os.close(segment.descriptor)
            os.unlink(segment.path)
        except OSError:
            # The folder went with its owner.
            pass


class SegmentReader:
    """The receiving side."""

    def __init__(self, folder: str, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix

    def read(self, number: int, length: int) -> bytes:
        """The first bytes of a segment. Raises PROTOCOL when there is none that holds so many."""
        path = os.path.join(self._folder, f"{self._prefix}{number}")
        try:
            # Neither a link to somewhere else nor a pipe that never answers.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                self._check(os.fstat(descriptor), length)
                data = bytearray(length)
                view = memoryview(data)
                read = 0
                while read < length:
                    count = os.preadv(descriptor, [view[read:]], read)
                    if count == 0:
                        raise ValueError("it was cut off")
                    read += count
            finally:
                os.close(descriptor)
        except (OSError, ValueError) as error:
            raise protocol_error(f"the peer's shared-memory segment {number} cannot be read: {error}") from None
        return bytes(data)

    def _check(self, facts: os.stat_result, length: int) -> None:
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("it is no file")
        if facts.st_nlink != 1:
            raise ValueError(f"it has {facts.st_nlink} names; it must have 1")
        owner = os.stat(self._folder).st_uid
        if facts.st_uid != owner:
            raise ValueError(f"it belongs to user {facts.st_uid}, the folder to {owner}")
        held = min(facts.st_size, facts.st_blocks * _BLOCK_BYTES)
        if held < length:
            raise ValueError(f"it holds {held} of {length} bytes")
