"""The producing end of a stream: runs an iterator as far ahead of its consumer as the window allows."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Callable, Protocol

from .current_call import CurrentCall, in_thread
from .executor import Executor

WINDOW_ITEMS = 1_024
WINDOW_BYTES = 4 * 1024 * 1024
ALL_WINDOWS_BYTES = 32 * 1024 * 1024
_AT_LEAST = 2

# Items until others get their turn.
_ITEMS_A_TURN = 64


class Sink(Protocol):
    """What a stream needs of its Session."""

    bytes_under_way: int

    def send_item(self, stream: int, value: Any) -> int:
        """Sends an item; says roughly how many bytes it takes."""
        ...

    def send_end(self, stream: int, error: BaseException | None) -> None: ...

    def send_resume(self, stream: int) -> None: ...


class Window:
    """What is on its way to the consumer."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._sizes: deque[int] = deque()
        self._bytes = 0

    def has_room(self) -> bool:
        """Whether one more item may leave."""
        count = len(self._sizes)
        if self._sink.bytes_under_way >= ALL_WINDOWS_BYTES:
            return count == 0
        return count < _AT_LEAST or (count < WINDOW_ITEMS and self._bytes < WINDOW_BYTES)

    def add(self, size: int) -> None:
        """An item has left."""
        with self._lock:
            self._sizes.append(size)
            self._bytes += size
            self._sink.bytes_under_way += size

    def take_off(self, items: int) -> None:
        """The consumer has taken so many."""
        with self._lock:
            for _ in range(min(items, len(self._sizes))):
                size = self._sizes.popleft()
                self._bytes -= size
                self._sink.bytes_under_way -= size

    def clear(self) -> None:
        """Nothing is on its way any more."""
        self.take_off(len(self._sizes))


class StreamExport:
    """A sync iterator, run by the executor a turn at a time, within the call that made it."""

    def __init__(
        self,
        stream: int,
        iterator: Any,
        sink: Sink,
        executor: Executor,
        call: CurrentCall | None,
    ) -> None:
        self._stream = stream
        self._iterator = iterator
        self._sink = sink
        self._executor = executor
        self._call = call
        self._window = Window(sink)
        self._lock = threading.Lock()
        self._is_queued = False
        self._is_running = False
        self._closing: tuple[BaseException | None] | None = None
        self._is_over = False

    def demand(self, items: int) -> None:
        """The consumer has taken so many items; the first time, it begins."""
        self._window.take_off(items)
        self._queue()

    def close(self, error: BaseException | None) -> None:
        """The consumer wants no more, or throws into the generator, which may go on then."""
        self._submit(lambda: self._close_when_free(error))

    def abandon(self) -> None:
        """The Session is lost."""
        self.close(None)

    def _submit(self, job: Callable[[], Any]) -> None:
        def run() -> None:
            in_thread.find = lambda: self._call
            try:
                job()
            finally:
                in_thread.find = None

        self._executor.submit(run)

    def _queue(self) -> None:
        with self._lock:
            if self._is_queued or self._is_over:
                return
            self._is_queued = True
        self._submit(self._run)

    def _run(self) -> None:
        with self._lock:
            self._is_queued = False
            if self._is_running:
                return
            self._is_running = True
        try:
            self._produce()
        finally:
            with self._lock:
                self._is_running = False
                closing, self._closing = self._closing, None
        if closing is not None:
            self._close(*closing)
        elif not self._is_over and self._window.has_room():
            self._queue()

    def _produce(self) -> None:
        try:
            for _ in range(_ITEMS_A_TURN):
                if self._is_over or self._closing is not None or not self._window.has_room():
                    return
                self._window.add(self._sink.send_item(self._stream, next(self._iterator)))
        except StopIteration:
            self._end(None)
        except BaseException as error:
            self._end(error)

    def _close_when_free(self, error: BaseException | None) -> None:
        """A generator that waits for a callback cannot be closed before it goes on."""
        with self._lock:
            if self._is_running:
                self._closing = (error,)
                return
        self._close(error)

    def _close(self, error: BaseException | None) -> None:
        if self._is_over:
            return
        try:
            if error is None or not hasattr(self._iterator, "throw"):
                self._leave()
                self._sink.send_end(self._stream, error)
                return
            item = self._iterator.throw(error)
        except StopIteration:
            self._end(None)
        except BaseException as failure:
            self._is_over = False
            self._end(failure)
        else:
            self._window.clear()
            self._sink.send_resume(self._stream)
            self._window.add(self._sink.send_item(self._stream, item))
            self._queue()

    def _leave(self) -> None:
        self._is_over = True
        self._window.clear()
        close = getattr(self._iterator, "close", None)
        if close is not None:
            close()

    def _end(self, error: BaseException | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._window.clear()
        self._sink.send_end(self._stream, error)
        if error is not None:
            if isinstance(error, SystemExit):
                self._executor.on_exit(error)
            # Its item could not be sent: it must not stay suspended for ever.
            try:
                self._leave()
            except Exception:
                pass
