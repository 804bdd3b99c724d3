"""Named values that outlive the process: the host keeps them for the next one."""

from __future__ import annotations

import threading
from typing import Any, Callable

from ..codec import copy_of


class IsolateData:
    """The values of this isolate, by name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, Any] = {}
        self.tell_host: Callable[[str, Any], Any] | None = None

    def receive(self, name: str, value: Any) -> None:
        """The host has said which value is the last."""
        with self._lock:
            self._values[name] = value

    def get(self, name: str) -> Any:
        """The value; ``None`` where there is none."""
        return self._values.get(name)

    def set(self, name: str, value: Any) -> Any:
        """Stores a value here and with the host; waits, or gives an awaitable, as a call of the host does."""
        copy = copy_of(value, "value")
        self.receive(name, copy)
        return self.tell_host(name, copy) if self.tell_host is not None else None


_data = IsolateData()


def isolate_data() -> IsolateData:
    """Those of this process."""
    return _data


def get_data(name: str) -> Any:
    """What was stored under the name, by this process, an earlier one or the host; ``None`` where nothing was."""
    return _data.get(name)


def set_data(name: str, value: Any) -> Any:
    """
    Stores a value for the life of the isolate: the processes after a restart have it, too.

    In a thread it returns when the host has it. Where an event loop runs, it gives an awaitable. Stores a copy; raises
    IsolationError NOT_SERIALIZABLE for what has none, as functions.
    """
    return _data.set(name, value)
