"""Something that happens once, and who is to be told of it."""

from __future__ import annotations

import threading
from typing import Any, Callable


class Moment:
    """Whoever asks after it has come is told at once: an RPC can begin while the process begins to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], Any]] = []
        self.has_come = False

    def __len__(self) -> int:
        """How many wait for it."""
        return len(self._listeners)

    def tell(self, listener: Callable[[], Any]) -> None:
        """Calls the listener when the moment comes, in the thread in which it does."""
        with self._lock:
            if not self.has_come:
                self._listeners.append(listener)
                return
        listener()

    def forget(self, listener: Callable[[], Any]) -> None:
        """The listener is not to be told any more; nothing happens if it has been."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def come(self) -> bool:
        """Tells all that wait, the first time; gives whether it is that."""
        with self._lock:
            if self.has_come:
                return False
            self.has_come = True
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()
        return True
