"""Calls of this side that wait for their answer."""

from __future__ import annotations

import threading
from typing import Any

from .lending import Scope


class PendingCall:
    """One call, until it is settled: once, by the thread that reads the lane."""

    __slots__ = ("error", "id", "is_abandoned", "scope", "value")

    def __init__(self) -> None:
        self.id = 0
        self.value: Any = None
        self.error: BaseException | None = None
        self.scope: Scope | None = None
        self.is_abandoned = False

    def settle(self, value: Any, error: BaseException | None) -> None:
        """The answer came."""
        self.value = value
        self.error = error
        self.announce()

    def announce(self) -> None:
        """Tells who waits."""


class BlockingCall(PendingCall):
    """A call that a thread waits for."""

    __slots__ = ("_answered",)

    def __init__(self) -> None:
        super().__init__()
        self._answered = threading.Lock()
        self._answered.acquire()

    def announce(self) -> None:
        self._answered.release()

    def wait(self, timeout: float | None) -> bool:
        """Waits at most so many seconds; says whether the answer came."""
        return self._answered.acquire(timeout=-1 if timeout is None else timeout)


class AwaitedCall(PendingCall):
    """A call that a task waits for. Answers of one frame wake the event loop once."""

    __slots__ = ("_batch", "_loop", "future")

    def __init__(self, loop: Any, batch: list[AwaitedCall]) -> None:
        super().__init__()
        self._loop = loop
        self._batch = batch
        self.future = loop.create_future()

    def announce(self) -> None:
        self._batch.append(self)

    @staticmethod
    def wake(batch: list[AwaitedCall]) -> None:
        """Tells those who wait for calls that have been settled."""
        calls, batch[:] = list(batch), []
        for loop in {call._loop for call in calls}:
            mine = [call for call in calls if call._loop is loop]
            try:
                loop.call_soon_threadsafe(_resolve, mine)
            except RuntimeError:
                # The loop is closed: nobody waits.
                pass


def _resolve(calls: list[AwaitedCall]) -> None:
    for call in calls:
        if call.future.done():
            continue
        if call.error is not None:
            call.future.set_exception(call.error)
        else:
            call.future.set_result(call.value)
