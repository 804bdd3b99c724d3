"""The call that is running: who asked, for how long, and whether anybody still waits."""

from __future__ import annotations

import contextvars
import threading
from time import monotonic
from typing import Any, Callable

from ..errors import IsolationError
from ..wire import CallDetails
from .signals import Signal

_NO_DETAILS = CallDetails(0)


class CurrentCall:
    """One call of the other side. ``signal`` fires when nobody waits for it any more, or the process is to end."""

    def __init__(self, call: int, details: CallDetails | None) -> None:
        self.id = call
        known = details if details is not None else _NO_DETAILS
        #: 1 the first time; one more each time that it is replayed after a crash.
        self.attempt = known.attempt
        #: The caller's trace context, such as ``traceparent``.
        self.trace: dict[str, str] = known.trace
        self._deadline = monotonic() + known.timeout_ms / 1000 if known.timeout_ms else None
        self.signal = Signal()
        self.is_cancelled = False
        self.on_cancel: Callable[[], Any] | None = None

    @property
    def time_left(self) -> float | None:
        """Seconds until the caller gives up; ``None``: never."""
        return None if self._deadline is None else max(0.0, self._deadline - monotonic())

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self.is_cancelled = True
        self.signal.abort(IsolationError("CANCELLED", "the caller does not wait for this call any more"))
        if self.on_cancel is not None:
            self.on_cancel()


# In a worker thread; set to what makes the CurrentCall, which most calls never ask for.
in_thread = threading.local()
in_task: contextvars.ContextVar[CurrentCall | None] = contextvars.ContextVar("current_call", default=None)


def current_call() -> CurrentCall | None:
    """The call that the caller of this function runs for; ``None`` outside of one."""
    found = in_task.get()
    if found is not None:
        return found
    find: Callable[[], CurrentCall | None] | None = getattr(in_thread, "find", None)
    return find() if find is not None else None
