"""Calls from outside of any Session, as RPCs make them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class SingleCalls:
    """Counted, and waited for at the end, as those of Sessions are."""

    def __init__(self) -> None:
        self._idle = threading.Condition()
        self.in_flight = 0
        self.done = 0
        self.failed = 0

    @contextmanager
    def counted(self, rpc: Any) -> Iterator[None]:
        """Around one call: it runs until the RPC of this context is over, so that its answer has left, too."""
        with self._idle:
            self.in_flight += 1
        try:
            yield
        except BaseException:
            with self._idle:
                self.failed += 1
            raise
        else:
            with self._idle:
                self.done += 1
        finally:
            if not rpc.add_callback(self._end):
                self._end()

    def wait_until_idle(self, timeout: float) -> bool:
        """Waits until no call runs, at most so many seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: self.in_flight == 0, timeout)

    def _end(self) -> None:
        with self._idle:
            self.in_flight -= 1
            self._idle.notify_all()
