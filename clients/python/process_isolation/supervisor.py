"""Keeps one process up: starts it, and another one after a crash."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from process_isolation_pihost.codec import copy_of
from process_isolation_pihost.errors import IsolationError

from .generation import HOST_MODULE, Generation
from .options import IsolateOptions


class Supervisor:
    """The state that the two faces of an isolate, sync and async, have in common. Safe from all threads."""

    def __init__(self, command: Sequence[str], options: IsolateOptions) -> None:
        self.options = options.checked(command)
        self.restarts = 0
        #: Where coroutines run that the process calls; one of its own where there is none.
        self.loop: Any = None
        self._command = list(command)
        self._data: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._number = 0
        self._crashes: deque[float] = deque()
        self._down: IsolationError | None = None

    def ready(self) -> Generation:
        """The process that takes calls now; starts one where there is none. Raises why there cannot be one."""
        generation = self._generation
        if generation is not None and generation.ended is None:
            return generation
        with self._lock:
            if self._down is not None:
                raise self._down
            if self._generation is not None and self._generation.ended is None:
                return self._generation
            if self._generation is not None:
                self._count_crash(self._generation)
            self._generation = self._start()
            return self._generation

    @property
    def current(self) -> Generation | None:
        """The process, where one runs."""
        generation = self._generation
        return generation if generation is not None and generation.ended is None else None

    def set_data(self, name: str, value: Any) -> None:
        """Keeps a copy of a value for the process that runs and those to come. Raises NOT_SERIALIZABLE."""
        copy = copy_of(value, "value")
        self._data[name] = copy
        generation = self.ready()
        generation.session.call(generation.handle(HOST_MODULE, "setData"), [name, copy], self.options.timeout)

    def get_data(self, name: str) -> Any:
        """The value; ``None`` where there is none."""
        return self._data.get(name)

    def shutdown(self, reason: str, grace: float) -> None:
        """Ends the process in order, and for good."""
        with self._lock:
            self._down = self._down or IsolationError("STOPPED", f"{self.options.name} was shut down: {reason}")
            generation = self._generation
        if generation is not None:
            generation.shutdown(reason, grace)

    def kill(self) -> None:
        """Ends the process at once, and for good."""
        with self._lock:
            self._down = self._down or IsolationError("STOPPED", f"{self.options.name} was killed by its owner")
            generation = self._generation
        if generation is not None:
            generation.kill()

    def _start(self) -> Generation:
        self._number += 1
        generation = Generation(self._command, self.options, self._number, self._data, self.loop)
        try:
            for name, value in list(self._data.items()):
                generation.session.call(
                    generation.handle(HOST_MODULE, "setData"), [name, value], self.options.start_timeout
                )
        except BaseException:
            generation.kill()
            raise
        return generation

    def _count_crash(self, generation: Generation) -> None:
        """Raises when the process may not be replaced."""
        policy = self.options.restart
        now = time.monotonic()
        self._crashes.append(now)
        while self._crashes and now - self._crashes[0] > policy.within:
            self._crashes.popleft()
        if len(self._crashes) > policy.max_attempts:
            message = f"{self.options.name} crashed {len(self._crashes)} times within {policy.within} s"
            self._down = IsolationError("RESTARTS_EXHAUSTED" if policy.max_attempts else "STOPPED", message)
            self._down.__cause__ = generation.ended
            raise self._down
        self.restarts += 1
