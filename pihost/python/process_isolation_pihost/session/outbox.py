"""What waits to leave, and who sends it."""

from __future__ import annotations

import threading
from collections import deque
from queue import SimpleQueue
from typing import Any, Callable

from ..wire import Draft, encode_frame
from .lane import Lane


class Outbox:
    """
    Gathers messages of all threads into frames, in the order in which they were put.

    A thread that may wait calls ``flush``. The reader of the lane must not: two sides that only write would wait for
    ever. It calls ``flush_later``, which leaves the writing to a thread of its own. So does a producer of many small
    messages: that thread gets its turn whenever the producer waits.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self.lock = threading.Lock()
        self._writing = threading.Lock()
        self._draft = Draft()
        self._full: deque[Draft] = deque()
        self._wakes: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._writer: threading.Thread | None = None

    def draft(self) -> Draft:
        """The frame to add to; only for who holds ``lock``."""
        draft = self._draft
        if draft.is_full:
            self._full.append(draft)
            draft = self._draft = Draft()
        return draft

    def flush(self) -> None:
        """Sends what there is."""
        while True:
            with self._writing:
                with self.lock:
                    if self._full:
                        draft = self._full.popleft()
                    elif self._draft.entries:
                        draft, self._draft = self._draft, Draft()
                    else:
                        return
                self._lane.write(encode_frame(draft))

    def flush_later(self) -> None:
        """Has what there is sent soon. Never waits."""
        self.do_later(_nothing)

    def do_later(self, job: Callable[[], Any]) -> None:
        """Does what adds to the outbox, and sends it. For finalizers: they may run while their thread has the lock."""
        self._wakes.put(job)
        if self._writer is None:
            self._start_writer()

    def close(self) -> None:
        """Ends the thread of its own."""
        self._wakes.put(None)

    def _start_writer(self) -> None:
        # Two of them, made by two threads at once, would do no harm.
        self._writer = threading.Thread(target=self._write, name="pihost-writer", daemon=True)
        self._writer.start()

    def _write(self) -> None:
        while True:
            job = self._wakes.get()
            if job is None:
                return
            job()
            self.flush()


def _nothing() -> None:
    pass
