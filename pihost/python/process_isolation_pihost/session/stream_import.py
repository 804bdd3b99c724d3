"""The consuming end of a stream of the other process."""

from __future__ import annotations

import sys
import threading
from collections import deque
from typing import Any, Callable, Protocol

from ..errors import protocol_error, thrown_as_exception
from .executor import Executor

_WAITING_ITEMS = 2_048
_DEMAND_ITEMS = 256
_DEMAND_BYTES = 512 * 1024


class Source(Protocol):
    """What a stream needs of its Session."""

    executor: Executor

    def send_demand(self, stream: int, items: int) -> None: ...

    def send_close(self, stream: int) -> None: ...


class RemoteStream:
    """
    Iterates over what the other process produces: ``for`` in a thread, ``async for`` in an event loop.

    Leaving it before its end stops the producer: ``close()``, ``with``, or ``aclose()`` and ``async with``.
    """

    def __init__(self, stream: int, source: Source) -> None:
        self._stream = stream
        self._source = source
        self._news = threading.Condition()
        self._items: deque[Any] = deque()
        self._wake: Callable[[], Any] | None = None
        self._taken = 0
        self._taken_bytes = 0
        self._has_begun = False
        self._is_closing = False
        self._is_over = False
        self._failure: Any = None

    def __iter__(self) -> RemoteStream:
        return self

    def __next__(self) -> Any:
        with self._news:
            if self._items:
                return self._take()
            self._raise_if_over(StopIteration)
            self._ask_for_more()
        with self._source.executor.blocked(), self._news:
            while not self._items and not self._is_over and not self._is_closing:
                self._news.wait()
        with self._news:
            if self._items:
                return self._take()
            self._raise_if_over(StopIteration)
            raise StopIteration

    def __aiter__(self) -> RemoteStream:
        return self

    async def __anext__(self) -> Any:
        while True:
            with self._news:
                if self._items:
                    return self._take()
                self._raise_if_over(StopAsyncIteration)
                self._ask_for_more()
                future = self._next_news()
            await future

    def __enter__(self) -> RemoteStream:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    async def __aenter__(self) -> RemoteStream:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if not self._is_over and not self._is_closing:
            self._source.send_close(self._stream)

    def close(self) -> None:
        """Stops the producer; what it sent and nobody took is dropped."""
        with self._news:
            if self._is_over or self._is_closing:
                return
            self._is_closing = True
            self._items.clear()
            self._tell()
        self._source.send_close(self._stream)

    async def aclose(self) -> None:
        """Stops the producer and waits until it has cleaned up."""
        self.close()
        while True:
            with self._news:
                if self._is_over:
                    return
                future = self._next_news()
            await future

    def push(self, value: Any) -> None:
        """An item came. Raises PROTOCOL when nobody asked for so many."""
        with self._news:
            if self._is_closing or self._is_over:
                return
            if len(self._items) >= _WAITING_ITEMS:
                raise protocol_error(f"the peer sent more than {_WAITING_ITEMS} items that nobody has taken")
            self._items.append(value)
            self._tell()

    def end(self, failure: Any = None) -> None:
        """No further item comes."""
        with self._news:
            self._is_over = True
            self._failure = failure
            self._tell()

    def _tell(self) -> None:
        self._news.notify_all()
        wake, self._wake = self._wake, None
        if wake is not None:
            wake()

    def _next_news(self) -> Any:
        loop = sys.modules["asyncio"].get_running_loop()
        future = loop.create_future()

        def settle() -> None:
            if not future.done():
                future.set_result(None)

        self._wake = lambda: loop.call_soon_threadsafe(settle)
        return future

    def _take(self) -> Any:
        value = self._items.popleft()
        self._taken += 1
        if isinstance(value, (str, bytes, bytearray)):
            self._taken_bytes += len(value)
        if self._taken >= _DEMAND_ITEMS or self._taken_bytes >= _DEMAND_BYTES:
            self._ask()
        return value

    def _ask_for_more(self) -> None:
        if not self._has_begun or self._taken > 0:
            self._has_begun = True
            self._ask()

    def _ask(self) -> None:
        self._source.send_demand(self._stream, self._taken)
        self._taken = self._taken_bytes = 0

    def _raise_if_over(self, end: type) -> None:
        if self._is_closing:
            raise end
        if self._is_over:
            failure, self._failure = self._failure, None
            if failure is not None:
                raise thrown_as_exception(failure)
            raise end
