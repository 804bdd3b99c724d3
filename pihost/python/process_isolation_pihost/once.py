"""What is to happen once, and may take long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Callable

Listener = Callable[[], Any]


class UnderWayError(Exception):
    """Another thread is at it: whoever wants the result tries again when it is told by ``then``."""

    def __init__(self, then: Callable[[Listener], Any]) -> None:
        super().__init__("another call waits for this already")
        #: Calls the listener once the other one is through, however it went.
        self.then = then


class Once:
    """Knows what is under way, by name. Nobody waits in a thread of its own: there may be thousands."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, list[Listener]] = {}

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """For who does it. Raises UnderWayError where somebody does."""
        with self._lock:
            others = self._under_way.get(name)
            if others is not None:
                raise UnderWayError(partial(self._then, name, others))
            listeners: list[Listener] = []
            self._under_way[name] = listeners
        try:
            yield
        finally:
            with self._lock:
                del self._under_way[name]
            for listener in listeners:
                listener()

    def _then(self, name: str, listeners: list[Listener], listener: Listener) -> None:
        with self._lock:
            if self._under_way.get(name) is listeners:
                listeners.append(listener)
                return
        listener()
