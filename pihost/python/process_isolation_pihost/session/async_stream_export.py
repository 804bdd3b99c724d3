"""The producing end of a stream that an async iterator makes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .current_call import CurrentCall, in_task
from .executor import Executor
from .stream_export import Sink, Window


class AsyncStreamExport:
    """An async iterator, run by a task in the event loop, within the call that made it."""

    def __init__(self, stream: int, iterator: Any, sink: Sink, executor: Executor, call: CurrentCall | None) -> None:
        self._stream = stream
        self._iterator = iterator
        self._sink = sink
        self._executor = executor
        self._call = call
        self._window = Window(sink)
        self._task: Any = None
        self._room: Any = None
        self._is_over = False

    def demand(self, items: int) -> None:
        """As of a StreamExport."""
        self._window.take_off(items)
        self._executor.loop().call_soon_threadsafe(self._go_on)

    def close(self, error: BaseException | None) -> None:
        """As of a StreamExport."""
        loop = self._executor.loop()
        loop.call_soon_threadsafe(lambda: loop.create_task(self._close(error)))

    def abandon(self) -> None:
        """As of a StreamExport."""
        self.close(None)

    def _go_on(self) -> None:
        import asyncio

        if self._room is None:
            self._room = asyncio.Event()
        self._room.set()
        if self._task is None and not self._is_over:
            self._task = self._executor.loop().create_task(self._run())

    async def _run(self) -> None:
        in_task.set(self._call)
        try:
            while not self._is_over:
                if not self._window.has_room():
                    self._room.clear()
                    if not self._window.has_room():
                        await self._room.wait()
                    continue
                self._window.add(self._sink.send_item(self._stream, await self._iterator.__anext__()))
        except StopAsyncIteration:
            self._end(None)
        except BaseException as error:
            self._end(error)

    async def _close(self, error: BaseException | None) -> None:
        in_task.set(self._call)
        if self._is_over:
            return
        await self._cancel_task()
        if self._is_over:
            return
        if error is None or not hasattr(self._iterator, "athrow"):
            await self._leave(error)
            return
        try:
            item = await self._iterator.athrow(error)
        except StopAsyncIteration:
            self._end(None)
        except BaseException as failure:
            self._end(failure)
        else:
            self._window.clear()
            self._sink.send_resume(self._stream)
            self._window.add(self._sink.send_item(self._stream, item))
            self._go_on()

    async def _cancel_task(self) -> None:
        """An async generator that waits for something is told by a CancelledError at that place."""
        task, self._task = self._task, None
        if task is None or task.done():
            return
        was_over, self._is_over = self._is_over, True
        task.cancel()
        try:
            await task
        except BaseException:
            pass
        self._is_over = was_over

    async def _leave(self, error: BaseException | None) -> None:
        self._is_over = True
        self._window.clear()
        close: Callable[[], Awaitable[Any]] | None = getattr(self._iterator, "aclose", None)
        try:
            if close is not None:
                await close()
        except BaseException as failure:
            error = failure
        self._sink.send_end(self._stream, error)
        if isinstance(error, SystemExit):
            self._executor.on_exit(error)

    def _end(self, error: BaseException | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._window.clear()
        self._sink.send_end(self._stream, error)
        if isinstance(error, SystemExit):
            self._executor.on_exit(error)
