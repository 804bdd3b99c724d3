"""An AbortSignal of the other process, or of a call."""

from __future__ import annotations

import sys
import threading
from typing import Any, Callable

from ..errors import thrown_as_exception


class Signal:
    """Says once that something is not wanted any more. Safe from all threads."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], Any]] = []
        self.reason: Any = None

    @property
    def aborted(self) -> bool:
        """Whether it has fired."""
        return self._event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until it fires, at most so many seconds; says whether it has."""
        return self._event.wait(timeout)

    def raise_if_aborted(self) -> None:
        """Raises the reason once it has fired."""
        if self.aborted:
            raise thrown_as_exception(self.reason)

    def on_abort(self, listener: Callable[[], Any]) -> None:
        """Calls the listener when it fires, at once if it has, in whichever thread hears of it."""
        with self._lock:
            if not self.aborted:
                self._listeners.append(listener)
                return
        listener()

    def forget(self, listener: Callable[[], Any]) -> None:
        """The listener is not to be called any more; nothing happens if it has been."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    async def fired(self) -> Any:
        """Waits for it in an event loop; gives the reason."""
        loop = sys.modules["asyncio"].get_running_loop()
        future = loop.create_future()

        def settle() -> None:
            if not future.done():
                future.set_result(self.reason)

        self.on_abort(lambda: loop.call_soon_threadsafe(settle))
        return await future

    def abort(self, reason: Any) -> bool:
        """Fires it, the first time; gives whether it is that."""
        with self._lock:
            if self.aborted:
                return False
            self.reason = reason
            self._event.set()
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()
        return True
