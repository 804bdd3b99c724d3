"""An isolate for programs with an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any

from process_isolation_pihost.errors import protocol_error

from .generation import HOST_MODULE, Generation
from .isolate import checked_status
from .options import IsolateOptions
from .supervisor import Supervisor


class AsyncIsolate:
    """
    As an Isolate, with methods to await. Made by ``await AsyncIsolate.start(…)``, or ``async with``.

    Cancelling the task of a call cancels the call in the process. Functions that are lent in arguments may be coroutine
    functions; they run in the event loop that started the isolate.
    """

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    @classmethod
    async def start(cls, command: Sequence[str], options: IsolateOptions | None = None) -> AsyncIsolate:
        """Starts the process; returns when it takes calls."""
        supervisor = Supervisor(command, options if options is not None else IsolateOptions())
        supervisor.loop = asyncio.get_running_loop()
        try:
            await asyncio.to_thread(supervisor.ready)
        except BaseException:
            # The start goes on in its thread: nobody would ever end the process.
            threading.Thread(target=supervisor.kill, name="pihost-kill", daemon=True).start()
            raise
        return cls(supervisor)

    @property
    def pid(self) -> int | None:
        """Of the process; ``None`` while there is none."""
        generation = self._supervisor.current
        return generation.pid if generation is not None else None

    @property
    def generation(self) -> int:
        """1 for the first process, one more for each that follows."""
        generation = self._supervisor.current
        return generation.number if generation is not None else 0

    async def call(self, module: str, method: str, *args: Any, timeout: float | None = None) -> Any:
        """Calls an export; as ``Isolate.call``."""
        generation = self._supervisor.current or await self._ready()
        seconds = timeout if timeout is not None else self._supervisor.options.timeout
        return await generation.session.call_async(generation.handle(module, method), args, seconds)

    async def stream(self, module: str, method: str, *args: Any) -> AsyncIterator[Any]:
        """Iterates over what an export yields; leaving the loop early stops it there."""
        produced = await self.call(module, method, *args)
        if not hasattr(produced, "__anext__"):
            raise protocol_error(f"{method!r} of module {module!r} returned no stream")
        async with produced:
            async for item in produced:
                yield item

    async def status(self) -> dict[str, Any]:
        """Facts about the process, measured by itself."""
        return checked_status(await self.call(HOST_MODULE, "status"))

    async def exports(self, module: str) -> Any:
        """What a module exports."""
        return await self.call(HOST_MODULE, "exports", module)

    async def set_data(self, name: str, value: Any) -> None:
        """Stores a value for the life of the isolate."""
        await asyncio.to_thread(self._supervisor.set_data, name, value)

    def get_data(self, name: str) -> Any:
        """Reads one; ``None`` where there is none."""
        return self._supervisor.get_data(name)

    async def shutdown(self, reason: str = "shut down by its owner", grace: float = 5.0) -> None:
        """Refuses new calls, gives running ones so many seconds, then ends the process."""
        await asyncio.to_thread(self._supervisor.shutdown, reason, grace)

    async def kill(self) -> None:
        """Ends the process at once."""
        await asyncio.to_thread(self._supervisor.kill)

    async def __aenter__(self) -> AsyncIsolate:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.shutdown()

    async def _ready(self) -> Generation:
        return await asyncio.to_thread(self._supervisor.ready)
